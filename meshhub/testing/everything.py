"""Segments that leave rows in every table, and what every table then holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from meshhub.model import Signal
from meshhub.testing.engine import rows
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import (
    Request,
    access_log,
    inbound,
    key_values,
    logs_request,
    outbound,
    proxy_attributes,
    segment,
    span,
    traces_request,
)
from storage.client import Store

_MEASURES = {
    "edges": "sum(requests)",
    "edges_counters": "uniqExact(time, series)",
    "edges_rollup": "sum(requests)",
    "edges_stats": "uniqExact(time, service, instance, upstream, metric)",
    "request_minutes": "sum(requests)",
    "attribute_catalogue": "sum(occurrences)",
    "span_operations": "sum(spans)",
    "request_index": "uniqExact(request_hash, bucket, trace_id)",
    "trace_index": "uniqExact(trace_id, bucket)",
}
"""What merges leave alone in the tables whose rows they put together; the others are counted."""


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A segment on disk and its deduplication token."""

    signal: Signal
    path: Path
    token: str

    def load(self, store: Store) -> None:
        store.insert_segment(self.signal, self.path, self.token)


def written(folder: Path, signal: Signal, content: bytes, token: str) -> SegmentFile:
    path = folder / f"{token}.segment"
    path.write_bytes(content)
    return SegmentFile(signal, path, token)


def segments(folder: Path, sent: Exchange, *, copies: int = 1) -> list[SegmentFile]:
    """One segment of each signal, each with `copies` requests."""
    requests: Mapping[Signal, Request] = {
        Signal.TRACES: _traces(sent),
        Signal.LOGS: _logs(sent),
        Signal.METRICS: _metrics(sent),
    }
    return [
        written(folder, signal, segment([request] * copies, received=sent.start), f"{signal}-{sent.trace}")
        for signal, request in requests.items()
    ]


def contents(store: Store) -> dict[str, int]:
    """How much every table with rows holds, in a measure that merges do not change."""
    tables = [name for (name,) in rows(store, _TABLES)]
    counts = ", ".join(f"(SELECT {_MEASURES.get(table, 'count()')} FROM {table})" for table in tables)  # noqa: S608
    [found] = rows(store, f"SELECT {counts}")
    return dict(zip(tables, found, strict=True))


_TABLES = """
SELECT name FROM system.tables
WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name != 'schema_migrations' ORDER BY name
"""


def _traces(sent: Exchange) -> Request:
    attributes = proxy_attributes(sent.request, upstream_cluster=f"{sent.callee.service}.test", team="core")
    made = span(
        "egress", Span.SPAN_KIND_CLIENT, trace_id=sent.trace, span_id="01" * 8, start=sent.start, duration=1000,
        attributes=attributes,
    )  # fmt: skip
    return traces_request(sent.caller, [made])


def _logs(sent: Exchange) -> Request:
    client = outbound(sent.caller, sent.callee, request_id=sent.request, team="core")
    server = inbound(sent.caller, sent.callee, request_id=sent.request)
    said = LogRecord(
        time_unix_nano=sent.start,
        trace_id=bytes.fromhex(sent.trace),
        attributes=key_values({"request_id": sent.request}),
    )
    seen = [access_log(sent.start, attributes, trace_id=sent.trace) for attributes in (client, server)]
    return logs_request(sent.caller, [*seen, said])


def _metrics(sent: Exchange) -> Request:
    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add(resource=sent.caller.resource())
    metrics = resource.scope_metrics.add().metrics
    at = sent.start
    metrics.add(name="gauge").gauge.data_points.add(time_unix_nano=at, as_double=1.5)
    counter = metrics.add(name="cluster.upstream_cx_connect_fail").sum
    counter.is_monotonic, counter.aggregation_temporality = True, AGGREGATION_TEMPORALITY_CUMULATIVE
    counter.data_points.add(
        time_unix_nano=at, as_int=3, attributes=key_values({"envoy.cluster_name": f"{sent.callee.service}_test"})
    )
    metrics.add(name="histogram").histogram.data_points.add(
        time_unix_nano=at, count=3, sum=6.0, bucket_counts=[1, 2], explicit_bounds=[2.5]
    )
    exponential = metrics.add(name="exponential").exponential_histogram.data_points.add(time_unix_nano=at, count=2)
    exponential.positive.bucket_counts.extend([1, 1])
    metrics.add(name="summary").summary.data_points.add(time_unix_nano=at, count=1).quantile_values.add(
        quantile=0.5, value=2.0
    )
    return request
