"""`meshhub serve`."""

import gc

import typer

from meshhub.cli.options import Assignments, DataDir, Insecure, Roles, SettingsFile, StoreUrl, load


def add(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    config: SettingsFile = None,
    data_dir: DataDir = None,
    store: StoreUrl = None,
    insecure: Insecure = False,
    roles: Roles = None,
    assignments: Assignments = None,
) -> None:
    """Run the hub: receive telemetry, keep it, answer. SIGTERM and Ctrl-C drain."""
    loaded = load(config, data_dir, store, insecure, assignments, roles)

    gc.disable()  # what is imported and built stays for good: looking through it was a tenth of the start
    try:
        from meshhub.app import serving

        serving.serve(loaded)
    finally:
        gc.enable()
