"""A window answered from minutes, ten minutes and hours is what its ten seconds alone would say."""

from collections import Counter
from datetime import UTC, datetime
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshhub.model import Signal
from meshhub.testing.engine import rows, run
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import access_log, load, logs_request, outbound
from storage.client import Store
from storage.records.edges import ServiceEdgeReport

SPAN = 3 * 3600
"""Seconds of telemetry: the longest windows have two whole hours in them."""

STEP = 170
"""Seconds between requests: in all positions within minutes and ten minutes."""

FROM_TEN_SECONDS = """
    SELECT sum(edges.requests), sum(edges.attempts), sum(edges.bytes_sent), sum(edges.duration_us_sum),
        meshhub_bucket_latency(quantilesExactWeightedArray(0.5, 0.9, 0.95, 0.99)(
            mapKeys(edges.duration_buckets), mapValues(edges.duration_buckets))), min(edges.time), max(edges.time)
    FROM edges
    WHERE source_service = {service:String}
        AND edges.time >= toDateTime(toUInt32(floor({start:Float64} / 10) * 10), 'UTC')
        AND edges.time < toDateTime(toUInt32(ceil({end:Float64} / 10) * 10), 'UTC')"""


@pytest.fixture(scope="module")
def sent(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    """An exchange that goes on for three hours, loaded in two segments of which the second is late."""
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
                request_attempts="2" if at % 3 == 0 else "1",
            ),
        )
        for at in range(0, SPAN, STEP)
    ]
    folder = tmp_path_factory.mktemp("segments")
    for part in (logs[::2], logs[1::2]):
        load(store, folder, Signal.LOGS, [logs_request(exchange.caller, part)])
    return exchange


def reports(store: Store, sent: Exchange, start: float, end: float) -> list[ServiceEdgeReport]:
    question = {"start": start, "end": end, "by": "service", "limit": 100_000}
    found = store.query("service_edges_in_window", question, ServiceEdgeReport)
    return [report for report in found if report.source_service == sent.caller.service]


@settings(deadline=None, max_examples=50)
@given(start=st.floats(-SPAN - 700, 650), length=st.floats(0.5, SPAN + 1400))
def test_any_window_is_what_its_ten_seconds_say(store: Store, sent: Exchange, start: float, length: float) -> None:
    start += sent.start / 1e9
    found = reports(store, sent, start, start + length)
    [expected] = rows(store, FROM_TEN_SECONDS, service=sent.caller.service, start=start, end=start + length)
    if not expected[0]:
        assert found == []
        return
    [report] = found
    assert (report.requests, report.attempts, report.bytes_sent, report.duration_us_sum) == expected[:4]
    assert report.latency_us == pytest.approx(expected[4])
    assert (report.first_seen, report.last_seen) == expected[5:]
    assert sum(report.outcomes[1]) == report.requests == sum(report.source_versions.values())


def test_the_whole_exchange_is_counted_once(store: Store, sent: Exchange) -> None:
    [report] = reports(store, sent, sent.start / 1e9 - SPAN - 3600, sent.start / 1e9 + 3600)
    counted = Counter("503" if at % 4 == 0 else "200" for at in range(0, SPAN, STEP))
    by_code = {str(key[0]): requests for key, requests in zip(*report.outcomes, strict=True)}
    assert by_code == dict(counted)
    assert report.first_seen == datetime.fromtimestamp((sent.start // 10**9 - SPAN) // 10 * 10, UTC)


def test_latencies_are_within_five_percent(store: Store, sent: Exchange) -> None:
    [report] = reports(store, sent, sent.start / 1e9 - SPAN - 3600, sent.start / 1e9 + 3600)
    took = sorted(1000 + at * 37 % 9000 for at in range(0, SPAN, STEP))
    exact = [took[ceil(share * len(took)) - 1] for share in (0.5, 0.9, 0.95, 0.99)]
    assert report.latency_us == pytest.approx(exact, rel=0.05)


@pytest.mark.parametrize("duration_us", [1, 2, 3, 99, 100, 1_000, 4_321, 10**6, 86_400 * 10**5])
def test_every_duration_of_a_bucket_is_within_five_percent(store: Store, duration_us: int) -> None:
    question = "SELECT meshhub_bucket_latency([meshhub_latency_bucket({duration:UInt64})])[1]"
    [(told,)] = rows(store, question, duration=duration_us)
    assert told == pytest.approx(duration_us, rel=0.05)


def test_durations_beyond_the_buckets_have_the_nearest(store: Store) -> None:
    question = "SELECT meshhub_latency_bucket(0), meshhub_latency_bucket(1000000000000)"
    assert rows(store, question) == [(0, 255)]


def test_intervals_of_every_length_have_every_request(store: Store, sent: Exchange) -> None:
    question = """SELECT seconds, sum(edges_rollup.requests), sum(arraySum(mapValues(edges_rollup.duration_buckets)))
        FROM edges_rollup WHERE source_service = {service:String} GROUP BY seconds ORDER BY seconds"""
    total = len(range(0, SPAN, STEP))
    lengths = (60, 300, 600, 1800, 3600)
    assert rows(store, question, service=sent.caller.service) == [(seconds, total, total) for seconds in lengths]


def test_a_row_without_buckets_has_its_requests_in_that_of_their_mean(store: Store, sent: Exchange) -> None:
    """Rows from before there were buckets."""
    name = f"former-{sent.caller.service}"
    command = """INSERT INTO edges (time, source_service, requests, duration_us_sum)
        SELECT toDateTime({at:UInt32}, 'UTC'), {service:String}, 4, 20000"""
    run(store, command, service=name, at=sent.start // 10**9)
    question = """SELECT duration_buckets = map(meshhub_latency_bucket(5000), toUInt64(4)) FROM edges
        WHERE source_service = {service:String}"""
    assert rows(store, question, service=name) == [(True,)]
