"""Hypothesis strategies of OTLP requests: everything that is well-formed protobuf, however absurd."""

from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.message import Message
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1 import metrics_pb2 as m
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

MessageT = TypeVar("MessageT", bound=Message)

KEYS = (
    "", "a", "service.name", "service.namespace", "service.version", "k8s.cluster.name", "node_name", "cluster_name",
    "telemetry.sdk.name", "kuma.workload", "component", "guid:x-request-id", "http.status_code", "request_size",
    "http.response.status_code", "upstream_cluster", "peer.service", "istio.canonical_service", "request_id",
    "response_flags", "direction", "response_code", "grpc_status", "duration_us", "duration_ms", "bytes_sent",
    "upstream_first_byte_us", "request_attempts", "upstream_peer_uri_san", "downstream_peer_uri_san", "log_type",
    "authority", "node_cluster", "source_service",
)  # fmt: skip
"""Keys that the store reads, so that absurd values reach what reads them."""

TEXTS = (
    "", "-", "0", "-1", "200", "99999999999999999999999", "1e9", "NaN", "0x1F", " 7", "\x00", "λ", "a" * 300, "|",
    "outbound|", "outbound|80||", "spiffe://", "spiffe:///ns//sa/", "~~~", "sidecar~~~", "unknown_service", "..", "a.b",
    "_.", "1", "2",
)  # fmt: skip

int32 = st.integers(-(2**31), 2**31 - 1) | st.integers(-1, 7)
uint32 = st.integers(0, 2**32 - 1)
int64 = st.integers(-(2**63), 2**63 - 1)
uint64 = st.sampled_from([0, 1, 2**63 - 1, 2**63, 2**64 - 1]) | st.integers(0, 2**64 - 1)
float64 = st.floats() | st.integers(-3, 3).map(float)
text = st.sampled_from(TEXTS) | st.text(max_size=12)
identifier = st.sampled_from([b"", b"\x01" * 8, b"\x02" * 16]) | st.binary(max_size=40)


def times(now: int) -> SearchStrategy[int]:
    """Times in Unix nanoseconds: absurd ones, and those around `now` that a store takes as they are."""
    return uint64 | st.integers(now - 40 * 86_400 * 10**9, now + 2 * 86_400 * 10**9)


def requests(now: int) -> dict[str, SearchStrategy[Message]]:
    """Requests by the value of their Signal."""
    span = message(
        Span, trace_id=identifier, span_id=identifier, parent_span_id=identifier, trace_state=text, name=text,
        kind=int32, start_time_unix_nano=times(now), end_time_unix_nano=times(now), attributes=attributes, flags=uint32,
        events=few(message(Span.Event, time_unix_nano=times(now), name=text, attributes=attributes)),
        links=few(message(Span.Link, trace_id=identifier, span_id=identifier, attributes=attributes, flags=uint32)),
        status=message(Status, message=text, code=int32),
    )  # fmt: skip
    record = message(
        LogRecord, time_unix_nano=times(now), observed_time_unix_nano=times(now), severity_number=int32,
        severity_text=text, body=any_value, attributes=attributes, flags=uint32, trace_id=identifier,
        span_id=identifier, event_name=text,
    )  # fmt: skip
    scope_spans = message(ScopeSpans, scope=scope, spans=few(span), schema_url=text)
    scope_logs = message(ScopeLogs, scope=scope, log_records=few(record), schema_url=text)
    scope_metrics = message(m.ScopeMetrics, scope=scope, metrics=few(metric(now)), schema_url=text)
    resource_spans = message(ResourceSpans, resource=resource, scope_spans=few(scope_spans))
    resource_logs = message(ResourceLogs, resource=resource, scope_logs=few(scope_logs))
    resource_metrics = message(m.ResourceMetrics, resource=resource, scope_metrics=few(scope_metrics))
    return {
        "traces": message(ExportTraceServiceRequest, resource_spans=few(resource_spans)),
        "logs": message(ExportLogsServiceRequest, resource_logs=few(resource_logs)),
        "metrics": message(ExportMetricsServiceRequest, resource_metrics=few(resource_metrics)),
    }


