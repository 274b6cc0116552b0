"""Turns traces into the bodies of /api/v1/traces."""

from collections.abc import Sequence

from dashboard.api.journey_view import show_time
from dashboard.api.notes import show_notes
from dashboard.api.trace_body import (
    ComparisonBody,
    DifferenceBody,
    FiguresBody,
    InspectedBody,
    SideBody,
    TraceBody,
    TraceSpanBody,
)
from dashboard.reads.traces import Inspected
from traces.proxy_spans import PROXY
from traces.span_attributes import attributes_of
from traces.structure import Difference, Shape
from traces.trace_model import NONE, Trace, TraceSpan
from traces.trace_statistics import Figures, by_operation


def show_trace(trace: Trace) -> TraceBody:
    """The body."""
    return {
        "trace_id": trace.trace_id,
        "request_ids": list(trace.request_ids),
        "start_unix_nano": str(trace.start_unix_nano),
        "start": show_time(trace.start_unix_nano),
        "length_ns": trace.length_ns,
        "services": list(trace.services),
        "errors": sum(each.error for each in trace.spans),
        "truncated": trace.truncated,
        "notes": show_notes(trace.notes),
        "clocks": [
            {
                "service": clock.service,
                "instance": clock.instance,
                "correction_ns": clock.correction_ns,
                "spans": clock.spans,
            }
            for clock in trace.clocks
        ],
        "gaps": [
            {"span_id": gap.span_id, "children": list(gap.children), "service": gap.service, "why": gap.why}
            for gap in trace.gaps
        ],
        "pairs": [
            {"outer": pair.outer, "inner": pair.inner, "side": pair.side, "overhead_ns": pair.overhead_ns}
            for pair in trace.pairs
        ],
        "statistics": [_figures(each) for each in by_operation(trace)],
        "spans": [show_trace_span(each) for each in trace.spans],
    }


def show_trace_span(each: TraceSpan) -> TraceSpanBody:
    span = each.span
    return {
        "span_id": span.span_id,
        "parent": _place(each.parent),
        "depth": each.depth,
        "name": span.name,
        "service": span.service,
        "namespace": span.namespace,
        "version": span.version,
        "instance": span.instance,
        "kind": span.kind,
        "proxy": span.component == PROXY,
        "start_ns": each.start_ns,
        "length_ns": each.length_ns,
        "self_ns": each.self_ns,
        "correction_ns": each.correction_ns,
        "critical": list(each.critical),
        "error": each.error,
        "errors_below": each.errors_below,
        "status_message": span.status_message,
        "response_code": span.response_code,
        "response_flags": "" if span.response_flags == "-" else span.response_flags,
        "flaws": list(each.flaws),
        "attributes": dict(attributes_of(span)),
        "events": [{"time_unix_nano": str(time), "name": name, "attributes": said} for time, name, said in span.events],
        "links": [
            {"trace_id": trace_id, "span_id": span_id, "attributes": said} for trace_id, span_id, said in span.links
        ],
    }


def show_comparison(before: str, after: str, differences: Sequence[Difference]) -> ComparisonBody:
    return {"before": before, "after": after, "differences": [_difference(each) for each in differences]}


def show_inspected(inspected: Inspected) -> InspectedBody:
    return {
        "kind": inspected.kind,
        "traces": [{"name": name, "spans": spans} for name, spans in inspected.traces],
    }


def _figures(each: Figures) -> FiguresBody:
    return {
        "service": each.service,
        "operation": each.operation,
        "spans": each.spans,
        "errors": each.errors,
        "total_ns": each.total_ns,
        "mean_ns": each.mean_ns,
        "shortest_ns": each.shortest_ns,
        "middle_ns": each.middle_ns,
        "longest_ns": each.longest_ns,
        "self_ns": each.self_ns,
        "critical_ns": each.critical_ns,
    }


def _difference(each: Difference) -> DifferenceBody:
    return {
        "service": each.step[0],
        "operation": each.step[1],
        "parent": _place(each.parent),
        "depth": each.depth,
        "change": each.change,
        "before": _side(each.before),
        "after": _side(each.after),
        "longer_ns": each.longer_ns,
    }


def _side(shape: Shape | None) -> SideBody | None:
    if shape is None:
        return None
    return {
        "spans": shape.spans,
        "errors": shape.errors,
        "length_ns": shape.length_ns,
        "self_ns": shape.self_ns,
    }


def _place(index: int) -> int | None:
    return None if index == NONE else index
