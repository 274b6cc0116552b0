"""Spans and log lines as the journey shows them, each with the hop that it belongs to."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from storage.records.logs import LogRecord
from storage.records.spans import Span
from traces.lineage import Lineage, SpanKey
from traces.model import LogNote, SpanNote
from traces.positions import Position
from traces.timeline import Timeline, log_clock, span_clock

Service = tuple[str, str]
"""Namespace and name."""


class Belonging:
    """Knows the hop of a span id, or of a moment at a service."""

    def __init__(self, positions: Sequence[Position], lineage: Lineage, timeline: Timeline) -> None:
        self._lineage = lineage
        self._by_span: dict[SpanKey, str] = {}
        self._by_service: dict[Service, list[tuple[int, int, str]]] = defaultdict(list)
        for position in positions:
            for report in position.call.reports:
                if report.span_id:
                    self._by_span.setdefault((report.trace_id, report.span_id), position.id)
            for server in position.call.servers:
                stay = timeline.start_us(server), timeline.end_us(server), position.id
                self._by_service[server.namespace, server.service].append(stay)
        for stays in self._by_service.values():
            stays.sort()

    def of_span(self, key: SpanKey) -> str:
        """The hop whose proxies' span this is or lies within; empty where that is unknown."""
        for candidate in (key, *self._lineage.ancestors(key)):
            if candidate in self._by_span:
                return self._by_span[candidate]
        return ""

    def of_moment(self, service: Service, offset_us: int) -> str:
        """The hop that a service was serving at a moment: of several the one begun last; empty if none."""
        stays = self._by_service.get(service, [])
        begun = stays[: bisect_right(stays, offset_us, key=lambda stay: stay[0])]
        return next((hop for _, end, hop in reversed(begun) if end >= offset_us), "")


def describe_span(span: Span, timeline: Timeline, hop: str) -> SpanNote:
    """One span on the journey's time line."""
    clock = span_clock(span)
    return SpanNote(
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id,
        name=span.name,
        kind=span.kind,
        status=span.status_code,
        status_message=span.status_message,
        start_us=timeline.offset_us(clock, span.time_unix_nano),
        duration_us=span.duration_ns // 1000,
        scope=span.scope_name,
        attributes=span.attributes,
        events=tuple((timeline.offset_us(clock, time), name, attributes) for time, name, attributes in span.events),
        hop=hop,
    )


def describe_log(record: LogRecord, timeline: Timeline, belonging: Belonging) -> LogNote:
    """One log line on the journey's time line."""
    offset = timeline.offset_us(log_clock(record), record.time_unix_nano)
    hop = belonging.of_span((record.trace_id, record.span_id)) if record.span_id else ""
    return LogNote(
        offset_us=offset,
        severity=record.severity_text,
        body=record.body,
        event_name=record.event_name,
        trace_id=record.trace_id,
        span_id=record.span_id,
        scope=record.scope_name,
        attributes=record.attributes,
        hop=hop or belonging.of_moment((record.namespace, record.service), offset),
    )