def metric(now: int) -> SearchStrategy[m.Metric]:
    """A metric of any kind, or of none."""
    shared = {
        "start_time_unix_nano": times(now),
        "time_unix_nano": times(now),
        "attributes": attributes,
        "flags": uint32,
    }
    measured = shared | {"count": uint64, "sum": float64}
    bounded = measured | {"min": float64, "max": float64}
    number = message(m.NumberDataPoint, **shared, as_double=float64) | message(
        m.NumberDataPoint, **shared, as_int=int64
    )
    bare = message(m.NumberDataPoint, **shared)
    points = few(number | bare)
    explicit = message(m.HistogramDataPoint, **bounded, bucket_counts=few(uint64), explicit_bounds=few(float64))
    buckets = message(m.ExponentialHistogramDataPoint.Buckets, offset=int32, bucket_counts=few(uint64))
    exponential = message(
        m.ExponentialHistogramDataPoint, **bounded, scale=int32, zero_count=uint64, zero_threshold=float64,
        positive=buckets, negative=buckets,
    )  # fmt: skip
    quantile = message(m.SummaryDataPoint.ValueAtQuantile, quantile=float64, value=float64)
    summary = message(m.SummaryDataPoint, **measured, quantile_values=few(quantile))
    kinds: list[dict[str, SearchStrategy[Any]]] = [
        {},
        {"gauge": message(m.Gauge, data_points=points)},
        {"sum": message(m.Sum, data_points=points, aggregation_temporality=int32, is_monotonic=st.booleans())},
        {"histogram": message(m.Histogram, data_points=few(explicit), aggregation_temporality=int32)},
        {"exponential_histogram": message(m.ExponentialHistogram, data_points=few(exponential))},
        {"summary": message(m.Summary, data_points=few(summary))},
    ]
    return st.one_of([message(m.Metric, name=text, description=text, unit=text, **kind) for kind in kinds])


def message(kind: Callable[..., MessageT], /, **fields: SearchStrategy[Any]) -> SearchStrategy[MessageT]:
    """A message with any of these fields, some left out, and now and then a field that nobody knows."""
    filled = st.fixed_dictionaries({}, optional=fields).map(lambda values: kind(**values))
    return st.tuples(filled, unknown).map(_with_unknown)


def few(items: SearchStrategy[MessageT]) -> SearchStrategy[list[MessageT]]:
    return st.lists(items, max_size=3)


def _with_unknown(pair: tuple[MessageT, bytes]) -> MessageT:
    pair[0].MergeFromString(pair[1])
    return pair[0]


# Field 1900 as a varint, eight bytes, a text and four bytes. Groups are left out: the engine does not read them.
unknown = st.sampled_from(
    [b""] * 8 + [b"\xe0\x76\x96\x01", b"\xe1\x76" + b"\xff" * 8, b"\xe2\x76\x03abc", b"\xe5\x76abcd"]
)
any_value: SearchStrategy[AnyValue] = st.recursive(
    st.one_of(
        st.just(AnyValue()),
        text.map(lambda value: AnyValue(string_value=value)),
        int64.map(lambda value: AnyValue(int_value=value)),
        float64.map(lambda value: AnyValue(double_value=value)),
        st.booleans().map(lambda value: AnyValue(bool_value=value)),
        st.binary(max_size=9).map(lambda value: AnyValue(bytes_value=value)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda values: AnyValue(array_value=ArrayValue(values=values))),
        inner.map(lambda value: AnyValue(kvlist_value=KeyValueList(values=[KeyValue(key="k", value=value)]))),
    ),
    max_leaves=4,
)
attributes = st.lists(
    st.tuples(st.sampled_from(KEYS), any_value | text.map(lambda value: AnyValue(string_value=value))).map(
        lambda pair: KeyValue(key=pair[0], value=pair[1])
    ),
    max_size=6,
)
resource = message(Resource, attributes=attributes, dropped_attributes_count=uint32)
scope = message(InstrumentationScope, name=text, version=text, attributes=attributes)
