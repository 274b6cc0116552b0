"""`meshhub migrate [--dry-run]` and `meshhub migrate status`."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from meshhub.cli.options import AsJson, Assignments, DataDir, SettingsFile, StoreUrl, load

if TYPE_CHECKING:
    from storage.client import Store
    from storage.migrations import Migrations


RETRY_SECONDS = 5.0


class Action(StrEnum):
    """What to do instead of migrating."""

    STATUS = "status"


def add(app: typer.Typer) -> None:
    app.command()(migrate)


def migrate(
    action: Annotated[
        Action | None, typer.Argument(help="Show each migration and whether the store has it.", show_default=False)
    ] = None,
    config: SettingsFile = None,
    data_dir: DataDir = None,
    store: StoreUrl = None,
    assignments: Assignments = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the statements, run none.")] = False,
    wait: Annotated[
        int, typer.Option("--wait", min=0, metavar="SECONDS", help="Wait so long for a server that does not answer.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Bring the store's schema to this version's. `serve` does it, too; an embedded store must not be in use."""
    settings = load(config, data_dir, store, insecure=True, assignments=assignments).settings

    from contextlib import ExitStack, closing

    from collector.journal.directory import DirectoryLock
    from storage.client import Store

    with ExitStack() as opened:
        target = opened.enter_context(closing(Store.open(settings.store, settings.data_dir, settings.storage)))
        if target.embedded:  # the engine itself would say no more than that it could not start
            opened.callback(DirectoryLock.acquire(settings.data_dir).release)
        if action is Action.STATUS:
            _show_status(target.migrations, as_json=as_json)
        elif dry_run:
            for statement in target.migrations.plan():
                typer.echo(f"{statement.strip().rstrip(';')};\n")
        else:
            _apply(target, wait)


def _show_status(migrations: "Migrations", *, as_json: bool) -> None:
    from dataclasses import asdict

    from meshhub.cli.output import print_json, print_table

    rows = migrations.status()
    if as_json:
        print_json([asdict(row) for row in rows])
    else:
        print_table(("Number", "Name", "State"), [(f"{row.number:04d}", row.name, row.state.value) for row in rows])


def _apply(store: "Store", wait: int) -> None:
    import time

    from meshhub.errors import StorageError

    deadline = time.monotonic() + wait
    while True:
        try:
            done = store.bring_schema_in_place()
            break
        except StorageError as error:
            if not error.retryable or time.monotonic() + RETRY_SECONDS > deadline:
                raise
            typer.echo(f"{error}. Trying again in {RETRY_SECONDS:g} s.", err=True)
            time.sleep(RETRY_SECONDS)
    for label in done:
        typer.echo(f"applied {label}")
    typer.echo(f"The schema is in place; {len(done)} migrations were applied.")
