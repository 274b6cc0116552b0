"""Requests of which a span or an access log matches an expression, slice of time by slice."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from dashboard.queries import FilteredQueries
from dashboard.reads.slices import nanoseconds, slices
from meshhub.expression import And, Comparison, Expression, Kind, Operator
from meshhub.model import TimeRange
from storage.filters import ACCESS_LOGS, REQUEST_FIELDS, SPANS, compile_condition
from storage.filters.condition import Condition, Order
from storage.filters.rows import FINAL
from storage.records.search import Bucket, FoundRequest, LogsOfRequest, SpansOfTrace
from traces.search import TraceHit, merge

LATEST = 2**63 - 1
FEW = 5_000
"""Up to so many requests of a slice are found first and then summed up by their ids; of more
the first in the order asked for are, which has the engine look for them again."""
NARROWED = 20
"""A search by request id reads only the rows of its traces where it has no more than so many in five minutes."""

_FIVE_MINUTES = timedelta(minutes=5)
_HEX = re.compile(r"[0-9a-f]{1,32}")
_NO_TRACE = "0" * 32
_TRACE_ID = REQUEST_FIELDS.find("trace_id")


class Matching:
    """Finds requests in the store."""

    def __init__(self, queries: FilteredQueries) -> None:
        self._queries = queries

    def parts(
        self, window: TimeRange, wanted: Expression, *, newest_first: bool
    ) -> Iterator[tuple[TimeRange, Expression]]:
        """The window in slices, each with what to look for in it; of a search by id only the five minutes that the
        indexes name, in which only the traces of that id are read.
        """
        ids = _ids(wanted)
        if ids is None:
            for part in slices(window, newest_first=newest_first):
                yield part, wanted
            return
        requests, traces = ids
        buckets = self._queries.query("search_buckets", {"requests": requests, "traces": traces}, Bucket)
        for bucket in buckets if newest_first else reversed(buckets):
            start = datetime.fromtimestamp(bucket.bucket, UTC)
            if start < window.end and start + _FIVE_MINUTES > window.start:
                part = TimeRange(max(start, window.start), min(start + _FIVE_MINUTES, window.end))
                yield part, _among(wanted, bucket.traces)

    def requests(
        self, part: TimeRange, wanted: Expression, order: Order, limit: int, earliest: int = 0, latest: int = LATEST
    ) -> list[TraceHit]:
        """The requests of a slice that match and that began between two times (Unix nanoseconds, both included).

        In no order. Of many, at least the first `limit` in `order`; of few, all.
        """
        filters = filters_of(wanted, "spans", "logs")
        found = self._queries.query_filtered(
            "search_found", nanoseconds(part) | {"limit": FEW + 1}, FoundRequest, filters
        )
        if len(found) > FEW:
            bounds = nanoseconds(part) | {"limit": limit, "earliest": earliest, "latest": latest}
            return self._first(part, bounds, filters | {"order": order})
        hits = self._summed_up(part, found) if found else []
        return [hit for hit in hits if earliest <= hit.start_unix_nano <= latest]

    def _summed_up(self, part: TimeRange, found: Sequence[FoundRequest]) -> list[TraceHit]:
        traces = sorted({one.trace_id for one in found if one.trace_id})
        untraced = [one.request_id for one in found if not one.trace_id]
        bounds = nanoseconds(part)
        spans = self._queries.query("search_spans_of_traces", bounds | {"traces": traces}, SpansOfTrace)
        of_these = bounds | {"traces": [*traces, *([_NO_TRACE] if untraced else ())], "requests": untraced}
        logs = self._queries.query_filtered("search_logs_of_requests", of_these, LogsOfRequest, {"final": FINAL})
        return merge(spans, logs)

    def _first(
        self, part: TimeRange, parameters: dict[str, int], pieces: dict[str, Condition | Order]
    ) -> list[TraceHit]:
        spans = self._queries.query_filtered("search_spans", parameters, FoundRequest, pieces)
        logs = self._queries.query_filtered("search_logs", parameters, FoundRequest, pieces | {"final": FINAL})
        return self._summed_up(part, [*spans, *logs])


def filters_of(wanted: Expression, spans: str, logs: str) -> dict[str, Condition | Order]:
    """An expression as conditions on spans and on access logs, for the places of these names."""
    return {spans: compile_condition(wanted, SPANS, spans), logs: compile_condition(wanted, ACCESS_LOGS, logs)}


def _among(wanted: Expression, traces: Sequence[str]) -> Expression:
    """What is wanted, of these traces only; "" is no trace."""
    if _TRACE_ID is None or not traces or len(traces) > NARROWED or not all(traces):
        return wanted
    return And((Comparison(_TRACE_ID, Operator.IN, tuple(traces)), wanted))


def _ids(wanted: Expression) -> tuple[list[str], list[str]] | None:
    """The request ids and trace ids of which every match has one; None where it need not have any."""
    parts: Sequence[Expression] = wanted.parts if isinstance(wanted, And) else (wanted,)
    for part in parts:
        if not isinstance(part, Comparison) or part.operator not in (Operator.EQUAL, Operator.IN):
            continue
        values = [str(value) for value in (part.value if isinstance(part.value, tuple) else (part.value,))]
        if part.field.kind is Kind.TEXT and part.field.name == "request_id":
            return values, []
        if part.field.kind is Kind.TEXT and part.field.name == "trace_id":
            plain = (value.replace("-", "").lower() for value in values)
            return [], [value.zfill(32) for value in plain if _HEX.fullmatch(value)]
    return None
