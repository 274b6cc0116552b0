"""`meshhub wire history`: what was in force when, by whom and why."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from meshhub.cli.options import AsJson, DataDir, SettingsFile
from meshhub.cli.wire_apply import diff_lines, number_of
from meshhub.cli.wire_options import HubUrl
from meshhub.cli.wire_versions import Versions, versions_at

HEADS = ("Version", "When (UTC)", "Who", "What", "Of", "Why")


def add(group: typer.Typer) -> None:
    group.command("history")(show_history)


def show_history(
    version: Annotated[
        str, typer.Argument(metavar="VERSION", help="Show what this one changed.", show_default=False)
    ] = "",
    other: Annotated[
        str,
        typer.Argument(metavar="OTHER", help="Compare with this one instead of the one before.", show_default=False),
    ] = "",
    mesh: Annotated[str, typer.Option("--mesh", help="Only of this mesh.", show_default="all")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="How many at most.")] = 30,
    documents: Annotated[bool, typer.Option("--documents", help="Print the documents of the version.")] = False,
    config: SettingsFile = None,
    data_dir: DataDir = None,
    url: HubUrl = "",
    as_json: AsJson = False,
) -> None:
    """List the versions of the configuration, newest first; or show one: what it changed, or its documents."""
    from meshhub.cli.output import print_json, print_table

    with versions_at(url, config, data_dir) as versions:
        if version:
            _show_one(versions, version, other, documents=documents, as_json=as_json)
            return
        found = versions.newest(mesh=mesh, limit=limit)
    if as_json:
        print_json(found)
    else:
        print_table(HEADS, [_row(each) for each in found])


def _show_one(versions: Versions, version: str, other: str, *, documents: bool, as_json: bool) -> None:
    from meshhub.cli.output import print_file, print_json, print_lines

    number = number_of(version)
    found = versions.one(number)
    changes = versions.changes(number_of(other), number) if other else found["changes"]
    if as_json:
        print_json({**found["version"], "documents": found["documents"], "changes": changes})
    elif documents:
        for each in found["documents"]:
            print_file(f"# {each['name']}\n{each['text'].rstrip(chr(10))}\n---\n")
    else:
        print_lines([f"{_moment(found['version'])} UTC: {found['version']['text']}"])
        print_lines(line for each in changes if each["presence"] != "unchanged" for line in diff_lines(each))


def _row(version: Mapping[str, Any]) -> tuple[str, ...]:
    from envoy_config.history.model import Scope

    scope = str(Scope(**version["scope"]))
    return version["name"], _moment(version), version["author"], version["deed"], scope, version["message"]


def _moment(version: Mapping[str, Any]) -> str:
    return str(version["at"])[:19].replace("T", " ")
