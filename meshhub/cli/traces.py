"""`meshhub traces 'expr'`: requests that match, sampled or not."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from meshhub.cli.hub_api import DEFAULT_URL, Url, ask
from meshhub.cli.options import AsJson, End, Start, Window

if TYPE_CHECKING:
    from dashboard.api.search_body import SearchBody, TraceHitBody

HEADS = ("Start", "Service", "Operation", "Duration", "Spans", "Logs", "Errors", "Status", "Flags", "Id")
NUMBERS = ("Duration", "Spans", "Logs", "Errors", "Status")

Expression = Annotated[
    str, typer.Argument(metavar="EXPRESSION", help="Like: service = cart and duration > 1s.", show_default="everything")
]


def add(app: typer.Typer) -> None:
    app.command()(traces)


def traces(
    expression: Expression = "",
    window: Window = None,
    start: Start = None,
    end: End = None,
    sort: Annotated[str, typer.Option("--sort", help="newest, oldest, slowest, errors or spans.")] = "newest",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="How many at most.")] = 50,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Find requests by anything that their spans and access logs say: sampled or not."""
    given = {"q": expression, "window": window, "start": start, "end": end, "sort": sort, "limit": str(limit)}
    body = ask(url, "/api/v1/traces", given)

    from meshhub.cli.output import print_json, print_lines, print_table

    if as_json:
        print_json(body)
        return
    if body["traces"]:
        print_table(HEADS, rows(body["traces"]), NUMBERS)
    print_lines([summary(body)])


def rows(hits: "Iterable[TraceHitBody]") -> Iterable[tuple[str | Text, ...]]:
    """One row per request, in the order given."""
    from dashboard.ui.format import duration

    for hit in hits:
        yield (
            hit["start"],
            f"{hit['root_service'] or '?'}.{hit['root_namespace']}"
            if hit["root_namespace"]
            else hit["root_service"] or "?",
            hit["root_operation"][:80],
            duration(hit["duration_us"]),
            str(hit["spans"]) if hit["sampled"] else "not sampled",
            str(hit["access_logs"]),
            Text(str(hit["errors"]), style="red" if hit["errors"] else ""),
            str(hit["status"] or ""),
            ",".join(hit["flags"]),
            hit["id"],
        )


def summary(body: "SearchBody") -> str:
    """What was searched, and what to do with it or where there is nothing."""
    from dashboard.ui.format import duration, plural

    window = body["window"]
    span = f"{duration(window['seconds'] * 1e6)} up to {window['end']}"
    if not body["traces"]:
        return f"No request in {span} matches. Look further back with --window 1d, or ask for less."
    more = " There are more: raise --limit." if body["cursor"] else ""
    return f"{plural(len(body['traces']), 'request')} in {span}. `meshhub request ID` shows one.{more}"
