"""Whatever Envoy's streams and Zipkin may say: what the check takes, the engine takes, each record as a row."""

import time
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from collector.batches import BATCHES
from collector.checks.batch import BatchCheck
from collector.journal.record import encode, encode_resource
from collector.receivers.envoy_node import sender_of
from collector.refusal import Refused
from collector.settings import LimitSettings
from meshhub.model import Signal
from meshhub.testing.engine import rows
from meshhub.testing.everything import written
from meshhub.testing.hostile import text
from storage.client import Store

NUMBERS = (0, 1, 2, 7, 127, 128, 2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1)

calm = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def anything(kind: type[Message], depth: int = 6) -> SearchStrategy[Any]:
    """Messages of a kind, each field there or not, with absurd values."""

    @st.composite
    def build(draw: Any) -> Message:
        message: Any = kind()
        for field in kind.DESCRIPTOR.fields:
            if not draw(st.booleans()):
                continue
            if field.message_type is None:
                _set(draw, message, field)
            elif field.message_type.GetOptions().map_entry:
                _fill_map(draw, getattr(message, field.name), field)
            elif depth:
                target = getattr(message, field.name)
                inner = draw(anything(field.message_type._concrete_class, depth - 1))
                target.append(inner) if field.is_repeated else target.CopyFrom(inner)
        return message  # type: ignore[no-any-return]

    return build()


def _set(draw: Any, message: Any, field: Any) -> None:
    if field.is_repeated:
        return
    kinds: dict[int, SearchStrategy[Any]] = {
        field.CPPTYPE_STRING: st.binary(max_size=20) if field.type == field.TYPE_BYTES else text,
        field.CPPTYPE_BOOL: st.booleans(),
        field.CPPTYPE_DOUBLE: st.floats(),
        field.CPPTYPE_INT32: st.sampled_from((-(2**31), -1, *NUMBERS[:7])),
        field.CPPTYPE_INT64: st.sampled_from((-(2**63), -1, *NUMBERS[:9])),
        field.CPPTYPE_UINT32: st.sampled_from(NUMBERS[:8]),
        field.CPPTYPE_UINT64: st.sampled_from(NUMBERS),
    }
    if field.cpp_type in kinds:
        setattr(message, field.name, draw(kinds[field.cpp_type]))


def _fill_map(draw: Any, target: Any, field: Any) -> None:
    names = (
        "direction",
        "trace_id",
        "traceparent",
        "component",
        "node_id",
        "service.name",
        "error",
        "a",
        "grpc-status",
    )
    for name in draw(st.lists(st.sampled_from(names), max_size=3)):
        if field.message_type.fields_by_name["value"].message_type is None:
            target[name] = draw(text)
        else:
            target["downstream_peer"].SetInParent()


def load(store: Store, folder: Path, signal: Signal, messages: list[Message]) -> int:
    """Insert what the check takes of these; how many records that is."""
    check = BatchCheck(BATCHES[signal], LimitSettings())
    content, taken = b"", 0
    for message in messages:
        body = message.SerializeToString()
        sender = encode_resource(sender_of(body, first=True) or b"") if signal is not Signal.ZIPKIN else b""
        try:
            checked = check.quick(body) or check.thorough(body)
        except Refused:
            continue
        content += b"".join(encode(sender + checked.body, time.time_ns(), b""))
        taken += checked.records
    written(folder, signal, content, f"{signal}-{time.time_ns()}").load(store)
    return taken


def count(store: Store, *tables: str) -> int:
    return sum(rows(store, f"SELECT count() FROM {table}")[0][0] for table in tables)  # noqa: S608


@calm
@given(st.lists(anything(BATCHES[Signal.ENVOY_ACCESS_LOGS].request), min_size=1, max_size=8))
def test_every_entry_of_als_becomes_a_row(embedded_store: Store, tmp_path: Path, messages: list[Message]) -> None:
    before = count(embedded_store, "access_logs")
    taken = load(embedded_store, tmp_path, Signal.ENVOY_ACCESS_LOGS, messages)
    assert count(embedded_store, "access_logs") - before == taken


@calm
@given(st.lists(anything(BATCHES[Signal.ENVOY_METRICS].request), min_size=1, max_size=8))
def test_every_metric_of_envoy_goes_in(embedded_store: Store, tmp_path: Path, messages: list[Message]) -> None:
    load(embedded_store, tmp_path, Signal.ENVOY_METRICS, messages)


@calm
@given(st.lists(anything(BATCHES[Signal.ZIPKIN].request), min_size=1, max_size=8))
def test_every_span_of_zipkin_becomes_a_row(embedded_store: Store, tmp_path: Path, messages: list[Message]) -> None:
    before = count(embedded_store, "spans")
    taken = load(embedded_store, tmp_path, Signal.ZIPKIN, messages)
    assert count(embedded_store, "spans") - before == taken
