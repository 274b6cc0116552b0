"""Where the rows of requests and traces are: asked of the indexes once, before any rows are read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

RecordT = TypeVar("RecordT")

MAX_PLACES = 10_000
"""Of an id that no end of requests share, so many of its five minutes are looked at."""

BUCKET = 300
_NANOSECONDS = 10**9


class Queries(Protocol):
    """Answers the named queries of storage/queries (storage.client.Store)."""

    def query(self, name: str, parameters: Mapping[str, Any], into: type[RecordT]) -> list[RecordT]: ...


@dataclass(frozen=True, slots=True)
class IndexRow:
    """A row of request_index or trace_index: a trace, "" for none, and a moment in Unix seconds."""

    trace_id: str
    bucket: int


@dataclass(frozen=True, slots=True)
class Places:
    """Where rows of some ids are: their request ids, the traces among them, and when (table request_index)."""

    request_ids: Sequence[str]
    rows: Sequence[IndexRow]

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What access_logs_by_ids, spans_by_ids and logs_by_ids are asked with."""
        untraced = [row.bucket for row in self.rows if not row.trace_id]
        last = max(untraced, default=0)
        return {
            "request_ids": list(self.request_ids),
            "traces": sorted({row.trace_id for row in self.rows}),
            "buckets": sorted({row.bucket // BUCKET * BUCKET for row in self.rows}),
            "untraced_start": min(untraced, default=0) * _NANOSECONDS,
            # A moment at the start of five minutes may stand for all of them.
            "untraced_end": (last + (1 if last % BUCKET else BUCKET)) * _NANOSECONDS,
        }


def locate(queries: Queries, request_ids: Sequence[str], trace_ids: Iterable[str]) -> Places | None:
    """Where the rows of these x-request-ids are, of the traces that those requests are part of, and of these traces.

    Args:
        queries: answers the named queries.
        request_ids: as the proxies wrote them.
        trace_ids: of up to 32 hex digits each; what is none is found nowhere.

    Returns:
        None where there is no row.
    """
    found: list[IndexRow] = []
    if request_ids:
        asked = {"request_ids": list(request_ids), "limit": MAX_PLACES}
        found += queries.query("lookup_requests", asked, IndexRow)
    traces = sorted({row.trace_id for row in found if row.trace_id} | set(trace_ids))
    if traces:
        found += queries.query("lookup_traces", {"traces": traces, "limit": MAX_PLACES}, IndexRow)
    return Places(request_ids, found) if found else None
