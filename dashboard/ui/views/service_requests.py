"""Single requests of a service: the newest that failed and the slowest, each a way to what happened to it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from dash import html
from dash.development.base_component import Component

from dashboard.reads.service_model import Service, Side
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.views.parts import Content, code, link, moment, section, table
from dashboard.ui.views.service_links import OWN, access_logs
from storage.records.services import ServiceRequest

_PATH_LENGTH = 60


def requests(found: Service, links: Links) -> Component:
    """Both lists, beside each other."""
    span = f"{fmt.duration(found.recent.seconds * 1e6)} to {fmt.moment(found.recent.end)}"
    failed = _list(found, found.failures, links) or html.P(f"None failed in {span}.", className="muted")
    slow = _list(found, found.slowest, links) or html.P(f"No requests in {span}.", className="muted")
    if found.side is None:
        failed = slow = html.P("Nobody reported requests in this window.", className="muted")
    return html.Div(
        [
            html.Div(
                section("Failed last", failed, aside=access_logs(found, links, "all failed", "failed")),
                className="card",
            ),
            html.Div(section("Slowest", slow, aside=span), className="card"),
        ],
        className="columns",
    )


def _list(found: Service, requests: Sequence[ServiceRequest], links: Links) -> Component | None:
    if not requests:
        return None
    rows: list[tuple[Content, ...]] = [
        (
            moment(datetime.fromtimestamp(each.time_unix_nano / 1e9, UTC)),
            _what(each, found.side, links),
            _status(each),
            fmt.duration(each.duration_us),
        )
        for each in requests
    ]
    return table(("", "Request", "Answer", "Took"), rows, numeric=3)


def _what(request: ServiceRequest, side: Side | None, links: Links) -> Content:
    path = request.path if len(request.path) <= _PATH_LENGTH else f"{request.path[:_PATH_LENGTH]}…"
    text = f"{request.method} {path}".strip() or request.transport.upper()
    peer = request.destination_service if side is Side.CALLS else request.source_service
    between = html.Span(f" {'to' if side is Side.CALLS else 'from'} {peer or 'unknown'}", className="muted")
    key = request.request_id or request.trace_id
    if not key:
        return [text, between]
    label = f"What happened to {key}"
    return [link(text, links.here("requests", **OWN | {"id": key}), label=label), between]


def _status(request: ServiceRequest) -> Content:
    code_text = str(request.response_code) if request.response_code else "no response"
    if request.grpc_status >= 0:
        code_text += f", gRPC {request.grpc_status}"
    flags: list[Component | str] = [" ", code(request.response_flags)] if request.response_flags else []
    return [code_text, *flags]
