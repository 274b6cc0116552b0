"""Access logs made up: calls of a small shop, of which some failed."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import timedelta

from dashboard.reads.facets import Facet, FacetValue
from dashboard.reads.log_answers import (
    Bin,
    ExportFormat,
    LogDetail,
    LogFacets,
    LogHistogram,
    LogOrder,
    LogPage,
    Tail,
)
from meshhub.errors import NotFound, UnusableRequest
from meshhub.expression import Suggestion, complete, parse
from meshhub.model import TimeRange
from meshhub.outcome import Outcome
from meshhub.testing.fake_search import known_values
from meshhub.testing.mood import Mood
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import MILLISECOND, NOW, client_log
from storage.filters import ACCESS_LOG_FIELDS
from storage.records.search import LogLine
from traces.response_details import explain_details
from traces.response_flags import explain_flag, explain_flags

COUNT = 250
DEFAULT_FACETS = ("outcome", "status", "flag", "source", "destination", "method", "route")

_FAILED = {
    "response_code": 503,
    "response_flags": "UF,URX",
    "response_code_details": "upstream_reset_before_response_started{connection_failure}",
    "path": '/cart?q=<img src=x onerror="alert(1)">',
    "attributes": {"x_forwarded_for": "10.0.0.1", "long": "x" * 2_000},
}


class FakeLogReads:
    """Reads expressions as the real one does (faults included), and has `count` rows for each."""

    def __init__(self, mood: Mood) -> None:
        self._mood = mood
        self.count = COUNT

    def rows(
        self,
        window: TimeRange,
        expression: str,
        order: LogOrder = LogOrder.NEWEST,
        cursor: str | None = None,
        limit: int = 100,
    ) -> LogPage:
        self._check(expression)
        made = sorted(made_lines(window, self.count), key=_KEYS[order])
        if not (cursor or "0").isdecimal():
            raise UnusableRequest(f"could not go on from the cursor {cursor!r}: it is none of this search")
        first = int(cursor or 0)
        return LogPage(tuple(made[first : first + limit]), str(first + limit) if first + limit < len(made) else None)

    def facets(self, window: TimeRange, expression: str, fields: Sequence[str] = DEFAULT_FACETS) -> LogFacets:
        self._check(expression)
        total = self.count if window.seconds >= 2 else 0
        return LogFacets(total, tuple(_facet(field, total) for field in fields) if total else ())

    def histogram(self, window: TimeRange, expression: str) -> LogHistogram:
        self._check(expression)
        step = max(1, int(window.seconds / 60))
        first = int(window.start.timestamp()) // step * step
        bins = [
            Bin(first + step * number, {Outcome.OK: 90 + number, Outcome.SERVER_ERROR: number % 7})
            for number in range(60)
        ]
        return LogHistogram(window, step, tuple(bins))

    def tail(self, expression: str, cursor: str | None = None, limit: int = 200) -> Tail:
        """Nothing new after the first time."""
        self._check(expression)
        window = TimeRange.last(timedelta(minutes=5), now=NOW)
        return Tail(() if cursor else tuple(made_lines(window, min(5, limit))), "1", 0)

    def export(self, window: TimeRange, expression: str, form: ExportFormat, limit: int = 10_000) -> Iterator[bytes]:
        self._check(expression)
        if form is not ExportFormat.JSON:
            yield f"{form} of {self.count} rows".encode()
            return
        for line in made_lines(window, min(self.count, limit)):
            yield f"{json.dumps(asdict(line))}\n".encode()

    def row(self, row_id: str) -> LogDetail:
        self._mood.check()
        if row_id == "missing":
            raise NotFound("could not find the access log missing: no row has this id")
        log = client_log(Proxy("storefront", "shop"), Proxy("cart", "shop"), 0, 12, **_FAILED)
        outcome = Outcome.SERVER_ERROR
        return LogDetail(row_id, log, outcome, explain_flags(log.response_flags), explain_details(log))

    def complete(self, text: str, cursor: int) -> list[Suggestion]:
        self._mood.check()
        return complete(text, cursor, ACCESS_LOG_FIELDS, known_values, ("x_forwarded_for",))

    def _check(self, expression: str) -> None:
        self._mood.check()
        parse(expression, ACCESS_LOG_FIELDS)


def made_lines(window: TimeRange, count: int) -> list[LogLine]:
    """Rows spread over the window, oldest first; every tenth failed."""
    start, step = int(window.start.timestamp() * 1e9), int(window.seconds * 1e9 / max(count, 1))
    plain = _line(start)
    failed = replace(plain, response_code=503, response_flags="UF,URX", path="/<b>" + "y" * 400)
    return [
        replace(
            failed if number % 10 == 0 else plain,
            id=f"{start + step * number}-0-{number:016x}",
            time_unix_nano=start + step * number,
            received=(start + step * number) // (1000 * MILLISECOND) + 1,
            duration_us=9_000 + number * 131 % 40_000,
            request_id=f"0f9b3c1e-5d0c-4f6e-8a5b-{number:012x}",
        )
        for number in range(count)
    ]


def _line(start: int) -> LogLine:
    return LogLine(
        id="",
        time_unix_nano=start,
        received=0,
        reporter="client",
        service="storefront",
        namespace="shop",
        instance="storefront-1",
        source_service="storefront",
        source_namespace="shop",
        source_version="v1",
        destination_kind="service",
        destination_service="cart",
        destination_namespace="shop",
        destination_version="v1",
        method="GET",
        authority="cart",
        path="/items?page=2",
        route_name="default",
        protocol="HTTP/1.1",
        transport="http",
        response_code=200,
        grpc_status=-1,
        response_flags="",
        response_code_details="via_upstream",
        request_attempts=1,
        bytes_received=120,
        bytes_sent=4_096,
        duration_us=9_000,
        upstream_host="10.0.0.7:8080",
        security="mtls",
        sampled="no",
        request_id="",
        trace_id="",
    )


def _facet(field: str, total: int) -> Facet:
    if field == "flag":
        values = [FacetValue("", total - 25), FacetValue("UF", 25, explain_flag("UF").text)]
    else:
        values = [FacetValue(f"{field}-{number}", total // (number + 2)) for number in range(3)]
    return Facet(field, tuple(values), total - sum(value.requests for value in values), len(values) + 1)


_KEYS: dict[LogOrder, Callable[[LogLine], int]] = {
    LogOrder.NEWEST: lambda line: -line.time_unix_nano,
    LogOrder.OLDEST: lambda line: line.time_unix_nano,
    LogOrder.SLOWEST: lambda line: -line.duration_us,
    LogOrder.LARGEST: lambda line: -line.bytes_sent,
}
