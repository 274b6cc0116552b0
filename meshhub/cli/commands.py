"""The list of commands. Their modules import what they work with when they run, so that help is instant."""

from typing import Annotated

import typer

from meshhub import __version__
from meshhub.cli import (
    ads,
    alert,
    backup,
    config,
    demo,
    doctor,
    findings,
    graph,
    logs,
    migrate,
    quarantine,
    request,
    serve,
    services,
    size,
    slo,
    token,
    trace,
    traces,
    wire,
)

COMMANDS = (
    # What runs a hub, what prepares one, what asks one, what shows one.
    serve.add,
    config.add,
    migrate.add,
    backup.add,
    token.add,
    size.add,
    quarantine.add,
    request.add,
    trace.add,
    traces.add,
    logs.add,
    graph.add,
    services.add,
    findings.add,
    doctor.add,
    ads.add,
    slo.add,
    alert.add,
    wire.add,
    demo.add,
)


def create_app() -> typer.Typer:
    """The command line with all commands."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Telemetry hub for service meshes.",
    )
    app.callback()(_root)
    for add in COMMANDS:
        add(app)
    return app


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"meshhub {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")] = False,
) -> None:
    pass
