"""Sorts the spans of a request: those of the proxies' reports, what proxies made within them, and the applications'."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.records.access_logs import AccessLog
from storage.records.spans import Span
from traces.applications import Belonging, describe_span
from traces.lineage import Lineage, SpanKey
from traces.model import SpanNote
from traces.timeline import Timeline

PROXY = "proxy"
"""The component that Envoy names in its spans."""


@dataclass(frozen=True, slots=True)
class SortedSpans:
    """`of_report` and `inner` are by the span id of the report that they belong to."""

    of_report: Mapping[SpanKey, SpanNote]
    inner: Mapping[SpanKey, Sequence[SpanNote]]
    """Further spans of the proxy, by start: one per attempt upstream, checks by filters."""
    applications: Sequence[tuple[Span, SpanNote]]


def sort_spans(
    spans: Sequence[Span], reports: Sequence[AccessLog], lineage: Lineage, belonging: Belonging, timeline: Timeline
) -> SortedSpans:
    """Every span in one place."""
    reported = {(report.trace_id, report.span_id) for report in reports if report.span_id}
    of_report: dict[SpanKey, SpanNote] = {}
    inner: dict[SpanKey, list[SpanNote]] = defaultdict(list)
    applications = []
    for span in sorted(spans, key=lambda span: (span.time_unix_nano, span.span_id)):
        key = span.trace_id, span.span_id
        note = describe_span(span, timeline, belonging.of_span(key))
        outer = next((each for each in lineage.ancestors(key) if each in reported), None)
        if key in reported and key not in of_report:
            of_report[key] = note
        elif span.component == PROXY and outer is not None:
            inner[outer].append(note)
        else:
            applications.append((span, note))
    return SortedSpans(of_report, inner, applications)
