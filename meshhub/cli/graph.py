"""`meshhub graph`: the service graph as a table."""

from typing import Annotated

import typer

from meshhub.cli.hub_api import DEFAULT_URL, Url, ask
from meshhub.cli.options import AsJson


def add(app: typer.Typer) -> None:
    app.command()(graph)


def graph(
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
    """Show who calls whom in a window, and how it goes: rate, errors, latency, response flags, mTLS."""
    body = ask(url, "/api/v1/graph", {"window": window, "start": start, "end": end})

    from meshhub.cli.graph_table import EDGE_HEADS, NUMBERS, edge_rows, summary
    from meshhub.cli.output import print_json, print_lines, print_table

    if as_json:
        print_json(body)
        return
    if body["edges"]:
        print_table(EDGE_HEADS, edge_rows(body), NUMBERS)
    print_lines([summary(body)])
