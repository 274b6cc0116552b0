"""`meshhub trace ID`: one trace as a waterfall."""

from typing import Annotated
from urllib.parse import quote

import typer

from meshhub.cli.hub_api import DEFAULT_URL, Url, ask
from meshhub.cli.options import AsJson

DEFAULT_ROWS = 200


def add(app: typer.Typer) -> None:
    app.command()(trace)


def trace(
    trace_id: Annotated[str, typer.Argument(metavar="ID", help="A trace id, in any spelling.", show_default=False)],
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Spans to print; the rest is counted.")] = DEFAULT_ROWS,
    errors: Annotated[
        bool, typer.Option("--errors", help="Print only spans that failed, and those above them.")
    ] = False,
) -> None:
    """Show one trace: its spans as a waterfall with the critical path, what failed, and what is missing."""
    body = ask(url, f"/api/v1/traces/{quote(trace_id, safe='')}")

    from meshhub.cli.output import print_json, print_lines, print_table
    from meshhub.cli.trace_waterfall import HEADS, NUMBERS, choose, heading, lines, remarks

    if as_json:
        print_json(body)
        return
    print_lines(heading(body))
    chosen = choose(body, rows, errors=errors)
    print_table(HEADS, lines(body, chosen), NUMBERS)
    print_lines(remarks(body, len(chosen)))
