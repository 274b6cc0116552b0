"""`meshhub request ID`: one request as a waterfall."""

from typing import Annotated
from urllib.parse import quote

import typer

from meshhub.cli.hub_api import DEFAULT_URL, Url, ask
from meshhub.cli.options import AsJson


def add(app: typer.Typer) -> None:
    app.command()(request)


def request(
    request_id: Annotated[
        str, typer.Argument(metavar="ID", help="An x-request-id, or a trace id.", show_default=False)
    ],
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Show what happened to one request: every hop in causal order, what each proxy said, and where the time went."""
    body = ask(url, f"/api/v1/requests/{quote(request_id, safe='')}")

    from meshhub.cli.output import print_json, print_lines, print_table
    from meshhub.cli.waterfall import HEADS, NUMBERS, findings, heading, rows

    if as_json:
        print_json(body)
        return
    print_lines(heading(body))
    if body["hops"]:
        print_table(HEADS, rows(body), NUMBERS)
    print_lines(findings(body))
