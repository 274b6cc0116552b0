"""`meshhub wire`: the configuration that wires a mesh to the hub."""

import typer

from meshhub.cli import ads, wire_apply, wire_check, wire_emit, wire_history


def add(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="The configuration that wires a mesh to the hub.")
    for part in PARTS:
        part(group)
    app.add_typer(group, name="wire")


PARTS = (wire_emit.add, wire_check.add, wire_apply.add, wire_history.add, ads.add_changes)
