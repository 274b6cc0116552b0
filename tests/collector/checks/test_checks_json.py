"""OTLP/JSON becomes the protobuf that it stands for."""

import json
import math
from contextlib import suppress
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.checks.otlp_json import JsonError, encode_json


def read(content: Any, kind: Any = ExportTraceServiceRequest) -> Any:
    return kind.FromString(encode_json(kind, json.dumps(content).encode()))


def span_of(**fields: Any) -> Span:
    request = read({"resourceSpans": [{"scopeSpans": [{"spans": [fields]}]}]})
    return request.resource_spans[0].scope_spans[0].spans[0]  # type: ignore[no-any-return]


def value_of(value: Any) -> Any:
    return span_of(attributes=[{"key": "k", "value": value}]).attributes[0].value


def test_the_example_of_the_specification() -> None:
    request = read(
        {
            "resourceSpans": [
                {
                    "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]},
                    "scopeSpans": [
                        {
                            "scope": {"name": "my.library", "version": "1.0.0"},
                            "spans": [
                                {
                                    "traceId": "5B8EFFF798038103D269B633813FC60C",
                                    "spanId": "EEE19B7EC3C1B174",
                                    "parentSpanId": "EEE19B7EC3C1B173",
                                    "name": "I'm a server span",
                                    "startTimeUnixNano": "1544712660000000000",
                                    "endTimeUnixNano": 1544712661000000000,
                                    "kind": 2,
                                    "attributes": [{"key": "my.span.attr", "value": {"stringValue": "some value"}}],
                                }
                            ],
                        }
                    ],
                }
            ]
        }
    )
    expected = ExportTraceServiceRequest()
    resource = expected.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "my.service"
    scope = resource.scope_spans.add()
    scope.scope.name, scope.scope.version = "my.library", "1.0.0"
    entry = scope.spans.add(
        trace_id=bytes.fromhex("5b8efff798038103d269b633813fc60c"),
        span_id=bytes.fromhex("eee19b7ec3c1b174"),
        parent_span_id=bytes.fromhex("eee19b7ec3c1b173"),
        name="I'm a server span",
        start_time_unix_nano=1544712660000000000,
        end_time_unix_nano=1544712661000000000,
        kind=Span.SPAN_KIND_SERVER,
    )
    entry.attributes.add(key="my.span.attr").value.string_value = "some value"
    assert request == expected


def test_ids_are_hex_in_any_case() -> None:
    assert span_of(traceId="Ab" * 16).trace_id == b"\xab" * 16


def test_integers_are_numbers_or_strings() -> None:
    assert [value_of({"intValue": value}).int_value for value in ("-5", -5, 3.0, 2**63 - 1)] == [-5, -5, 3, 2**63 - 1]


def test_doubles_are_numbers_or_names() -> None:
    assert value_of({"doubleValue": 1.5}).double_value == 1.5
    assert value_of({"doubleValue": "-Infinity"}).double_value == -math.inf
    assert math.isnan(value_of({"doubleValue": "NaN"}).double_value)


def test_bytes_are_base64_of_either_alphabet() -> None:
    assert [value_of({"bytesValue": text}).bytes_value for text in ("-_8=", "+/8", "")] == [
        b"\xfb\xff",
        b"\xfb\xff",
        b"",
    ]


def test_zero_and_false_and_empty_are_values() -> None:
    assert value_of({"boolValue": False}).WhichOneof("value") == "bool_value"
    assert value_of({"stringValue": ""}).WhichOneof("value") == "string_value"
    assert value_of({"arrayValue": {}}).WhichOneof("value") == "array_value"
    assert value_of({}).WhichOneof("value") is None


def test_unknown_names_and_null_and_names_in_other_styles_are_ignored() -> None:
    entry = span_of(traceId=None, trace_id="ab" * 16, newField={"deep": [1]}, name="kept")
    assert entry == Span(name="kept")


