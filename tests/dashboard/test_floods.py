"""A request and a trace of 100,000 spans are shown in part, and it is said of what part."""

import secrets
import time
import uuid

import pytest

from dashboard.lookup import MAX_ACCESS_LOGS
from dashboard.lookup import MAX_SPANS as MAX_JOURNEY_SPANS
from dashboard.reads.requests import RequestReads
from dashboard.reads.traces import MAX_DOWNLOADED_SPANS, TraceReads
from dashboard.reads.wiring import WiringReads
from meshhub.clock import SystemClock
from meshhub.testing.engine import run
from storage.client import Store
from traces.trace_files import MAX_SPANS as MAX_TRACE_SPANS

FLOOD = 100_000
LOGS = 3_000

_SPANS = """
    INSERT INTO spans (time, received, duration_ns, trace_id, span_id, parent_span_id, name, kind, service, namespace,
        cluster, request_id, component, attributes)
    SELECT fromUnixTimestamp64Nano({start:Int64} + toInt64(number) * 10000, 'UTC') AS time, toDateTime(time), 5000,
        unhex({trace:String}), unhex(leftPad(hex(number + 1), 16, '0')),
        if(number = 0, unhex('0000000000000000'), unhex(leftPad(hex(intDiv(number - 1, 8) + 1), 16, '0'))),
        'work', 'internal', concat('flood-', toString(number % 20)), 'shop', 'lab',
        if(number = 0, {request:String}, ''), '', map('item', toString(number))
    FROM numbers({count:UInt64})
"""
_LOGS = """
    INSERT INTO access_logs (time, received, duration_us, trace_id, log_type, reporter, service, namespace, cluster,
        instance, source_service, source_namespace, destination_kind, destination_service, destination_namespace,
        request_id, transport, response_code, grpc_status)
    SELECT fromUnixTimestamp64Nano({start:Int64} + toInt64(number) * 10000, 'UTC') AS time, toDateTime(time), 5,
        unhex({trace:String}), 'DownstreamEnd', 'client', 'flood-0', 'shop', 'lab', 'flood-0-1', 'flood-0', 'shop',
        'service', 'flood-1', 'shop', {request:String}, 'http', 200, -1
    FROM numbers({count:UInt64})
"""


@pytest.fixture(scope="module")
def flood(embedded_store: Store) -> tuple[str, str]:
    """A request id and its trace id."""
    request, trace = str(uuid.uuid4()), secrets.token_hex(16)
    told = {"start": time.time_ns() - 30 * 10**9, "trace": trace, "request": request}
    run(embedded_store, _SPANS, **told, count=FLOOD)
    run(embedded_store, _LOGS, **told, count=LOGS)
    return request, trace


def test_a_journey_of_100_000_spans_says_that_it_is_not_all(embedded_store: Store, flood: tuple[str, str]) -> None:
    journey = RequestReads(embedded_store, SystemClock(), WiringReads(SystemClock())).journey(flood[0])
    assert journey.found.truncated
    assert (journey.found.spans, journey.found.access_logs) == (MAX_JOURNEY_SPANS, MAX_ACCESS_LOGS)
    (said,) = [note.text for note in journey.notes if note.code == "truncated"]
    assert "More is stored of this request than is shown" in said
    assert "2,000 access logs, 10,000 spans" in said


def test_a_trace_of_100_000_spans_says_that_it_is_not_all(embedded_store: Store, flood: tuple[str, str]) -> None:
    trace = TraceReads(embedded_store, SystemClock()).trace(flood[1])
    assert len(trace.spans) == MAX_TRACE_SPANS
    assert trace.truncated
    assert "truncated" in [note.code for note in trace.notes]


def test_its_download_is_whole(embedded_store: Store, flood: tuple[str, str]) -> None:
    assert len(TraceReads(embedded_store, SystemClock()).spans(flood[1])) == FLOOD == MAX_DOWNLOADED_SPANS
