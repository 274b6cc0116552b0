"""The requests behind a selection: routes, the last that failed, the slowest, each a way to what happened to it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.behind import Behind, Route
from dashboard.ui.links import Links
from dashboard.ui.views.parts import Content, code, link, moment, section, table
from meshhub.expression.printing import quote
from storage.records.search import LogLine

_PATH_LENGTH = 44


def requests_behind(found: Behind, links: Links) -> Component | None:
    """Three lists; None where no access log says anything."""
    if not found.total:
        return None
    own = dict.fromkeys(links.own(), "")
    span = f"{fmt.duration(found.recent.seconds * 1e6)} to {fmt.moment(found.recent.end)}"
    every = link("all failed", links.here("requests", **own | {"q": f"{found.calls.ends} and error"}))
    slowest = link("all", links.here("logs", **own | {"q": found.calls.logs, "order": "slowest"}))
    none = html.P(f"None failed in {span}.", className="muted")
    return html.Div(
        [
            section("Routes", table(("", "Requests", "Failed"), [_route(each, found, links) for each in found.routes])),
            section("Failed last", _list(found.failures, links) or none, aside=every),
            section("Slowest", _list(found.slowest, links), aside=[f"{span} · ", slowest]) if found.slowest else None,
        ],
        className="stack requests-behind",
    )


def _route(route: Route, found: Behind, links: Links) -> tuple[Content, ...]:
    label: Content = html.Span("without a named route", className="muted")
    if route.name:
        asked = dict.fromkeys(links.own(), "") | {"q": f"{found.calls.logs} and route = {quote(route.name)}"}
        label = link(route.name, links.here("logs", **asked))
    return label, f"{route.requests:,}", fmt.share(min(1.0, route.failed / route.requests) if route.requests else None)


def _list(lines: Sequence[LogLine], links: Links) -> Component | None:
    if not lines:
        return None
    rows: list[tuple[Content, ...]] = [
        (
            moment(datetime.fromtimestamp(each.time_unix_nano / 1e9, UTC)),
            _what(each, links),
            _answer(each),
            fmt.duration(each.duration_us),
        )
        for each in lines
    ]
    return table(("", "Request", "Answer", "Took"), rows, numeric=3)


def _what(line: LogLine, links: Links) -> Content:
    path = line.path if len(line.path) <= _PATH_LENGTH else f"{line.path[:_PATH_LENGTH]}…"
    text = f"{line.method} {path}".strip() or line.transport.upper()
    key = line.request_id or line.trace_id
    if not key:
        return text
    address = links.here("requests", **dict.fromkeys(links.own(), "") | {"id": key})
    return link(text, address, label=f"What happened to {key}")


def _answer(line: LogLine) -> Content:
    said = str(line.response_code) if line.response_code else "no response"
    if line.grpc_status >= 0:
        said += f", gRPC {line.grpc_status}"
    return [said, " ", code(line.response_flags)] if line.response_flags else said
