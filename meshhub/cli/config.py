"""`meshhub config check|show`."""

from typing import Annotated

import typer

from meshhub.cli.options import AsJson, Assignments, DataDir, Insecure, SettingsFile, StoreUrl, load


def add(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Check and show the settings.")
    group.command()(check)
    group.command()(show)
    app.add_typer(group, name="config")


def check(
    config: SettingsFile = None,
    data_dir: DataDir = None,
    store: StoreUrl = None,
    insecure: Insecure = False,
    assignments: Assignments = None,
) -> None:
    """Load the settings as `serve` would, and say everything that is wrong with its place."""
    loaded = load(config, data_dir, store, insecure, assignments)

    from meshhub.settings.effective import DEFAULT, effective

    given = sum(setting.origin != DEFAULT for setting in effective(loaded))
    typer.echo(f"The settings are good: {given} given, the others have their defaults.")


def show(
    config: SettingsFile = None,
    data_dir: DataDir = None,
    store: StoreUrl = None,
    insecure: Insecure = False,
    assignments: Assignments = None,
    changed: Annotated[bool, typer.Option("--changed", help="Leave the defaults out.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print every setting in force and where it comes from. Secrets are stars."""
    loaded = load(config, data_dir, store, insecure, assignments)

    from dataclasses import asdict

    from meshhub.cli.output import print_json, print_table
    from meshhub.settings.effective import DEFAULT, effective

    rows = [setting for setting in effective(loaded) if not changed or setting.origin != DEFAULT]
    if as_json:
        print_json([asdict(row) for row in rows])
    else:
        print_table(("Setting", "Value", "From"), [(row.name, row.value, row.origin) for row in rows])
