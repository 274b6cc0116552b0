"""The buckets of durations by value, and requests counted per minute as the access logs have them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshhub.model import Signal
from meshhub.testing.engine import rows
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import access_log, load, logs_request, outbound
from storage.client import Store

EDGES = [0, 1, 99, 100, 109, 110, 999, 1_000, 249_999, 250_000, 300_000, 309_999, 310_000, 10**12, 2**64 - 1]


def bucket(store: Store, duration_us: int) -> tuple[int, int, int]:
    """The bucket of a duration, its start, and the start of the next."""
    question = (
        "SELECT meshhub_duration_bucket({us:UInt64}) AS bucket, meshhub_duration_bucket_start(bucket), "
        "meshhub_duration_bucket_start(bucket + 1)"
    )
    [(found, start, end)] = rows(store, question, us=duration_us)
    return int(found), int(start), int(end)


@pytest.mark.parametrize(
    ("duration_us", "number", "start"),
    [
        (0, 0, 0),
        (99, 99, 99),
        (100, 100, 100),
        (109, 100, 100),
        (999, 189, 990),
        (1000, 190, 1000),
        (300_000, 390, 300_000),
    ],
)
def test_a_bucket_is_the_two_leading_digits(embedded_store: Store, duration_us: int, number: int, start: int) -> None:
    assert bucket(embedded_store, duration_us)[:2] == (number, start)


@pytest.mark.parametrize("duration_us", EDGES)
def test_a_duration_lies_in_its_bucket(embedded_store: Store, duration_us: int) -> None:
    _, start, end = bucket(embedded_store, duration_us)
    assert start <= duration_us
    assert duration_us < end or duration_us == EDGES[-1]


@given(digits=st.integers(10, 99), power=st.integers(0, 12))
def test_a_threshold_of_two_digits_is_a_bound(embedded_store: Store, digits: int, power: int) -> None:
    threshold = digits * 10**power
    assert bucket(embedded_store, threshold)[1] == threshold


def test_a_minute_counts_its_requests_by_outcome_and_duration(store: Store, folder: Path, sent: Exchange) -> None:
    minute = sent.start // (60 * 10**9) * 60 * 10**9
    fast = [access_log(minute, outbound(sent.caller, sent.callee, duration_us=str(us))) for us in (299_999, 250_000)]
    slow = [access_log(minute + 59 * 10**9, outbound(sent.caller, sent.callee, duration_us="300000"))]
    failed = [access_log(minute, outbound(sent.caller, sent.callee, response_code="503", response_flags="UF"))]
    later = [access_log(minute + 60 * 10**9, outbound(sent.caller, sent.callee))]
    load(store, folder, Signal.LOGS, [logs_request(sent.caller, [*fast, *slow])])
    load(store, folder, Signal.LOGS, [logs_request(sent.caller, [*failed, *later])])

    question = """
        SELECT response_code, toString(response_flags), sum(requests),
            arraySum((bucket, counted) -> if(bucket < meshhub_duration_bucket(toUInt64(300000)), counted, 0),
                mapKeys(sumMap(duration_buckets) AS buckets), mapValues(buckets))
        FROM request_minutes
        WHERE source_service = {service:String} AND time = toDateTime({minute:UInt32}, 'UTC')
        GROUP BY response_code, response_flags ORDER BY response_code"""
    counted = rows(store, question, service=sent.caller.service, minute=minute // 10**9)
    assert [row[:3] for row in counted] == [(200, "", 3), (503, "UF", 1)]
    assert counted[0][3] == 2, "those below 300 ms"
