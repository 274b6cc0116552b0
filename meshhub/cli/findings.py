"""`meshhub findings`: mistakes that the traffic shows."""

from typing import Annotated, Any

import typer

from meshhub.cli.hub_api import DEFAULT_URL, Url, ask
from meshhub.cli.options import AsJson


def add(app: typer.Typer) -> None:
    app.command()(findings)


def findings(
    window: Annotated[
        str | None, typer.Option("--window", help="A length: 90s, 15m, 2h, 1d.", show_default="15m")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", help="RFC 3339, with a time zone.", show_default=False)
    ] = None,
    end: Annotated[str | None, typer.Option("--end", help="RFC 3339, with a time zone.", show_default="now")] = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Show mistakes that the traffic shows: lost request ids and traces, retry storms, repeated calls, slow proxies."""
    body = ask(url, "/api/v1/findings", {"window": window, "start": start, "end": end})

    from meshhub.cli.output import print_json, print_lines

    if as_json:
        print_json(body)
        return
    print_lines([line for finding in body["findings"] for line in _lines(finding)] or ["Nothing was found."])


def _lines(finding: dict[str, Any]) -> list[str]:
    shown = [
        f"{finding['severity'].upper()}  {finding['title']}",
        f"  {finding['evidence']}",
        f"  Fix: {finding['fix']}",
    ]
    if finding["examples"]:
        shown.append(f"  Requests: {', '.join(finding['examples'])}")
    return shown
