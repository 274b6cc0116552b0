"""The check of a request: what passes untouched, what is left out, what is mended, what is refused."""

import os
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.checks.request import QUICK_BYTES, Checked, RequestCheck
from collector.refusal import Reason, Refused
from collector.schema import SCHEMAS
from collector.settings import LimitSettings
from meshhub.model import Signal

LIMITS = LimitSettings.model_validate({"records": 50, "attributes": 10, "record_bytes": 2000, "resource_bytes": 500})


def check(signal: Signal = Signal.TRACES, limits: LimitSettings = LIMITS) -> RequestCheck:
    return RequestCheck(SCHEMAS[signal], limits)


def decide(body: bytes, signal: Signal = Signal.TRACES, limits: LimitSettings = LIMITS) -> Checked:
    """What the intake does: the quick way, and the thorough one if that says nothing."""
    return check(signal, limits).quick(body) or check(signal, limits).thorough(body)


def attributes(count: int, size: int = 5) -> list[KeyValue]:
    return [KeyValue(key=f"key-{number}", value=AnyValue(string_value="v" * size)) for number in range(count)]


def span(count: int = 2, size: int = 5, **fields: Any) -> Span:
    return Span(
        trace_id=os.urandom(16), span_id=os.urandom(8), name="call", attributes=attributes(count, size), **fields
    )


def traces(*spans: Span) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add(schema_url="https://example.test/1")
    resource.resource.attributes.extend(attributes(2))
    resource.scope_spans.add(spans=spans).scope.name = "envoy"
    return request


def invalid_utf8(body: bytes) -> bytes:
    assert b"call" in body
    return body.replace(b"call", b"c\xffll")


def test_a_request_within_the_limits_goes_on_as_the_very_same_bytes() -> None:
    body = traces(span(), span(0), span(10)).SerializeToString()
    checked = check().quick(body)

    assert checked == Checked(body, 3)
    assert checked.body is body


def test_the_thorough_way_keeps_the_very_same_bytes_too() -> None:
    body = traces(span(), span()).SerializeToString()
    checked = check().thorough(body)

    assert checked == Checked(body, 2)
    assert checked.body is body


def test_fields_that_nobody_knows_are_kept() -> None:
    body = traces(span()).SerializeToString() + b"\xfa\x3e\x03new"
    assert decide(body) == Checked(body, 1)


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(b"\xd2\x3e\x04evil", id="tenant"),
        pytest.param(b"\xd0\x3e\x01", id="tenant of another wire type"),
        pytest.param(b"\xc9\x3e" + bytes(8), id="time of receipt"),
        pytest.param(b"\xdd\x3e" + bytes(4), id="checksum"),
    ],
)
@pytest.mark.parametrize("signal", SCHEMAS)
def test_a_request_with_fields_of_the_journal_is_refused(forged: bytes, signal: Signal) -> None:
    body = traces(span()).SerializeToString() if signal is Signal.TRACES else b""
    with pytest.raises(Refused, match="1001 to 1004") as refused:
        decide(body + forged, signal)
    assert refused.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("signal", SCHEMAS)
def test_an_empty_request_is_fine(signal: Signal) -> None:
    assert decide(b"", signal) == Checked(b"", 0)


def test_ids_of_any_length_and_times_of_any_size_pass() -> None:
    odd = Span(trace_id=b"1", span_id=bytes(99), start_time_unix_nano=0, end_time_unix_nano=2**64 - 1)
    body = traces(odd).SerializeToString()
    assert decide(body) == Checked(body, 1)


def test_duplicate_keys_pass() -> None:
    twice = span(0)
    twice.attributes.extend(attributes(1) * 2)
    body = traces(twice).SerializeToString()
    assert decide(body) == Checked(body, 1)


def test_a_span_with_too_many_attributes_is_left_out_and_the_others_kept_as_they_were() -> None:
    good, bad = traces(span(), span()), span(11)
    mixed = traces(*good.resource_spans[0].scope_spans[0].spans, bad)
    checked = decide(mixed.SerializeToString())

    assert (checked.records, checked.rejected) == (2, 1)
    assert checked.message == "left out 1 spans: more than 10 attributes"
    assert ExportTraceServiceRequest.FromString(checked.body) == good


def test_a_span_with_a_value_that_is_too_large_is_left_out() -> None:
    checked = decide(traces(span(), span(1, size=3000)).SerializeToString())

    assert (checked.records, checked.rejected) == (1, 1)
    assert checked.message == "left out 1 spans: larger than 2000 bytes"


