"""`meshhub token create|list|revoke`: who may come in."""

from typing import Annotated

import typer

from meshhub.cli.options import AsJson, DataDir, SettingsFile, load

Name = Annotated[str, typer.Argument(help="Who or what it is for; it is in the audit log.", show_default=False)]
ScopeName = Annotated[str, typer.Option("--scope", help="ingest, read, operate or admin.")]
Tenant = Annotated[str | None, typer.Option("--tenant", help="Only this tenant's data.", show_default="all tenants")]
Days = Annotated[int | None, typer.Option("--days", min=1, max=3650, help="Expires after so many days.")]
TokenId = Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it.", show_default=False)]


def add(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Tokens that let in: to send, to read, to operate, to administer.")
    group.command()(create)
    group.command("list")(list_tokens)
    group.command()(revoke)
    group.command()(audit)
    app.add_typer(group, name="token")


def create(
    name: Name,
    scope: ScopeName = "read",
    tenant: Tenant = None,
    days: Days = None,
    config: SettingsFile = None,
    data_dir: DataDir = None,
) -> None:
    """Make a token, good at once in the hub that runs on this data directory, or whose processes share this store.

    It is shown this once; only its hash is kept.
    """
    import re
    from datetime import UTC, datetime, timedelta

    from meshhub.access.settings import TENANT
    from meshhub.access.tokens import Scope
    from meshhub.app.kept import kept_access

    if scope not in set(Scope):
        raise typer.BadParameter(f"there is no scope {scope!r}: ingest, read, operate or admin")
    if tenant is not None and re.fullmatch(TENANT, tenant) is None:
        raise typer.BadParameter("a tenant has letters, digits, dots, dashes and underscores, at most 64")
    now = datetime.now(UTC)
    expires = None if days is None else now + timedelta(days=days)
    with kept_access(load(config, data_dir).settings) as ledger:
        record, token = ledger.create(name, Scope(scope), tenant, now, expires)
        ledger.note("command line", "token created", f"{record.id} {name} ({scope})", "", now)
    typer.echo(
        f"Token {record.id} of {name}, good to {scope}{'' if tenant is None else f' for tenant {tenant}'}:", err=True
    )
    typer.echo(token.reveal())


def list_tokens(config: SettingsFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the tokens: what each is good for, since when, last used when. Never the tokens themselves."""
    from meshhub.app.kept import kept_access
    from meshhub.cli.output import print_json, print_table

    with kept_access(load(config, data_dir).settings) as ledger:
        tokens = ledger.tokens()
    rows = [
        (
            each.id,
            each.name,
            each.scope.value,
            each.tenant or "all",
            each.created.isoformat(timespec="seconds"),
            each.expires.isoformat(timespec="seconds") if each.expires else "never",
            each.used.isoformat(timespec="seconds") if each.used else "never",
        )
        for each in tokens
    ]
    heads = ("Id", "Name", "Scope", "Tenant", "Created", "Expires", "Used")
    if as_json:
        print_json([dict(zip((head.lower() for head in heads), row, strict=True)) for row in rows])
    elif not rows:
        typer.echo("There is no token. `meshhub token create NAME` makes one.")
    else:
        print_table(heads, rows)


def revoke(token_id: TokenId, config: SettingsFile = None, data_dir: DataDir = None) -> None:
    """Take a token back. It lets nobody in from now on."""
    from datetime import UTC, datetime

    from meshhub.app.kept import kept_access

    with kept_access(load(config, data_dir).settings) as ledger:
        record = ledger.revoke(token_id)
        ledger.note("command line", "token revoked", f"{record.id} {record.name}", "", datetime.now(UTC))
    typer.echo(f"Token {record.id} of {record.name} is revoked.")


def audit(config: SettingsFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show who logged in, who failed to, and who changed something over the web, newest first."""
    from dataclasses import asdict

    from meshhub.app.kept import kept_access
    from meshhub.cli.output import print_json, print_table

    with kept_access(load(config, data_dir).settings) as ledger:
        entries = ledger.audit()
    if as_json:
        print_json([asdict(each) | {"at": each.at.isoformat()} for each in entries])
    else:
        rows = [(e.at.isoformat(timespec="seconds"), e.who, e.what, e.subject, e.address) for e in entries]
        print_table(("Time", "Who", "What", "Subject", "Address"), rows)
