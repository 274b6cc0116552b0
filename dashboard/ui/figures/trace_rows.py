"""A trace for assets/trace_rows.js, in columns: small enough that tens of thousands of spans are sent at once."""

from typing import Any

from dashboard.ui.theme import service_colours
from traces.proxy_spans import PROXY
from traces.trace_model import Trace, TraceSpan

MAX_NAME = 160
MAX_SECTIONS = 40
MAX_MARKS = 20

ERROR, PROXY_SPAN, FLAWED, CORRECTED = 1, 2, 4, 8


def trace_rows(trace: Trace) -> dict[str, Any]:
    """Every span, one entry of each column; times are nanoseconds since the trace's start.

    `critical` has, flat, from and to of each section; `inner` the from and to of the application's span that a proxy's
    is around, or the other way round; `marks` the times of events by the index of their span.
    """
    services: dict[str, int] = {}
    colours = service_colours(trace.services)
    names: dict[str, int] = {}
    inner = {pair.outer: trace.spans[pair.inner] for pair in trace.pairs}
    return {
        "trace": trace.trace_id,
        "length": max(trace.length_ns, 1),
        "id": [_key(each) for each in trace.spans],
        "parent": [each.parent for each in trace.spans],
        "depth": [each.depth for each in trace.spans],
        "below": [each.below for each in trace.spans],
        "start": [each.start_ns for each in trace.spans],
        "span": [each.length_ns for each in trace.spans],
        "self": [each.self_ns for each in trace.spans],
        "flags": [_flags(each) for each in trace.spans],
        "ill": [each.errors_below for each in trace.spans],
        "service": [services.setdefault(each.span.service, len(services)) for each in trace.spans],
        "name": [names.setdefault(each.span.name[:MAX_NAME], len(names)) for each in trace.spans],
        "says": {each.index: said for each in trace.spans if (said := _says(each))},
        "critical": {each.index: _sections(each) for each in trace.spans if each.critical},
        "inner": {index: [each.start_ns, each.end_ns] for index, each in inner.items()},
        "marks": {each.index: _marks(each) for each in trace.spans if each.span.events},
        "services": [{"name": name[:MAX_NAME] or "unknown", "colour": colours[name]} for name in services],
        "names": list(names) or [""],
    }


def span_at(trace: Trace, key: str) -> TraceSpan | None:
    """The span that the page calls so: its id, or its place where it has none."""
    if not key:
        return None
    return next((each for each in trace.spans if _key(each) == key), None)


def _key(each: TraceSpan) -> str:
    return each.span.span_id or f"at-{each.index}"


def _flags(each: TraceSpan) -> int:
    return (
        ERROR * each.error
        + PROXY_SPAN * (each.span.component == PROXY)
        + FLAWED * bool(each.flaws)
        + CORRECTED * bool(each.correction_ns)
    )


def _says(each: TraceSpan) -> str:
    """What stands beside the bar: a response code that is no success, and response flags."""
    span = each.span
    code = str(span.response_code) if span.response_code >= 400 else ""
    flags = "" if span.response_flags == "-" else span.response_flags[:40]
    return " ".join(part for part in (code, flags) if part)


def _sections(each: TraceSpan) -> list[int]:
    """Of too many sections the longest, by time."""
    kept = sorted(sorted(each.critical, key=lambda section: section[0] - section[1])[:MAX_SECTIONS])
    return [time for section in kept for time in section]


def _marks(each: TraceSpan) -> list[int]:
    moved = each.start_ns - each.span.time_unix_nano
    return [time + moved for time, _, _ in each.span.events[:MAX_MARKS]]
