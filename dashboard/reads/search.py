"""The search for requests and traces."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dashboard.queries import FilteredQueries
from dashboard.reads.completions import of_requests
from dashboard.reads.facets import Facet, FacetValue
from dashboard.reads.log_answers import UnusableCursor
from dashboard.reads.matching import LATEST, Matching, filters_of
from dashboard.reads.search_answers import SearchFacets
from dashboard.reads.slices import FASTER, GROWTH, nanoseconds
from meshhub.clock import Clock
from meshhub.expression import Expression, Suggestion, parse
from meshhub.model import TimeRange
from storage.filters import REQUEST_FIELDS
from storage.filters.condition import Order
from storage.filters.rows import MOST_ERRORS, MOST_ROWS, NEWEST, OLDEST, SLOWEST
from storage.records.search import AttributeCount, FoundId
from traces.difference import Contrast, compare
from traces.response_flags import explain_flag
from traces.search import Point, Scatter, SearchPage, Sort, TraceHit

MAX_HITS = 1_000
MAX_COUNTED = 5_000
"""Requests that facets and scatters are made of."""
MAX_SELECTED, MAX_REST = 1_000, 2_000
FACET_VALUES = 20

_FIVE_MINUTES = timedelta(minutes=5)
_CURSOR = re.compile(r"([0-9]{1,19})-(.{1,300})", re.DOTALL | re.ASCII)


@dataclass(frozen=True, slots=True)
class _Way:
    """How hits are ordered: in the engine, and here."""

    order: Order
    key: Callable[[TraceHit], tuple[int, str]]
    by_time: bool = False


_WAYS = {
    Sort.NEWEST: _Way(NEWEST, lambda hit: (-hit.start_unix_nano, hit.id), by_time=True),
    Sort.OLDEST: _Way(OLDEST, lambda hit: (hit.start_unix_nano, hit.id), by_time=True),
    Sort.SLOWEST: _Way(SLOWEST, lambda hit: (-hit.duration_us, hit.id)),
    Sort.MOST_ERRORS: _Way(MOST_ERRORS, lambda hit: (-hit.errors, hit.id)),
    Sort.MOST_SPANS: _Way(MOST_ROWS, lambda hit: (-(hit.spans or hit.access_logs), hit.id)),
}


class SearchReads:
    """Requests of which a span or an access log matches an expression, sampled or not.

    Every method that takes an expression raises ExpressionFault where it cannot be read.
    """

    def __init__(self, queries: FilteredQueries, clock: Clock) -> None:
        self._queries = queries
        self._matching = Matching(queries)
        self._completions = of_requests(queries, clock, REQUEST_FIELDS)

    def traces(
        self,
        window: TimeRange,
        expression: str,
        sort: Sort = Sort.NEWEST,
        limit: int = 50,
        cursor: str | None = None,
    ) -> SearchPage:
        """The last page of `stream`."""
        *_, last = self.stream(window, expression, sort, limit, cursor)
        return last

    def stream(
        self,
        window: TimeRange,
        expression: str,
        sort: Sort = Sort.NEWEST,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Iterator[SearchPage]:
        """What has been found after each slice of time; the last page is done. To cancel, ask for no more pages.

        Raises:
            UnusableCursor: `cursor` is none that a page gave; only pages by time give one.
        """
        wanted, limit = parse(expression, REQUEST_FIELDS), min(max(limit, 1), MAX_HITS)
        return self._pages(window, wanted, sort, limit, _place_of(cursor, sort))

    def _pages(
        self, window: TimeRange, wanted: Expression, sort: Sort, limit: int, after: "_Place | None"
    ) -> Iterator[SearchPage]:
        way, hits, more = _WAYS[sort], dict[str, TraceHit](), False
        searched: TimeRange | None = None
        earliest, latest = (after.earliest, after.latest) if after else (0, LATEST)
        growth = GROWTH if way.by_time else FASTER
        parts = self._matching.parts(
            _rest_of(window, after, sort), wanted, newest_first=sort is not Sort.OLDEST, growth=growth
        )
        for part, looked_for in parts:
            for hit in self._matching.requests(part, looked_for, way.order, limit + 2, earliest, latest):
                if after is None or way.key(hit) > after.key:
                    _keep(hits, hit)
            searched = _joined(searched, part)
            hits = {hit.id: hit for hit in sorted(hits.values(), key=way.key)[: 2 * limit]}
            # A request may have begun before the slice in which it was found: others come before it.
            begun = int(searched.start.timestamp() * 1e9) if sort is Sort.NEWEST else 0
            more = sum(hit.start_unix_nano >= begun for hit in hits.values()) > limit
            if more and way.by_time:
                break
            yield SearchPage(window, searched, tuple(hits.values())[:limit], None, done=False)
        shown = tuple(hits.values())[:limit]
        going_on = f"{shown[-1].start_unix_nano}-{shown[-1].id}" if len(hits) > limit and way.by_time else None
        yield SearchPage(window, searched, shown, going_on, done=True)

    def facets(self, window: TimeRange, expression: str) -> SearchFacets:
        """How the newest of the requests that match are spread."""
        hits, covered = self._newest(window, expression)
        facets = (
            _facet("service", (hit.services for hit in hits)),
            _facet("root", ((hit.root_service,) for hit in hits)),
            _facet("operation", ((hit.root_operation,) for hit in hits)),
            _facet("status", ((str(hit.status or ""),) for hit in hits)),
            _facet("flag", (hit.flags or ("",) for hit in hits)),
            _facet("error", ((str(hit.failed).lower(),) for hit in hits)),
            _facet("sampled", (("yes" if hit.sampled else "no",) for hit in hits)),
        )
        return SearchFacets(window, covered, len(hits), facets)

    def scatter(self, window: TimeRange, expression: str, points: int = 2_000) -> Scatter:
        """The newest of the requests that match, by start and duration."""
        hits, covered = self._newest(window, expression)
        kept = sorted(hits, key=lambda hit: (not hit.failed, -hit.duration_us))[: max(points, 1) // 2]
        rest = sorted(set(hits) - set(kept), key=lambda hit: hit.start_unix_nano)
        room = max(points, 1) - len(kept)
        kept += rest[:: max(1, -(-len(rest) // max(room, 1)))]
        kept.sort(key=lambda hit: (hit.start_unix_nano, hit.id))
        return Scatter(window, covered, tuple(map(_point, kept)), len(hits))

    def difference(self, window: TimeRange, selection: str, baseline: str = "") -> Contrast:
        """What the requests that match `selection` have that the others that match `baseline` have not."""
        selected = filters_of(parse(selection, REQUEST_FIELDS), "spans", "logs")
        others = filters_of(parse(baseline, REQUEST_FIELDS), "rest_spans", "rest_logs")
        bounds = nanoseconds(window)
        chosen = self._queries.query_filtered("search_ids", bounds | {"limit": MAX_SELECTED}, FoundId, selected)
        rest = self._queries.query_filtered(
            "search_other_ids", bounds | {"limit": MAX_REST}, FoundId, selected | others
        )
        if not chosen or not rest:
            return compare((), len(chosen), len(rest), sampled=False)
        ids = {"selected": [one.trace_id for one in chosen], "rest": [one.trace_id for one in rest], "limit": 200}
        counts = self._queries.query("search_attributes", bounds | ids, AttributeCount)
        cut = len(chosen) == MAX_SELECTED or len(rest) == MAX_REST
        return compare(counts, len(chosen), len(rest), sampled=cut)

    def complete(self, text: str, cursor: int) -> list[Suggestion]:
        """What can come at a cursor in an expression."""
        return self._completions.complete(text, cursor)

    def _newest(self, window: TimeRange, expression: str) -> tuple[list[TraceHit], TimeRange]:
        """The newest requests that match, and the part of the window that all of them were found in."""
        wanted = parse(expression, REQUEST_FIELDS)
        hits: dict[str, TraceHit] = {}
        covered: TimeRange | None = None
        for part, looked_for in self._matching.parts(window, wanted, newest_first=True):
            found = self._matching.requests(part, looked_for, NEWEST, MAX_COUNTED)
            for hit in found:
                _keep(hits, hit)
            if len(found) >= MAX_COUNTED:
                oldest = min(hit.start_unix_nano for hit in found)
                start = datetime.fromtimestamp(oldest / 1e9, UTC)
                covered = _joined(covered, TimeRange(max(part.start, min(start, part.end - _TICK)), part.end))
                break
            covered = _joined(covered, part)
            if len(hits) >= MAX_COUNTED:
                break
        return list(hits.values()), covered or window


_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page ended: the starts that come after it, and its last hit's key."""

    earliest: int
    latest: int
    key: tuple[int, str]


