"""Requests of which a span or an access log matches an expression, slice of time by slice."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from dashboard.queries import FilteredQueries
from dashboard.reads.slices import GROWTH, nanoseconds, slices
from meshhub.expression import And, Comparison, Expression, Kind, Operator
from meshhub.model import TimeRange
from storage.filters import ACCESS_LOGS, REQUEST_FIELDS, SPANS, compile_condition
from storage.filters.among import EVERY, MATCHING, Among, named, placed
from storage.filters.condition import Condition, Order
from storage.filters.rows import ANY, FINAL
from storage.lookup import locate
from storage.records.search import Bucket, FoundRequest, LogsOfRequest, SpansOfTrace
from traces.search import TraceHit, merge

LATEST = 2**63 - 1
FEW = 5_000
"""Up to so many requests of a slice are found first, and then put in order."""
CANDIDATES = 2
"""Where most match, so many times the wanted requests are looked at for whether they match."""
SAMPLED = 300
"""The share of a slice, its newest, that shows whether most match."""
NARROWED = 20
"""A search by request id reads only the rows of its traces where it has no more than so many in five minutes."""

_FIVE_MINUTES = timedelta(minutes=5)
_SECOND = timedelta(seconds=1)
_HEX = re.compile(r"[0-9a-f]{1,32}")
_TRACE_ID = REQUEST_FIELDS.find("trace_id")


class Matching:
    """Finds requests in the store."""

    def __init__(self, queries: FilteredQueries) -> None:
        self._queries = queries

    def parts(
        self, window: TimeRange, wanted: Expression, *, newest_first: bool, growth: int = GROWTH
    ) -> Iterator[tuple[TimeRange, Expression]]:
        """The window in slices, each with what to look for in it; of a search by id only the five minutes that the
        indexes name, in which only the traces of that id are read.
        """
        ids = _ids(wanted)
        if ids is None:
            for part in slices(window, newest_first=newest_first, growth=growth):
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
        """The first `limit` requests of a slice that match and that began between two times (Unix nanoseconds, both
        included), in no order; a few more where others come together with the last.
        """
        ranking = _Ranking(part, filters_of(wanted, "spans", "logs"), order, earliest, latest)
        found = self._found(ranking, EVERY, FEW + 1)
        if len(found) <= min(limit, FEW):
            among = _named(found)
        elif len(found) <= FEW:
            among = self._where(self._ranked(ranking, _named(found), limit).all)
        else:
            among = self._where(self._first(ranking, limit))
        return [hit for hit in self._summed_up(part, among) if earliest <= hit.start_unix_nano <= latest]

    def _first(self, ranking: "_Ranking", limit: int) -> Sequence[FoundRequest]:
        """The first requests that match of more than a few.

        Where most match, all are put in order by what is little to read, and only the first are looked at for whether
        they match. Where too few of those do, or few match at all, the engine puts those in order that match.
        """
        if self._most_match(ranking):
            start, end = nanoseconds(ranking.part).values()
            within = replace(ranking, latest=min(ranking.latest, end - 1), reaching=start)
            candidates = self._ranked(within, EVERY, CANDIDATES * limit)
            matching = set(self._found(ranking, self._where(candidates.all), len(candidates.all)))
            first = _Ranked(_only(candidates.spans, matching), _only(candidates.logs, matching)).first(limit)
            if _are_all(first.spans, candidates.spans, limit) and _are_all(first.logs, candidates.logs, limit):
                return first.all
        return self._ranked(ranking, MATCHING, limit).all

    def _most_match(self, ranking: "_Ranking") -> bool:
        """Whether of the newest requests of the slice at least two of three match."""
        part = ranking.part
        newest = TimeRange(max(part.start, part.end - max((part.end - part.start) / SAMPLED, _SECOND)), part.end)
        some = replace(ranking, part=newest)
        matching = len(self._found(some, EVERY, FEW))
        every = len(self._found(replace(some, filters={"spans": ANY, "logs": ANY}), EVERY, FEW))
        return 0 < every <= matching * 3 / 2

    def _ranked(self, ranking: "_Ranking", among: Among, limit: int) -> "_Ranked":
        parameters = nanoseconds(ranking.part) | {
            "limit": limit, "earliest": ranking.earliest, "latest": ranking.latest, "reaching": ranking.reaching
        }  # fmt: skip
        pieces: dict[str, Condition | Order] = {**ranking.filters, "order": ranking.order}
        spans = self._queries.query_filtered(
            "search_spans", parameters, FoundRequest, {**pieces, "among_spans": among.spans}
        )
        logs = self._queries.query_filtered(
            "search_logs", parameters, FoundRequest, {**pieces, "among_logs": among.logs, "final": FINAL}
        )
        return _Ranked(spans, logs)

    def _found(self, ranking: "_Ranking", among: Among, limit: int) -> list[FoundRequest]:
        parameters = nanoseconds(ranking.part) | {"limit": limit}
        return self._queries.query_filtered(
            "search_found", parameters, FoundRequest, {**ranking.filters, **among.pieces}
        )

    def _summed_up(self, part: TimeRange, among: Among) -> list[TraceHit]:
        bounds = nanoseconds(part)
        spans = self._queries.query_filtered(
            "search_spans_of_traces", bounds, SpansOfTrace, {"among_spans": among.spans}
        )
        logs = self._queries.query_filtered(
            "search_logs_of_requests", bounds, LogsOfRequest, {"among_logs": among.logs, "final": FINAL}
        )
        return merge(spans, logs)

    def _where(self, requests: Sequence[FoundRequest]) -> Among:
        """These requests, by the places of their rows."""
        traces, untraced = _ids_of(requests)
        places = locate(self._queries, untraced, traces)
        # The index knows the traces of request ids, too, of which rows without a trace have some.
        meant = {*traces, ""} if untraced else set(traces)
        rows = places.rows if places else ()
        return placed([(row.bucket, row.trace_id) for row in rows if row.trace_id in meant], untraced)


@dataclass(frozen=True, slots=True)
class _Ranking:
    """What a slice is searched for, and in which order what is found is wanted."""

    part: TimeRange
    filters: Mapping[str, Condition]
    order: Order
    earliest: int
    latest: int
    """Unix nanoseconds, both included: when a request begins."""
    reaching: int = 0
    """Unix nanoseconds: it does not end before."""


@dataclass(frozen=True, slots=True)
class _Ranked:
    """The first requests by their spans, and the first by their access logs."""

    spans: Sequence[FoundRequest]
    logs: Sequence[FoundRequest]

    @property
    def all(self) -> list[FoundRequest]:
        return list(dict.fromkeys([*self.spans, *self.logs]))

    def first(self, number: int) -> "_Ranked":
        return _Ranked(self.spans[:number], self.logs[:number])


def _only(requests: Sequence[FoundRequest], some: Set[FoundRequest]) -> list[FoundRequest]:
    return [one for one in requests if one in some]


def _are_all(first: Sequence[FoundRequest], candidates: Sequence[FoundRequest], limit: int) -> bool:
    """Whether none that is no candidate can be among the first: there are enough, or no others."""
    return len(first) >= limit or len(candidates) < CANDIDATES * limit


def _ids_of(requests: Sequence[FoundRequest]) -> tuple[list[str], list[str]]:
    """Their trace ids, and the request ids of those that have no trace."""
    return sorted({one.trace_id for one in requests if one.trace_id}), [
        one.request_id for one in requests if not one.trace_id
    ]


def _named(requests: Sequence[FoundRequest]) -> Among:
    return named(*_ids_of(requests))


def filters_of(wanted: Expression, spans: str, logs: str) -> dict[str, Condition]:
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
