"""`meshhub quarantine list|show|retry`."""

from typing import TYPE_CHECKING, Annotated

import typer

from meshhub.cli.options import AsJson, DataDir, SettingsFile, load

if TYPE_CHECKING:
    from collector.quarantine import Quarantine

Name = Annotated[str, typer.Argument(help="The name that `list` shows.", show_default=False)]


def add(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Requests that the engine refused for good.")
    group.command("list")(list_entries)
    group.command()(show)
    group.command()(retry)
    app.add_typer(group, name="quarantine")


def list_entries(config: SettingsFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List what is in quarantine, oldest first, and why."""
    from dataclasses import asdict

    from meshhub.cli.output import print_json, print_table

    entries = _quarantine(config, data_dir).list()
    if as_json:
        print_json([asdict(entry) for entry in entries])
    elif not entries:
        typer.echo("Nothing is in quarantine.")
    else:
        heads = ("Name", "Since", "Received", "Bytes", "Reason")
        rows = [(e.name, e.quarantined_at, e.received_at, str(e.size), e.reason) for e in entries]
        print_table(heads, rows)


def show(name: Name, config: SettingsFile = None, data_dir: DataDir = None) -> None:
    """Print the content of an entry as JSON, as far as it can be decoded."""
    typer.echo(_quarantine(config, data_dir).show(name))


def retry(
    name: Annotated[str | None, typer.Argument(help="The name that `list` shows.", show_default=False)] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every entry.")] = False,
    config: SettingsFile = None,
    data_dir: DataDir = None,
) -> None:
    """Give an entry, or all, back to the loader of the hub that runs or of the next one to start."""
    if (name is None) != everything:
        raise typer.BadParameter("give a name, or --all")
    quarantine = _quarantine(config, data_dir)
    names = [name] if name is not None else [entry.name for entry in quarantine.list()]
    for each in names:
        quarantine.retry(each)
    typer.echo(f"{len(names)} given back to the loader.")


def _quarantine(config: "SettingsFile", data_dir: "DataDir") -> "Quarantine":
    from collector.quarantine import Quarantine

    return Quarantine(load(config, data_dir, insecure=True).settings.data_dir)
