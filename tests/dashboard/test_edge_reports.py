"""Reports read as columns, with names from memory, are what the engine answers row by row."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from dashboard.reads.edge_reports import EdgeReports
from dashboard.reads.series_names import SeriesNames
from meshhub.model import Signal, TimeRange
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import access_log, load, logs_request, outbound
from storage.client import Store
from storage.records.edges import SeriesName, ServiceEdgeReport
from topology.model import Perspective

RecordT = TypeVar("RecordT")

SPAN = 4_000
"""Seconds of telemetry, so that a window of an hour starts and ends within every kind of interval."""


class Watched:
    """The store, and which questions it was asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def query(self, name: str, parameters: Mapping[str, Any], into: type[RecordT]) -> list[RecordT]:
        self.asked.append((name, parameters))
        return self._store.query(name, parameters, into)

    def named(self) -> list[int]:
        """How many series each question for names was about."""
        return [len(given["series"]) for name, given in self.asked if name == "edge_names_in_window"]


@pytest.fixture(scope="module")
def sent(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    """An exchange with outcomes, flags and transports of all kinds."""
    exchange = Exchange.recent()
    begin = exchange.start // 10**9 - SPAN
    logs = [
        access_log(
            (begin + at) * 10**9,
            outbound(
                exchange.caller,
                exchange.callee,
                duration_us=str(1000 + at * 37 % 9000),
                response_code="503" if at % 4 == 0 else "200",
                response_flags="UF,URX" if at % 4 == 0 else "-",
                grpc_status="14" if at % 3 == 0 else "-",
                request_attempts="2" if at % 5 == 0 else "1",
            ),
        )
        for at in range(0, SPAN, 13)
    ]
    load(embedded_store, tmp_path_factory.mktemp("segments"), Signal.LOGS, [logs_request(exchange.caller, logs)])
    return exchange


def window_of(sent: Exchange, start: int, end: int) -> TimeRange:
    """From and to so many seconds before the exchange."""
    base = sent.start // 10**9
    return TimeRange(datetime.fromtimestamp(base - start, UTC), datetime.fromtimestamp(base - end, UTC))


def own(reports: list[ServiceEdgeReport], sent: Exchange) -> list[ServiceEdgeReport]:
    found = [report for report in reports if report.source_service == sent.caller.service]
    return sorted(found, key=lambda report: (report.relation, report.source_version, report.destination_version))


@pytest.mark.parametrize("by", Perspective)
@pytest.mark.parametrize(("start", "end"), [(SPAN, 0), (3_671, 71), (1_203, 1_190), (65, 5)])
def test_columns_say_what_rows_say(
    embedded_store: Store, sent: Exchange, start: int, end: int, by: Perspective
) -> None:
    window = window_of(sent, start, end)
    question = {
        "start": window.start.timestamp(),
        "end": window.end.timestamp(),
        "by": by.value,
        "limit": 100_000,
    }
    rows = embedded_store.query("service_edges_in_window", question, ServiceEdgeReport)
    read = EdgeReports(embedded_store).read(window, by=by, limit=100_000)
    assert own(read, sent) == own(rows, sent) != []


def test_the_names_of_one_window_serve_the_next(embedded_store: Store, sent: Exchange) -> None:
    watched = Watched(embedded_store)
    reports = EdgeReports(watched)
    reports.read(window_of(sent, SPAN, 0), by=Perspective.SERVICE, limit=100_000)
    reports.read(window_of(sent, 3_000, 500), by=Perspective.VERSION, limit=100_000)
    assert len(watched.named()) == 1


def test_only_names_that_are_not_known_are_asked_for(embedded_store: Store, sent: Exchange) -> None:
    window = window_of(sent, SPAN, 0)
    every = [name.series for name in names_in(embedded_store, window)]
    watched = Watched(embedded_store)
    names = SeriesNames(watched)
    assert every[0] in names.of(every[:1], window)
    assert names.of(every[:2], window).keys() == set(every[:2])
    assert watched.named() == [1, 1]


def test_with_more_edges_than_the_limit_the_busiest_are_read(embedded_store: Store, sent: Exchange) -> None:
    window = window_of(sent, SPAN, 0)
    every = EdgeReports(embedded_store).read(window, by=Perspective.SERVICE, limit=100_000)
    (busiest,) = EdgeReports(embedded_store).read(window, by=Perspective.SERVICE, limit=1)
    assert busiest.requests == max(report.requests for report in every)


def names_in(store: Store, window: TimeRange) -> list[SeriesName]:
    question = {"start": window.start.timestamp(), "end": window.end.timestamp(), "series": [], "limit": 1_000_000}
    return store.query("edge_names_in_window", question, SeriesName)
