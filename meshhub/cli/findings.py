"""`meshhub findings`: mistakes that the traffic shows."""

from typing import Any

import typer

from meshhub.cli.hub_api import DEFAULT_URL, Url, ask
from meshhub.cli.options import AsJson, End, Start, Window


def add(app: typer.Typer) -> None:
    app.command()(findings)


def findings(
    window: Window = None,
    start: Start = None,
    end: End = None,
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
