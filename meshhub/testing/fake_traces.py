"""Traces made up behind the real reads: only the engine is not there."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from dashboard.reads.traces import TraceReads
from meshhub.clock import SystemClock
from meshhub.testing import traces
from meshhub.testing.mood import Mood
from meshhub.testing.traces import Rows
from storage.lookup import IndexRow
from storage.records.traces import SpanPeers

RecordT = TypeVar("RecordT")

PEERS = SpanPeers(1_240, 1_187, 31, [42e6, 96e6, 188e6])

KNOWN: Mapping[str, Callable[[], Rows]] = {
    traces.TRACE_ID: traces.checkout,
    traces.OTHER_ID: lambda: traces.checkout(traces.OTHER_ID, again=True),
    traces.HOSTILE_ID: traces.hostile,
    traces.LARGE_ID: cache(lambda: traces.large(10_000)),
}


class MadeUpRows:
    """Answers the queries of TraceReads. `known` makes the rows of a trace; `asked` are the names of the queries."""

    def __init__(self, mood: Mood) -> None:
        self._mood = mood
        self.known = dict(KNOWN)
        self.asked: list[str] = []

    def query(self, name: str, parameters: Mapping[str, Any], into: type[RecordT]) -> list[RecordT]:
        self._mood.check()
        self.asked.append(name)
        found: list[Any] = self._rows(name, parameters)
        return [each for each in found if isinstance(each, into)]

    def _rows(self, name: str, parameters: Mapping[str, Any]) -> list[Any]:
        if name == "span_peers":
            return [PEERS]
        named = [name_of for name_of in parameters.get("traces", ()) if name_of in self.known]
        if name == "lookup_traces":
            return [IndexRow(trace_id, 0) for trace_id in named]
        rows = [self.known[trace_id]() for trace_id in named]
        match name:
            case "spans_by_ids":
                return [span for each in rows for span in each.spans]
            case "access_logs_by_ids":
                return [log for each in rows for log in each.access_logs]
            case "logs_by_ids":
                return [record for each in rows for record in each.logs]
        return []


class FakeTraceReads(TraceReads):
    """A checkout, the same on another day, a hostile trace, and one of ten thousand spans."""

    def __init__(self, mood: Mood) -> None:
        self.rows = MadeUpRows(mood)
        super().__init__(self.rows, SystemClock())
