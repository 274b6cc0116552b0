"""`meshhub services [ID]`: every service, or one of them."""

from typing import Annotated
from urllib.parse import quote

import typer

from meshhub.cli.hub_api import DEFAULT_URL, Url, ask
from meshhub.cli.options import AsJson, End, Start, Window


def add(app: typer.Typer) -> None:
    app.command()(services)


def services(
    service_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A service as the list names it.", show_default=False)
    ] = None,
    window: Window = None,
    start: Start = None,
    end: End = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Show every service, what hurts most first; with ID, one service: versions, instances, routes, response flags."""
    path = "/api/v1/services" if service_id is None else f"/api/v1/services/{quote(service_id, safe=':')}"
    body = ask(url, path, {"window": window, "start": start, "end": end})

    from meshhub.cli.output import print_json, print_lines, print_table
    from meshhub.cli.service_table import HEADS, NUMBERS, heading, rows, summary, tables

    if as_json:
        print_json(body)
        return
    if service_id is None:
        if body["services"]:
            print_table(HEADS, rows(body), NUMBERS)
        print_lines([summary(body)])
        return
    print_lines(heading(body))
    for title, heads, lines, numbers in tables(body):
        print_lines(["", title])
        print_table(heads, lines, numbers)
