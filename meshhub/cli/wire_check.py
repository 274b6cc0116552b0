"""`meshhub wire check|rules|explain`: mistakes in existing configuration."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from meshhub.cli.options import AsJson

if TYPE_CHECKING:
    from envoy_config.rules.reading import Reading

STDIN = "-"


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


class FailOn(StrEnum):
    """From which severity on the exit code is 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


def add(group: typer.Typer) -> None:
    group.command()(check)
    group.command("rules")(list_rules)
    group.command()(explain)


def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Files, directories of YAML and JSON, or - for standard input."),
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Check the cluster of the kubeconfig too.")] = False,
    context: Annotated[
        str, typer.Option("--context", help="The context of the kubeconfig.", show_default="current")
    ] = "",
    output: Annotated[Format, typer.Option("--format", help="How to print what was found.")] = Format.TEXT,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="Exit with 1 from this severity on.")] = FailOn.ERROR,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="CODE", help="Leave a rule out; repeatable.")
    ] = None,
) -> None:
    """Find what will silently not work in configuration of Istio, Envoy, Consul, Kuma, Linkerd, Knative and others.

    What is given together is checked together: give the Services beside the mesh configuration. What cannot be read is
    an error; the rest is checked all the same.
    """
    from envoy_config.rules import reports
    from envoy_config.rules.catalogue import RULES
    from envoy_config.rules.checking import check as run
    from envoy_config.rules.mesh_files import read_mesh_files
    from envoy_config.rules.model import Severity
    from meshhub import __version__
    from meshhub.cli.output import print_json, print_lines

    left_out = _known(ignore or [])
    reading = _read(paths or [], live=live, context=context)
    rules = [rule for rule in RULES if rule.code not in left_out]
    found = list(run(reading.objects, rules))
    for emitted in read_mesh_files(reading.objects):
        found += run(emitted.objects, rules)
        reading += emitted
    if output is Format.JSON:
        print_json(reports.as_json(found, reading.faults))
    elif output is Format.SARIF:
        print_json(reports.as_sarif(found, reading.faults, rules, __version__))
    else:
        print_lines(reports.text_lines(found, reading.faults))
        print_lines([reports.summary(found, reading.faults, len(reading.objects))])
    worst = None if fail_on is FailOn.NEVER else Severity(fail_on.value)
    if reports.failed(found, reading.faults, worst):
        raise typer.Exit(1)


def list_rules(as_json: AsJson = False) -> None:
    """List the rules of `wire check` with their codes."""
    from envoy_config.rules.catalogue import RULES
    from meshhub.cli.output import print_json, print_table

    if as_json:
        print_json([_rule(code) for code in (rule.code for rule in RULES)])
        return
    rows = [(rule.code, rule.severity.value, rule.name, rule.title) for rule in RULES]
    print_table(("Code", "Severity", "Name", "Finds"), rows)


def explain(
    code: Annotated[
        str, typer.Argument(metavar="CODE", help="A code such as MH007, or a rule's name.", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Explain a rule: what is wrong, why it matters and what mends it, with a bad and a good example."""
    from meshhub.cli.output import print_file, print_json, print_lines

    rule = _rule(code)
    if as_json:
        print_json(rule)
        return
    print_lines([f"{rule['code']} {rule['name']} ({rule['severity']})", str(rule["title"]), ""])
    print_lines([str(rule["why"]), f"Fix: {rule['fix']}", "", "Bad:"])
    print_file(rule["bad"].strip("\n") + "\n")
    print_lines(["", "Good:"])
    print_file(rule["good"].strip("\n") + "\n")


def _rule(code: str) -> dict[str, str]:
    from envoy_config.rules.catalogue import RULES
    from meshhub.errors import NotFound

    found = next((rule for rule in RULES if code.upper() == rule.code or code.lower() == rule.name), None)
    if found is None:
        raise NotFound(f"could not find the rule {code}: `meshhub wire rules` lists them all")
    fields = ("code", "name", "title", "why", "fix", "bad", "good")
    return {"severity": found.severity.value, **{name: getattr(found, name) for name in fields}}


def _known(codes: list[str]) -> set[str]:
    return {_rule(code)["code"] for code in codes}


def _read(paths: list[str], *, live: bool, context: str) -> "Reading":
    import sys

    from envoy_config.rules.reading import NOTHING, read_paths, read_text
    from meshhub.errors import UnusableRequest

    if not paths and not live:
        raise UnusableRequest("could not check: nothing was given. Name files or directories, - or --live.")
    reading = NOTHING
    if STDIN in paths:
        reading += read_text(sys.stdin.read(), "<stdin>")
    reading += read_paths(Path(path) for path in paths if path != STDIN)
    if live:
        from envoy_config.live.cluster import connect
        from envoy_config.live.reading import read_cluster

        with connect(context) as cluster:
            reading += read_cluster(cluster)
    return reading