def _keep(hits: dict[str, TraceHit], hit: TraceHit) -> None:
    """Add a hit; of one that was found in two slices, the one that more was seen of."""
    known = hits.get(hit.id)
    if known is None or hit.spans + hit.access_logs > known.spans + known.access_logs:
        hits[hit.id] = hit


def _joined(searched: TimeRange | None, part: TimeRange) -> TimeRange:
    if searched is None:
        return part
    return TimeRange(min(searched.start, part.start), max(searched.end, part.end))


def _place_of(cursor: str | None, sort: Sort) -> _Place | None:
    if cursor is None:
        return None
    said = _CURSOR.fullmatch(cursor)
    if said is None or int(said[1]) > LATEST or not _WAYS[sort].by_time:
        raise UnusableCursor("could not go on: this cursor is none that a search in this order gave")
    start = int(said[1])
    if sort is Sort.NEWEST:
        return _Place(0, start, (-start, said[2]))
    return _Place(start, LATEST, (start, said[2]))


def _rest_of(window: TimeRange, after: _Place | None, sort: Sort) -> TimeRange:
    """The part of a window in which requests after a place are found: they began up to five minutes before."""
    if after is None:
        return window
    start = min(max(after.earliest if sort is Sort.OLDEST else after.latest, 0), 7_000_000_000 * 10**9)
    at = datetime.fromtimestamp(start / 1e9, UTC)
    if sort is Sort.OLDEST:
        return TimeRange(max(window.start, min(at, window.end - _TICK)), window.end)
    return TimeRange(window.start, max(min(window.end, at + _FIVE_MINUTES), window.start + _TICK))


def _facet(field: str, values: Iterable[Sequence[str]]) -> Facet:
    counted = Counter(value for several in values for value in several)
    listed = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    shown = listed[:FACET_VALUES]
    words = (explain_flag(value).text if field == "flag" and value else "" for value, _ in shown)
    return Facet(
        field,
        tuple(FacetValue(value, count, said) for (value, count), said in zip(shown, words, strict=True)),
        sum(count for _, count in listed[FACET_VALUES:]),
        len(listed),
    )


def _point(hit: TraceHit) -> Point:
    return Point(
        hit.id, hit.start_unix_nano, hit.duration_us, hit.failed, hit.sampled, hit.root_service, hit.root_operation
    )
