"""`meshhub logs 'expr'`: access logs that match, also as they come."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from meshhub.cli.event_stream import follow
from meshhub.cli.hub_api import DEFAULT_URL, Url, ask
from meshhub.cli.options import AsJson, End, Start, Window
from meshhub.cli.traces import Expression

if TYPE_CHECKING:
    from dashboard.api.log_body import LogLineBody, LogPageBody

HEADS = ("Time", "Reporter", "From", "To", "Request", "Status", "Flags", "Duration", "Request id")
NUMBERS = ("Status", "Duration")


def add(app: typer.Typer) -> None:
    app.command()(logs)


def logs(
    expression: Expression = "",
    window: Window = None,
    start: Start = None,
    end: End = None,
    order: Annotated[str, typer.Option("--order", help="newest, oldest, slowest or largest.")] = "newest",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="How many at most.")] = 50,
    following: Annotated[bool, typer.Option("--follow", "-f", help="Show new ones as they come.")] = False,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Show what each proxy said of each request."""
    from meshhub.cli.output import print_json, print_lines, print_table

    if following:
        for lines in _new(url, expression):
            print_lines([json.dumps(line) for line in lines] if as_json else [one_line(line) for line in lines])
        return
    given = {"q": expression, "window": window, "start": start, "end": end, "order": order, "limit": str(limit)}
    body = ask(url, "/api/v1/logs", given)
    if as_json:
        print_json(body)
        return
    if body["rows"]:
        print_table(HEADS, map(cells, body["rows"]), NUMBERS)
    print_lines([summary(body)])


def _new(url: str, expression: str) -> "Iterator[Iterable[LogLineBody]]":
    for event, body in follow(url, "/api/v1/logs/tail", {"q": expression}):
        if event == "rows":
            yield body["rows"]


def cells(line: "LogLineBody") -> tuple[str | Text, ...]:
    """One row."""
    from dashboard.ui.format import duration

    return (
        line["time"],
        line["reporter"],
        _name(line["source_service"], line["source_namespace"]),
        _name(line["destination_service"], line["destination_namespace"]),
        _asked(line),
        Text(_status(line), style="red" if line["outcome"] not in ("ok", "4xx") else ""),
        line["response_flags"],
        duration(line["duration_us"]),
        line["request_id"],
    )


def one_line(line: "LogLineBody") -> Text:
    """One row without a table."""
    return Text("  ").join(cell if isinstance(cell, Text) else Text(cell or "-") for cell in cells(line))


def summary(body: "LogPageBody") -> str:
    """What was read."""
    from dashboard.ui.format import duration, plural

    window = body["window"]
    span = f"{duration(window['seconds'] * 1e6)} up to {window['end']}"
    if not body["rows"]:
        return f"No access log in {span} matches. Look further back with --window 1d, or ask for less."
    more = " There are more: raise --limit." if body["cursor"] else ""
    return f"{plural(len(body['rows']), 'access log')} in {span}.{more}"


def _name(service: str, namespace: str) -> str:
    return f"{service}.{namespace}" if service and namespace else service or "?"


def _asked(line: "LogLineBody") -> str:
    return f"{line['method']} {line['path'][:80]}" if line["method"] else line["transport"]


def _status(line: "LogLineBody") -> str:
    if line["transport"] == "grpc" and line["grpc_status"] >= 0:
        return f"{line['response_code']}/{line['grpc_status']}"
    return str(line["response_code"] or line["outcome"])
