"""`meshhub slo check|list|explain|generate|backtest`."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from meshhub.cli.hub_api import DEFAULT_URL, Url, ask, post
from meshhub.cli.options import AsJson

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files or directories of SLOs.", show_default=False)]


def add(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Service level objectives: check, show and try them.")
    for command in (check, list_slos, explain, generate, backtest):
        group.command("list" if command is list_slos else None)(command)
    app.add_typer(group, name="slo")


def check(files: Files) -> None:
    """Load SLOs as the hub would, and say everything that is wrong with its place. Asks no hub."""
    from alerting.specification.loading import load_specifications
    from meshhub.cli.output import print_lines

    found = load_specifications(files)
    print_lines([f"note: {note}" for note in found.notes])
    count = len(found.slos)
    print_lines([f"The SLOs are good: {count} {'is' if count == 1 else 'are'} promised."])


def list_slos(url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show all SLOs and how they stand, worst first."""
    body = ask(url, "/api/v1/slos")

    from meshhub.cli.output import print_json, print_lines, print_table
    from meshhub.cli.slo_table import HEADS, NUMBERS, rows

    if as_json:
        print_json(body)
        return
    if body["trouble"]:
        print_lines([body["trouble"]])
    if body["slos"]:
        print_table(HEADS, rows(body), NUMBERS)
    else:
        print_lines(["There are no SLOs. `meshhub slo generate` writes some for the services that were seen."])


def explain(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of an SLO.", show_default=False)],
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Say how an SLO stands and why: what carries the burn, since when, what changed then, and requests to look at."""
    body = ask(url, f"/api/v1/slos/{quote(name, safe='')}", {"days": "1"})

    from meshhub.cli.output import print_json, print_lines
    from meshhub.cli.slo_table import explanation_lines

    if as_json:
        print_json(body)
    else:
        print_lines(explanation_lines(body["explanation"]))


def generate(url: Url = DEFAULT_URL) -> None:
    """Print SLOs for the services of the last day that have none: redirect it to a file, and set `alerting.slos`."""
    typer.echo(ask(url, "/api/v1/slos/defaults")["specification"], nl=False)


def backtest(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of at most ten SLOs.", show_default=False)],
    days: Annotated[int, typer.Option("--days", min=1, max=31, help="How much of the past.")] = 30,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Say when the SLOs of a file would have alerted, by the requests that the hub has counted."""
    from alerting.specification.loading import load_specifications
    from meshhub.cli.output import print_json, print_lines
    from meshhub.cli.slo_table import backtest_lines

    load_specifications([file])
    asked: dict[str, Any] = {"specification": file.read_text(encoding="utf-8"), "days": days}
    body = post(url, "/api/v1/slos/preview", asked)
    if as_json:
        print_json(body)
        return
    print_lines([f"note: {note}" for note in body["notes"]])
    print_lines([line for each in body["backtests"] for line in backtest_lines(each, days)])