def test_if_nothing_is_left_there_is_no_body() -> None:
    assert decide(traces(span(1, size=3000)).SerializeToString()) == Checked(
        b"", 0, 1, "left out 1 spans: larger than 2000 bytes"
    )


def test_the_spans_of_a_resource_that_is_too_large_are_left_out_with_it() -> None:
    large, fine = traces(span(), span()), traces(span())
    large.resource_spans[0].resource.attributes.extend(attributes(1, size=600))
    checked = decide(large.SerializeToString() + fine.SerializeToString())

    assert (checked.records, checked.rejected) == (1, 2)
    assert checked.message == "left out 2 spans: the resource or scope is larger than 500 bytes"
    assert len(checked.body) < len(fine.SerializeToString()) + 50


def test_a_resource_sent_in_many_pieces_counts_whole() -> None:
    piece = traces(span()).resource_spans[0].resource.SerializeToString()
    field = b"\x0a" + bytes([len(piece)]) + piece
    content = field * 20 + b"\x12\x02\x12\x00"
    checked = decide(b"\x0a" + _varint(len(content)) + content)
    assert checked.rejected == 1


def _varint(value: int) -> bytes:
    return bytes([value & 0x7F | 0x80, value >> 7]) if value > 127 else bytes([value])


def test_a_scope_that_is_too_large_costs_its_own_spans_only() -> None:
    request = traces(span())
    request.resource_spans[0].scope_spans.add(spans=[span(), span()]).scope.name = "x" * 600
    checked = decide(request.SerializeToString())

    assert (checked.records, checked.rejected) == (1, 2)


def test_a_large_request_goes_on_as_the_very_same_bytes_too() -> None:
    body = traces(*[span(14, 20)] * 9000).SerializeToString()
    assert len(body) > QUICK_BYTES
    assert check(limits=LimitSettings()).quick(body) is None
    assert check(limits=LimitSettings()).thorough(body) == Checked(body, 9000)


def test_a_span_with_attributes_beyond_suspicion_is_not_looked_at_twice() -> None:
    """A record of many bytes but few attributes: counted, and kept as it came."""
    body = traces(span(1, size=1500), span()).SerializeToString()
    assert check().quick(body) == Checked(body, 2)


def test_text_that_is_not_utf8_is_replaced_and_said() -> None:
    checked = decide(invalid_utf8(traces(span(), span()).SerializeToString()))
    spans = ExportTraceServiceRequest.FromString(checked.body).resource_spans[0].scope_spans[0].spans

    assert (checked.records, checked.rejected, checked.repaired) == (2, 0, True)
    assert "U+FFFD" in checked.message
    assert [entry.name for entry in spans] == ["c\ufffdll"] * 2


def test_text_is_replaced_outside_of_records_too() -> None:
    body = traces(span()).SerializeToString().replace(b"envoy", b"\xe9nvoy").replace(b"https", b"http\xff")
    request = ExportTraceServiceRequest.FromString(decide(body).body)

    assert request.resource_spans[0].scope_spans[0].scope.name == "\ufffdnvoy"
    assert request.resource_spans[0].schema_url == "http\ufffd://example.test/1"
    assert len(request.resource_spans[0].scope_spans[0].spans) == 1


def test_text_is_replaced_in_nested_values() -> None:
    nested = span(0)
    value = nested.attributes.add(key="list").value.array_value.values.add()
    value.kvlist_value.values.add(key="call").value.string_value = "x"
    nested.name = "plain"
    request = ExportTraceServiceRequest.FromString(decide(invalid_utf8(traces(nested).SerializeToString())).body)

    attribute = request.resource_spans[0].scope_spans[0].spans[0].attributes[0]
    assert attribute.value.array_value.values[0].kvlist_value.values[0].key == "c\ufffdll"


def test_too_many_spans_are_refused_whole() -> None:
    with pytest.raises(Refused, match="more than 50 spans") as refusal:
        decide(traces(*[Span()] * 51).SerializeToString())
    assert refusal.value.reason is Reason.TOO_LARGE
    assert refusal.value.retry_after is None


def test_a_request_of_millions_of_empty_spans_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.checks.sieve.outline_class", lambda: 1 / 0)
    spans = b"\x12\x00" * 3_000_000
    scope = b"\x12" + _long_varint(len(spans)) + spans
    body = b"\x0a" + _long_varint(len(scope)) + scope
    assert len(body) > QUICK_BYTES

    with pytest.raises(Refused, match="more than 50 spans"):
        decide(body)