def test_of_a_name_sent_twice_the_last_counts() -> None:
    body = b'{"resourceSpans": [{"schemaUrl": "first", "schemaUrl": "last"}]}'
    request = ExportTraceServiceRequest.FromString(encode_json(ExportTraceServiceRequest, body))
    assert request.resource_spans[0].schema_url == "last"


def test_text_that_is_not_utf8_or_half_a_surrogate_is_replaced() -> None:
    assert span_of(name="a\ud800b").name == "a?b"
    body = b'{"resourceSpans": [{"schemaUrl": "a\xffb"}]}'
    request = ExportTraceServiceRequest.FromString(encode_json(ExportTraceServiceRequest, body))
    assert request.resource_spans[0].schema_url == "a\ufffdb"


def test_numbers_of_metrics() -> None:
    point = {"timeUnixNano": "7", "count": "3", "sum": 1.5, "bucketCounts": ["1", 2], "explicitBounds": [10, "20.5"]}
    content = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"histogram": {"dataPoints": [point]}}]}]}]}
    request = read(content, ExportMetricsServiceRequest)
    (read_point,) = request.resource_metrics[0].scope_metrics[0].metrics[0].histogram.data_points

    assert (read_point.count, read_point.sum) == (3, 1.5)
    assert (list(read_point.bucket_counts), list(read_point.explicit_bounds)) == ([1, 2], [10.0, 20.5])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([], "request: expected an object"),
        ({"resourceSpans": {}}, "request.resourceSpans: expected a list"),
        ({"resourceSpans": [1]}, "request.resourceSpans: expected an object"),
        ({"resourceSpans": [{"schemaUrl": 1}]}, "schemaUrl: expected a string"),
        ({"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "xyz"}]}]}]}, "traceId: non-hexadecimal"),
        ({"resourceSpans": [{"scopeSpans": [{"spans": [{"kind": "SPAN_KIND_SERVER"}]}]}]}, "kind: expected an integer"),
        ({"resourceSpans": [{"scopeSpans": [{"spans": [{"kind": True}]}]}]}, "kind: expected an integer"),
        ({"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": -1}]}]}]}, "startTimeUnixNano: "),
        ({"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": 1e300}]}]}]}, "startTimeUnixNano: "),
        ({"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": "1_0"}]}]}]}, "expected an integer"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(content: Any, reason: str) -> None:
    with pytest.raises(JsonError) as error:
        read(content)
    assert reason in str(error.value)


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\x0a\x00", b"[" * 100_000, b"1" * 5000, b'{"resourceSpans": 1' + b"0" * 5000]
)
def test_what_is_not_json_is_refused(text: bytes) -> None:
    with pytest.raises(JsonError):
        encode_json(ExportTraceServiceRequest, text)


def test_values_nested_too_deep_are_refused() -> None:
    value: Any = {"stringValue": "x"}
    for _ in range(200):
        value = {"arrayValue": {"values": [value]}}
    with pytest.raises(JsonError, match="nested deeper than 100"):
        value_of(value)


NAMES = st.sampled_from(
    ["resourceLogs", "scopeLogs", "logRecords", "body", "traceId", "arrayValue", "values", "timeUnixNano", "x"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=15,
)


@given(JSON)
def test_any_json_is_read_or_refused(content: Any) -> None:
    with suppress(JsonError):
        read(content, ExportLogsServiceRequest)


@given(
    name=st.text(max_size=5),
    number=st.integers(-(2**63), 2**63 - 1),
    double=st.floats(allow_nan=False),
    time=st.integers(0, 2**64 - 1),
)
def test_what_protobuf_writes_is_read_back(name: str, number: int, double: float, time: int) -> None:
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=time, severity_text=name)
    record.body.array_value.values.add().int_value = number
    record.body.array_value.values.add().double_value = double

    assert read(MessageToDict(request), ExportLogsServiceRequest) == request
