"""`meshhub wire`: the configuration that wires a mesh to the hub."""

import typer

from meshhub.cli import wire_check


def add(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="The configuration that wires a mesh to the hub.")
    for part in PARTS:
        part(group)
    app.add_typer(group, name="wire")


PARTS = (wire_check.add,)
