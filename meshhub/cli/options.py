"""Options that several commands have: where the settings come from, how answers are shown."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from meshhub.settings import LoadedSettings

SettingsFile = Annotated[
    Path | None, typer.Option("--config", envvar="MESHHUB_CONFIG", help="Settings file, YAML.", show_default=False)
]
DataDir = Annotated[
    str | None,
    typer.Option("--data-dir", help="Data directory (MESHHUB_DATA_DIR).", show_default="./meshhub-data"),
]
StoreUrl = Annotated[
    str | None,
    typer.Option("--store", help='"embedded" or clickhouse://host[:port] (MESHHUB_STORE).', show_default="embedded"),
]
Roles = Annotated[
    list[str] | None,
    typer.Option(
        "--role",
        help="What this process does: collector, web, alerting or ads; repeatable (MESHHUB_ROLES).",
        show_default="all",
    ),
]
Insecure = Annotated[bool, typer.Option("--insecure", help="Allow addresses that others reach without authentication.")]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.NAME=VALUE", help="Any other setting; repeatable.", show_default=False),
]
Window = Annotated[str | None, typer.Option("--window", help="A length: 90s, 15m, 2h, 1d.", show_default="15m")]
Start = Annotated[str | None, typer.Option("--start", help="RFC 3339, with a time zone.", show_default=False)]
End = Annotated[str | None, typer.Option("--end", help="RFC 3339, with a time zone.", show_default="now")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def load(
    config: Path | None,
    data_dir: str | None = None,
    store: str | None = None,
    insecure: bool = False,
    assignments: list[str] | None = None,
    roles: list[str] | None = None,
) -> "LoadedSettings":
    """The settings of this process: file, environment, and these options.

    Raises:
        ConfigurationError: something is wrong with them.
    """
    from meshhub.settings import Flag, load_settings, parse_assignment

    flags = [parse_assignment(text) for text in assignments or ()]
    if data_dir is not None:
        flags.append(Flag(("data_dir",), data_dir, "--data-dir"))
    if store is not None:
        flags.append(Flag(("store",), store, "--store"))
    if roles:
        flags.append(Flag(("roles",), ",".join(roles), "--role"))
    if insecure:
        flags.append(Flag(("insecure",), True, "--insecure"))
    return load_settings(config, os.environ, flags)
