"""`meshhub wire history`: what was in force when, by whom and why."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from meshhub.cli.options import AsJson, DataDir
from meshhub.cli.wire_apply import number_of
from meshhub.cli.wire_options import history_in

if TYPE_CHECKING:
    from envoy_config.history.model import Version


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
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the versions of the configuration, newest first; or show one: what it changed, or its documents."""
    from meshhub.cli.output import print_json, print_table

    with history_in(data_dir) as history:
        if version:
            _show_one(history, version, other, documents=documents, as_json=as_json)
            return
        found = history.versions(mesh=mesh, limit=limit)
    if as_json:
        print_json([_body(each) for each in found])
        return
    print_table(
        ("Version", "When (UTC)", "Who", "What", "Of", "Why"),
        [
            (each.name, f"{each.at:%Y-%m-%d %H:%M:%S}", each.author, each.deed.value, str(each.scope), each.message)
            for each in found
        ],
    )


def _show_one(history: Any, version: str, other: str, *, documents: bool, as_json: bool) -> None:
    from dashboard.reads.wiring import WiringReads
    from meshhub.cli.output import print_file, print_json, print_lines
    from meshhub.cli.wire_apply import diff_body, diff_lines
    from meshhub.clock import SystemClock

    reads = WiringReads(SystemClock())
    reads.connect(history)
    found = reads.version(number_of(version))
    changes = reads.compare(number_of(other), found.version.id) if other else found.changes
    if as_json:
        texts = [{"name": each.name, "text": each.text, "secret": each.secret} for each in found.documents]
        print_json({**_body(found.version), "documents": texts, "changes": [diff_body(each) for each in changes]})
    elif documents:
        for each in found.documents:
            print_file(f"# {each.name}\n{each.text.rstrip(chr(10))}\n---\n")
    else:
        print_lines([f"{found.version.at:%Y-%m-%d %H:%M:%S} UTC: {found.version.text}"])
        print_lines(line for each in changes if each.presence != "unchanged" for line in diff_lines(each))


def _body(version: "Version") -> dict[str, Any]:
    return {
        "id": version.id,
        "name": version.name,
        "at": version.at.isoformat(),
        "mesh": version.scope.mesh,
        "scope": str(version.scope),
        "author": version.author,
        "message": version.message,
        "deed": version.deed.value,
        "restores": version.restores,
        "content_hash": version.content_hash,
    }
