"""A search made up: requests of a small shop, some of which failed and some of which were not sampled."""

from collections.abc import Callable, Iterator, Sequence

from dashboard.reads.facets import Facet, FacetValue
from dashboard.reads.search_answers import SearchFacets
from meshhub.errors import UnusableRequest
from meshhub.expression import Field, Suggestion, complete, parse
from meshhub.model import TimeRange
from meshhub.testing.mood import Mood
from storage.filters import REQUEST_FIELDS
from storage.records.search import AttributeCount
from traces.difference import Contrast, compare
from traces.search import Point, Scatter, SearchPage, Sort, TraceHit

COUNT = 120


class FakeSearchReads:
    """Reads expressions as the real one does (faults included), and finds `COUNT` requests for each."""

    def __init__(self, mood: Mood) -> None:
        self._mood = mood
        self.count = COUNT

    def traces(
        self,
        window: TimeRange,
        expression: str,
        sort: Sort = Sort.NEWEST,
        limit: int = 50,
        cursor: str | None = None,
    ) -> SearchPage:
        return list(self.stream(window, expression, sort, limit, cursor))[-1]

    def stream(
        self,
        window: TimeRange,
        expression: str,
        sort: Sort = Sort.NEWEST,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Iterator[SearchPage]:
        """Two pages: one of half the window, and the whole."""
        self._check(expression)
        hits = sorted(made_hits(window, self.count), key=_KEYS[sort])
        if not (cursor or "0").isdecimal():
            raise UnusableRequest(f"could not go on from the cursor {cursor!r}: it is none of this search")
        first = int(cursor or 0)
        shown, following = hits[first : first + limit], first + limit
        middle = window.start + window.length / 2
        yield SearchPage(window, TimeRange(middle, window.end), tuple(shown[: len(shown) // 2]), None, done=False)
        more = str(following) if following < len(hits) else None
        yield SearchPage(window, window, tuple(shown), more, done=True)

    def facets(self, window: TimeRange, expression: str) -> SearchFacets:
        self._check(expression)
        services = FacetValue("storefront", 80), FacetValue("cart", 40)
        flags = FacetValue("", 108), FacetValue("UF", 12, "Could not connect to the upstream host.")
        failed = FacetValue("false", 108), FacetValue("true", 12)
        facets = Facet("service", services, 0, 2), Facet("flag", flags, 0, 2), Facet("error", failed, 0, 2)
        return SearchFacets(window, window, COUNT, facets)

    def scatter(self, window: TimeRange, expression: str, points: int = 2_000) -> Scatter:
        self._check(expression)
        hits = sorted(made_hits(window, self.count), key=_KEYS[Sort.OLDEST])[:points]
        return Scatter(window, window, tuple(_point(hit) for hit in hits), self.count)

    def difference(self, window: TimeRange, selection: str, baseline: str = "") -> Contrast:
        self._check(selection)
        self._check(baseline)
        if window.seconds < 2:
            return compare((), 0, 0, sampled=False)
        counts = (
            AttributeCount("version", "v2", 38, 60, 3),
            AttributeCount("upstream_host", "10.0.0.7:8080", 36, 12, 3),
            AttributeCount("tenant.tier", "<b>free</b>", 21, 190, 3),
        )
        return compare(counts, 40, 400, sampled=False)

    def complete(self, text: str, cursor: int) -> list[Suggestion]:
        self._mood.check()
        return complete(text, cursor, REQUEST_FIELDS, known_values, ("http.route", "tenant.tier"))

    def _check(self, expression: str) -> None:
        self._mood.check()
        parse(expression, REQUEST_FIELDS)


def known_values(field: Field, prefix: str) -> Sequence[str]:
    """Values of the shop."""
    known = {"service": ("storefront", "cart"), "destination": ("cart", "ratings"), "flag": ("UF", "URX")}
    return [value for value in known.get(field.name, ("one", "two words")) if prefix in value]


def made_hits(window: TimeRange, count: int) -> list[TraceHit]:
    """Requests spread over the window; every tenth failed, every fourth was not sampled."""
    start, step = int(window.start.timestamp() * 1e9), int(window.seconds * 1e9 / max(count, 1))
    return [_hit(number, start + number * step) for number in range(count)]


def _hit(number: int, start: int) -> TraceHit:
    failed, sampled = number % 10 == 0, number % 4 != 0
    return TraceHit(
        trace_id=f"{number + 1:032x}",
        request_id=f"0f9b3c1e-5d0c-{'9' if sampled else '4'}f6e-8a5b-{number:012x}",
        root_namespace="shop",
        root_service="cart" if number % 3 == 0 else "storefront",
        root_operation="GET /" if number % 7 else 'GET /search?q=<script>alert("x")</script>' + "x" * 300,
        start_unix_nano=start,
        duration_us=2_000_000 + number if failed else 12_000 + number * 137 % 50_000,
        spans=9 if sampled else 0,
        access_logs=6,
        errors=2 if failed else 0,
        services=("cart", "ratings", "storefront"),
        status=503 if failed else 200,
        grpc_status=-1,
        flags=("UF", "URX") if failed else (),
    )


def _point(hit: TraceHit) -> Point:
    return Point(
        hit.id, hit.start_unix_nano, hit.duration_us, hit.failed, hit.sampled, hit.root_service, hit.root_operation
    )


_KEYS: dict[Sort, Callable[[TraceHit], int]] = {
    Sort.NEWEST: lambda hit: -hit.start_unix_nano,
    Sort.OLDEST: lambda hit: hit.start_unix_nano,
    Sort.SLOWEST: lambda hit: -hit.duration_us,
    Sort.MOST_ERRORS: lambda hit: -hit.errors,
    Sort.MOST_SPANS: lambda hit: -hit.spans,
}
