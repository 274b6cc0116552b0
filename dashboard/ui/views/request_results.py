"""What a search for requests found: rows, how far it is, and why there is nothing."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.state.requests import ROWS_AT_MOST, RequestsState
from dashboard.ui.theme import MARKS
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.grid import Column, column, number_column
from dashboard.ui.views.parts import aria, code, link
from topology.health import Health
from traces.search import SearchPage, TraceHit

MAX_TEXT = 200

COLUMNS: tuple[Column, ...] = (
    column("state", "", cellRenderer="GridHealth", width=76, sortable=False),
    column("request", "Request", cellRenderer="GridLink", flex=5, minWidth=220, sortable=False),
    column("trace", "Trace", cellRenderer="GridLink", width=104, sortable=False),
    number_column("start", "Start", width=106),
    number_column("duration", "Took", width=78),
    number_column("spans", "Spans", width=60),
    column("flags", "Flags", width=60),
    column("services", "Services", flex=3, minWidth=110, tooltipField="services"),
)


def rows(hits: Iterable[TraceHit], links: Links) -> list[dict[str, Any]]:
    """One for each request, in their order."""
    return [_row(number, hit, links) for number, hit in enumerate(hits)]


def progress(page: SearchPage | None, *, ended: bool, cancelled: bool = False) -> Component:
    """How much was found and how much of the window was searched for it."""
    found = fmt.plural(len(page.hits), "request") if page else "nothing yet"
    share = page.progress if page else 0.0
    if ended and page is not None and page.done:
        return html.Span([html.B(found), " found" + (", and there are more" if page.cursor else "")])
    back = f", back to {fmt.moment(page.searched.start)}" if page and page.searched else ""
    words = "stopped" if ended or cancelled else "searching"
    return html.Span(
        [
            html.Progress(value=f"{share:.3f}", max="1", **aria(label="Part of the window that was searched")),
            f" {words}: {fmt.share(share)} of the window{back}, ",
            html.B(found),
        ]
    )


def more(page: SearchPage | None, state: RequestsState, links: Links) -> Component | None:
    """The way to more rows, if there are more."""
    if page is None or page.cursor is None or state.rows >= ROWS_AT_MOST:
        return None
    wanted = min(state.rows * 3, ROWS_AT_MOST)
    return link(f"Show up to {wanted:,}", links.here("requests", rows=str(wanted)))


def nothing(state: RequestsState, links: Links) -> Component:
    """Why nothing was found, and what to do."""
    wider = link("Look at a whole day", links.here("requests", window="1d", end=""))
    if not state.expression:
        return empty_card(
            "No request in this window",
            [html.P(["No proxy reported one. ", wider, ", or see on the Topology page which proxies report."])],
        )
    return empty_card(
        "No request fits",
        [
            html.P(["Searched were all spans and access logs of the window for ", code(state.expression[:MAX_TEXT])]),
            html.P([wider, " · ", link("Without the expression", links.here("requests", q=""))]),
        ],
    )


def _row(number: int, hit: TraceHit, links: Links) -> dict[str, Any]:
    failed = hit.failed
    mark = MARKS[Health.FAILING if failed else Health.HEALTHY]
    status = str(hit.status) if hit.status else "gRPC " + str(hit.grpc_status) if hit.grpc_status > 0 else ""
    started = datetime.fromtimestamp(hit.start_unix_nano / 1e9, UTC)
    name = f"{hit.root_service or 'unknown'} {hit.root_operation}".strip()
    return {
        "id": f"{hit.id}-{number}",
        "state": {
            "health": Health.FAILING.value if failed else Health.HEALTHY.value,
            "glyph": mark.glyph,
            "word": status or ("failed" if failed else "well"),
            "reason": fmt.plural(hit.errors, "error") if failed else "no errors",
        },
        "request": {"text": name[:MAX_TEXT], "href": _way(hit, links), "title": hit.request_id or hit.trace_id},
        "trace": {"text": hit.trace_id[:8] + "…", "href": _trace(hit.trace_id, links), "title": hit.trace_id}
        if hit.sampled
        else {"text": "not sampled"},
        "start": hit.start_unix_nano / 1e6,
        "duration": hit.duration_us,
        "spans": hit.spans,
        "flags": ", ".join(hit.flags)[:MAX_TEXT],
        "services": ", ".join(hit.services)[:MAX_TEXT],
        "text": {
            "start": f"{started:%H:%M:%S}.{started.microsecond // 1000:03d}",
            "duration": fmt.duration(hit.duration_us),
            "spans": f"{hit.spans:,}" if hit.spans else fmt.ABSENT,
        },
    }


def _way(hit: TraceHit, links: Links) -> str:
    """To its journey where it has a request id, else to its trace."""
    return links.here("requests", id=hit.request_id, hop="") if hit.request_id else _trace(hit.trace_id, links)


def _trace(trace_id: str, links: Links) -> str:
    return links.here("trace", id=trace_id, q="", sort="", rows="", pick="", hop="")
