"""`meshhub backup` and `meshhub restore`: the store and the hub's own state, to one place and back."""

import time
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from meshhub.cli.options import AsJson, Assignments, DataDir, SettingsFile, StoreUrl, load

if TYPE_CHECKING:
    from meshhub.settings import Settings
    from storage.client import Store

POLL_SECONDS = 1.0

Name = Annotated[str | None, typer.Argument(help="What it is called.", show_default="meshhub-<time>.tar")]
Whole = Annotated[str, typer.Argument(help="The name of the backup.", show_default=False)]
Hub = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="MESHHUB_URL",
        help="Have the hub that runs there make it. Without: of a data directory that no hub uses.",
        show_default=False,
    ),
]
Verify = Annotated[bool, typer.Option("--verify", help="Read it back whole when it is made.")]
Replace = Annotated[bool, typer.Option("--replace", help="What is there goes, once the backup was read whole.")]


def add(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)


def backup(
    name: Name = None,
    url: Hub = None,
    verify: Verify = False,
    config: SettingsFile = None,
    data_dir: DataDir = None,
    store: StoreUrl = None,
    assignments: Assignments = None,
    as_json: AsJson = False,
) -> None:
    """Make a backup of store, alerts, configuration history and tokens, at the place of `storage.backups`."""
    if url is not None:
        _have_made(url, name, verify=verify, as_json=as_json)
        return
    settings = load(config, data_dir, store, insecure=True, assignments=assignments).settings

    from meshhub.app.backups import take
    from meshhub.clock import SystemClock

    with ExitStack() as opened:
        target = _opened(opened, settings)
        now = SystemClock().now()
        name = name or target.backups.default_name(now)
        waiting = _waiting(settings)
        made = take(target.backups, settings.data_dir, name, now, waiting)
        verified = target.backups.verify(name) if verify else None
        place = target.backups.place
    _say(
        {
            "name": name,
            "place": place,
            "rows": sum(made.manifest.rows.values()),
            "bytes": made.size,
            "verified": verified is not None,
            "waiting": waiting,
        },
        as_json=as_json,
    )


def restore(
    name: Whole,
    replace: Replace = False,
    config: SettingsFile = None,
    data_dir: DataDir = None,
    store: StoreUrl = None,
    assignments: Assignments = None,
) -> None:
    """Bring back a backup: store, alerts, configuration history and tokens. No hub may use the data directory."""
    settings = load(config, data_dir, store, insecure=True, assignments=assignments).settings

    from meshhub.app.state import DATABASES, FILES, write_state

    _refuse_while_processes_run(settings)
    with ExitStack() as opened:
        target = _opened(opened, settings)
        there = {file: (settings.data_dir / file).exists() for file in (*DATABASES, *FILES)}
        manifest, state = target.backups.restore(name, replace=replace, target_state=there)
        written = write_state(settings.data_dir, state)
        rows = target.backups.rows()
        target.apply_retention()
    typer.echo(f"{name} of {manifest.taken_at}, made by meshhub {manifest.version}, is restored.")
    typer.echo(f"{sum(rows.values()):,} rows in {len(rows)} tables; {', '.join(written) or 'no files of a hub'}.")
    if any(manifest.journal.values()):
        typer.echo(f"Not in it: {_segments(manifest.journal)} that waited in the journal when it was made.")
    waiting = _waiting(settings)
    if any(waiting.values()):
        typer.echo(f"{_segments(waiting)} wait in the journal here. The next hub on this directory loads them.")


def _have_made(url: str, name: str | None, *, verify: bool, as_json: bool) -> None:
    """Have a running hub make it, and wait until it has."""
    from meshhub.cli.hub_api import ask, post
    from meshhub.errors import MeshhubError

    run = post(url, "/api/v1/hub/backups", {"name": name, "verify": verify})
    while run["state"] == "running":
        time.sleep(POLL_SECONDS)
        runs = {each["name"]: each for each in ask(url, "/api/v1/hub/backups")["backups"]}
        if run["name"] not in runs:
            raise MeshhubError(f"could not learn how the backup {run['name']} went: the hub was started anew meanwhile")
        run = runs[run["name"]]
    if run["state"] == "failed":
        raise MeshhubError(run["error"])
    _say(run, as_json=as_json)


def _say(run: dict[str, Any], *, as_json: bool) -> None:
    from meshhub.cli.output import print_json
    from meshhub.quantities import number

    if as_json:
        print_json(run)
        return
    typer.echo(f"{run['name']} lies in {run['place']}: {run['rows']:,} rows, {number(run['bytes'], 'B')}.")
    typer.echo("It was read back whole." if run["verified"] else "It was not read back: --verify does that.")
    if any(run.get("waiting", {}).values()):
        typer.echo(
            f"Not in it: {_segments(run['waiting'])} that wait in the journal. Start the hub to load them first."
        )


def _opened(opened: ExitStack, settings: "Settings") -> "Store":
    """The store, with the data directory kept from hubs."""
    from collector.journal.directory import DirectoryLock
    from storage.client import Store

    opened.callback(DirectoryLock.acquire(settings.data_dir).release)
    return opened.enter_context(closing(Store.open(settings.store, settings.data_dir, settings.storage)))


def _refuse_while_processes_run(settings: "Settings") -> None:
    """Roles that run would go on from what they know, beside what is restored."""
    from meshhub.app.kept import running_processes
    from meshhub.errors import UnusableRequest

    if running := running_processes(settings):
        raise UnusableRequest(
            f"could not restore: {', '.join(running)} said lately that they run on this store, and would go on "
            "from what they know. Stop every process of the hub first; one that was killed counts as running for half "
            "a minute."
        )


def _waiting(settings: "Settings") -> dict[str, int]:
    from meshhub.app.state import waiting_segments

    return waiting_segments(settings.data_dir)


def _segments(waiting: dict[str, int] | Any) -> str:
    return ", ".join(f"{count} segments of {signal}" for signal, count in sorted(waiting.items()) if count)
