"""Questions of other tracing tools: traces, services, calls, as Jaeger, Zipkin, Tempo and Kiali ask for them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from dashboard.queries import Queries
from meshhub.clock import Clock
from storage.records.compat import (
    AttributeKey,
    AttributeValue,
    CallPoint,
    FoundTrace,
    Operation,
    ServiceCalls,
    ServiceName,
    TraceOutline,
)
from storage.records.spans import Span
from traces.compat.model import Dependency, Trace, TraceQuery, narrowed

MAX_NAMES = 10_000
MAX_SPANS_OF_TRACE = 10_000
MAX_SPANS = 50_000
"""Of all traces of one answer; the newest traces come first."""
MAX_CALLS = 50_000
MAX_POINTS = 100_000
MAX_KEYS = 5_000
MAX_VALUES = 1_000
NAMES_NS = 7 * 86_400 * 10**9
"""How old a service or operation may be to be listed."""


class CompatReads:
    """What other tools ask. Empty texts for a tenant, a service or a kind ask for all."""

    def __init__(self, queries: Queries, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock

    def now_ns(self) -> int:
        """The hub's time in Unix nanoseconds."""
        return round(self._clock.now().timestamp() * 10**6) * 1_000

    def services(self, tenant: str = "") -> list[str]:
        """The services that had spans in the last week, by name."""
        wanted = {"start": self._since(), "tenant": tenant, "limit": MAX_NAMES}
        return [row.service for row in self._queries.query("compat_services", wanted, ServiceName)]

    def operations(self, service: str, kind: str = "", tenant: str = "") -> list[Operation]:
        """The operations of a service, by name and kind."""
        wanted = {"start": self._since(), "tenant": tenant, "service": service, "kind": kind, "limit": MAX_NAMES}
        found = self._queries.query("compat_operations", wanted, Operation)
        return sorted(found, key=lambda operation: (operation.name, operation.kind))

    def traces(self, trace_ids: Sequence[str], tenant: str = "") -> list[Trace]:
        """The traces with these ids (32 hex digits each), in that order, without those that are not stored."""
        return self._load([FoundTrace(trace_id, 0, []) for trace_id in dict.fromkeys(trace_ids)], tenant)

    def search(self, query: TraceQuery) -> list[Trace]:
        """The traces that a search finds, newest first."""
        return self._load(self._find(query), query.tenant)

    def outlines(self, query: TraceQuery) -> list[TraceOutline]:
        """The traces that a search finds without their spans, newest first."""
        found = self._find(query)
        if not found:
            return []
        wanted = {"trace_ids": [trace.trace_id for trace in found], "tenant": query.tenant}
        return self._queries.query("compat_trace_outlines", wanted, TraceOutline)

    def dependencies(self, start_ns: int, end_ns: int, tenant: str = "") -> list[Dependency]:
        """Which services called which, by name."""
        wanted = {"start": start_ns / 10**9, "end": end_ns / 10**9, "tenant": tenant, "limit": MAX_CALLS}
        return dependencies_of(self._queries.query("compat_calls_between_services", wanted, ServiceCalls))

    def calls_over_time(
        self, start_ns: int, end_ns: int, services: Sequence[str], *, by_operation: bool, step_seconds: int
    ) -> list[CallPoint]:
        """The requests that these services answered, by service, operation, reporter and time."""
        wanted = {
            "start": start_ns / 10**9,
            "end": end_ns / 10**9,
            "services": list(services),
            "by_operation": by_operation,
            "step": step_seconds,
            "limit": MAX_POINTS,
        }
        return self._queries.query("compat_calls_over_time", wanted, CallPoint)

    def attribute_keys(self, start_ns: int, end_ns: int, tenant: str = "") -> list[AttributeKey]:
        """The keys of attributes, by scope and key."""
        wanted = {"start": start_ns, "end": end_ns, "tenant": tenant, "limit": MAX_KEYS}
        return self._queries.query("compat_attribute_keys", wanted, AttributeKey)

    def attribute_values(
        self, scope: str, key: str, start_ns: int, end_ns: int, tenant: str = ""
    ) -> list[AttributeValue]:
        """The values of an attribute, most frequent first."""
        wanted = {
            "scope": scope, "key": key, "start": start_ns, "end": end_ns, "tenant": tenant, "limit": MAX_VALUES
        }  # fmt: skip
        return self._queries.query("compat_attribute_values", wanted, AttributeValue)

    def _since(self) -> float:
        return max(self.now_ns() - NAMES_NS, 0) / 10**9

    def _find(self, query: TraceQuery) -> list[FoundTrace]:
        query = narrowed(query)
        wanted: dict[str, Any] = {
            "start": query.start_ns,
            "end": query.end_ns,
            "tenant": query.tenant,
            "service": query.service,
            "operation": query.operation,
            "shortest": query.shortest_ns,
            "longest": query.longest_ns,
            "limit": query.limit,
            "spans_per_trace": query.spans_per_trace,
        }
        if not query.any_of:
            return self._queries.query("compat_traces", wanted, FoundTrace)
        wanted["any_of"] = [[condition.row for condition in conditions] for conditions in query.any_of]
        return self._queries.query("compat_traces_by_attributes", wanted, FoundTrace)

    def _load(self, found: Sequence[FoundTrace], tenant: str) -> list[Trace]:
        if not found:
            return []
        wanted = {
            "trace_ids": [trace.trace_id for trace in found],
            "tenant": tenant,
            "spans_per_trace": MAX_SPANS_OF_TRACE + 1,
            "limit": MAX_SPANS,
        }
        rows = self._queries.query("compat_spans", wanted, Span)
        return assembled(found, rows, all_there=len(rows) < MAX_SPANS)


def assembled(found: Iterable[FoundTrace], spans: Sequence[Span], *, all_there: bool) -> list[Trace]:
    """The spans trace by trace; a trace whose spans are missing is left out, the last one may be cut."""
    by_trace: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        by_trace[span.trace_id].append(span)
    last = spans[-1].trace_id if spans and not all_there else ""
    return [
        Trace(
            each.trace_id,
            tuple(by_trace[each.trace_id][:MAX_SPANS_OF_TRACE]),
            each.matched,
            tuple(each.span_ids),
            cut=len(by_trace[each.trace_id]) > MAX_SPANS_OF_TRACE or each.trace_id == last,
        )
        for each in found
        if each.trace_id in by_trace
    ]


def dependencies_of(calls: Iterable[ServiceCalls]) -> list[Dependency]:
    """Each pair of services once, by name.

    Two sides and two signals report the same calls: the one that saw most counts, access logs before sampled spans.
    """
    best: dict[tuple[str, str], ServiceCalls] = {}
    for call in calls:
        pair = call.parent, call.child
        if pair not in best or _weight(call) > _weight(best[pair]):
            best[pair] = call
    return [Dependency(parent, child, call.calls, call.failed) for (parent, child), call in sorted(best.items())]


def _weight(call: ServiceCalls) -> tuple[bool, int]:
    return call.signal == "access_log", call.calls