def _long_varint(value: int) -> bytes:
    return bytes((value >> shift & 0x7F) | (0x80 if shift < 21 else 0) for shift in (0, 7, 14, 21))


@pytest.mark.parametrize(
    "body",
    [b"\xff\xff\xff", b"\x0a\x05abc", b"\x0a\xff\xff\xff\xff\x0f", b"{}", traces(span()).SerializeToString()[:-1]],
)
def test_what_is_not_a_request_is_refused_for_good(body: bytes) -> None:
    with pytest.raises(Refused, match="could not decode the request: it is no ExportTraceServiceRequest") as refusal:
        decide(body)
    assert refusal.value.reason is Reason.MALFORMED
    assert refusal.value.retry_after is None


def test_values_nested_beyond_what_protobuf_decodes_are_refused() -> None:
    value = b""
    for _ in range(60):  # AnyValue { array_value = 5 { values = 1 { ... } } }
        values = b"\x0a" + _varint(len(value)) + value
        value = b"\x2a" + _varint(len(values)) + values
    attribute = b"\x12" + _varint(len(value)) + value
    deep = traces(span(0)).SerializeToString() + _nested(1, 2, 2, 9, content=attribute)
    with pytest.raises(Refused, match="could not decode"):
        decide(deep, limits=LimitSettings())


def _nested(*numbers: int, content: bytes) -> bytes:
    for number in reversed(numbers):
        content = bytes([number << 3 | 2]) + _varint(len(content)) + content
    return content


def test_log_records_are_checked_likewise() -> None:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    records.add(attributes=attributes(2))
    records.add(attributes=attributes(11))
    checked = decide(request.SerializeToString(), Signal.LOGS)

    assert (checked.records, checked.rejected) == (1, 1)
    assert checked.message == "left out 1 log records: more than 10 attributes"


def metrics(*points: int) -> ExportMetricsServiceRequest:
    """A metric of each kind in turn, with this many data points."""
    request = ExportMetricsServiceRequest()
    kept = request.resource_metrics.add().scope_metrics.add().metrics
    kinds = ("gauge", "sum", "histogram", "exponential_histogram", "summary")
    for index, count in enumerate(points):
        data = getattr(kept.add(name=f"metric-{index}"), kinds[index % 5])
        data.SetInParent()
        for _ in range(count):
            data.data_points.add(time_unix_nano=1)
    return request


@pytest.mark.parametrize("way", ["quick", "thorough"])
def test_of_metrics_the_data_points_are_counted(way: str) -> None:
    body = metrics(1, 2, 3, 4, 5).SerializeToString()
    assert getattr(check(Signal.METRICS), way)(body) == Checked(body, 15)


def test_a_metric_without_data_counts_nothing() -> None:
    request = metrics(1)
    request.resource_metrics[0].scope_metrics[0].metrics.add(name="empty")
    assert decide(request.SerializeToString(), Signal.METRICS).records == 1


def test_too_many_data_points_are_refused_whole() -> None:
    with pytest.raises(Refused, match="more than 50 data points"):
        decide(metrics(30, 21).SerializeToString(), Signal.METRICS)


def test_a_metric_with_a_point_of_too_many_attributes_is_left_out_with_all_its_points() -> None:
    request = metrics(2, 3)
    request.resource_metrics[0].scope_metrics[0].metrics[1].sum.data_points[0].attributes.extend(attributes(11))
    checked = decide(request.SerializeToString(), Signal.METRICS)

    assert (checked.records, checked.rejected) == (2, 3)


@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused(body: bytes) -> None:
    for signal in SCHEMAS:
        with suppress(Refused):
            SCHEMAS[signal].request.FromString(decide(body, signal).body)


@given(st.data())
def test_a_request_with_any_byte_changed_is_taken_or_refused(data: st.DataObject) -> None:
    body = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Refused):
        ExportTraceServiceRequest.FromString(decide(bytes(body)).body)


SAMPLE = traces(span(), span(9), span(0)).SerializeToString()


@given(st.lists(st.integers(0, 14), max_size=12))
def test_both_ways_agree(counts: list[int]) -> None:
    body = traces(*(span(count) for count in counts)).SerializeToString()
    quick = check().quick(body)

    assert (quick is None) == (max(counts, default=0) > 10)
    assert quick is None or quick == check().thorough(body)
