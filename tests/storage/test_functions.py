"""The small functions of the schema by value, at their edges."""

import secrets
import time
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as OtlpSpan

from meshhub.model import Signal
from meshhub.testing.by_ids import of_trace
from meshhub.testing.engine import rows
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import key_values, load, proxy_attributes, span, traces_request
from storage.client import Store
from storage.records.spans import Span

DAY = 86_400 * 10**9
RECEIVED = 1_790_000_000_123_456_789
KEPT = (RECEIVED, RECEIVED - 31 * DAY, RECEIVED + DAY, RECEIVED - 1)
REPLACED = (0, 1, RECEIVED - 31 * DAY - 1, RECEIVED + DAY + 1, 2**63 - 1, 2**63, 2**64 - 1)


def plausible(store: Store, unix_nano: int, received: int = RECEIVED) -> int:
    question = "SELECT toUnixTimestamp64Nano(meshhub_plausible_time({time:UInt64}, {received:UInt64}))"
    [(answer,)] = rows(store, question, time=unix_nano, received=received)
    return int(answer)


@pytest.mark.parametrize("unix_nano", KEPT)
def test_a_plausible_time_is_kept_to_the_nanosecond(embedded_store: Store, unix_nano: int) -> None:
    assert plausible(embedded_store, unix_nano) == unix_nano


@pytest.mark.parametrize("unix_nano", REPLACED)
def test_an_absurd_time_becomes_the_time_of_receipt(embedded_store: Store, unix_nano: int) -> None:
    assert plausible(embedded_store, unix_nano) == RECEIVED


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"", bytes(16)),
        (b"\x07", bytes(15) + b"\x07"),
        (b"\xab" * 8, bytes(8) + b"\xab" * 8),
        (b"\xff" * 16, b"\xff" * 16),
        (b"\x01" + b"\x02" * 16, b"\x02" * 16),
    ],
)
def test_an_id_of_any_length_becomes_one_of_sixteen_bytes(embedded_store: Store, sent: bytes, kept: bytes) -> None:
    question = "SELECT hex(meshhub_id16(unhex({id:String}))), hex(meshhub_id8(unhex({id:String})))"
    assert rows(embedded_store, question, id=sent.hex()) == [(kept.hex().upper(), kept[8:].hex().upper())]


def test_of_two_attributes_with_one_key_the_first_gets_the_column(embedded_store: Store, folder: Path) -> None:
    exchange = Exchange.recent()
    made = span(
        "work", OtlpSpan.SPAN_KIND_CLIENT, trace_id=exchange.trace, span_id="01" * 8, start=time.time_ns(), duration=0,
        attributes=proxy_attributes(exchange.request),
    )  # fmt: skip
    made.attributes.extend(key_values({"guid:x-request-id": secrets.token_hex(4)}))
    load(embedded_store, folder, Signal.TRACES, [traces_request(exchange.caller, [made])])
    [read] = embedded_store.query("spans_by_ids", of_trace(embedded_store, exchange.trace), Span)
    assert read.request_id == exchange.request
