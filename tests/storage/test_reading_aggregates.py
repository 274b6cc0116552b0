"""Edges, the hub's own metrics and the store's own state are answered by value."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE, NumberDataPoint
from opentelemetry.proto.trace.v1.trace_pb2 import Span as OtlpSpan

from meshhub.model import Signal
from meshhub.testing.by_ids import of_request
from meshhub.testing.everything import written
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import (
    access_log,
    inbound,
    key_values,
    load,
    logs_request,
    outbound,
    proxy_attributes,
    segment,
    span,
    traces_request,
)
from storage.client import Store
from storage.records.access_logs import AccessLog
from storage.records.edges import ServiceEdgeReport
from storage.records.hub import Freshness, MetricPoint, TableSize

LIMIT = {"limit": 1000}


def edges_of(store: Store, sent: Exchange) -> list[ServiceEdgeReport]:
    seconds = sent.start / 1e9
    window = {"start": seconds - 60, "end": seconds + 60, "by": "version", "limit": 100_000}
    return [
        edge
        for edge in store.query("service_edges_in_window", window, ServiceEdgeReport)
        if sent.caller.service == edge.source_service
    ]


def test_both_sides_of_a_call_are_two_views_of_one_edge(store: Store, folder: Path, sent: Exchange) -> None:
    durations = range(1000, 101_000, 1000)
    client = [access_log(sent.start, outbound(sent.caller, sent.callee, duration_us=str(us))) for us in durations]
    failed = outbound(sent.caller, sent.callee, response_code="503", response_flags="UF", request_attempts="3")
    server = [access_log(sent.start, inbound(sent.caller, sent.callee)) for _ in range(40)]
    load(store, folder, Signal.LOGS, [logs_request(sent.caller, client)])
    load(store, folder, Signal.LOGS, [logs_request(sent.caller, [access_log(sent.start, failed)])])
    load(store, folder, Signal.LOGS, [logs_request(sent.callee, server)])

    by_reporter = {edge.reporter: edge for edge in edges_of(store, sent)}
    assert set(by_reporter) == {"client", "server"}
    assert (by_reporter["server"].requests, by_reporter["client"].requests) == (40, 101)
    edge = by_reporter["client"]
    assert (edge.destination_service, edge.attempts, edge.bytes_sent) == (sent.callee.service, 103, 10_100)
    assert edge.outcomes == ([(200, -1, "", "mtls"), (503, -1, "UF", "mtls")], [100, 1])
    assert edge.latency_us == pytest.approx([50_000, 90_000, 95_000, 99_000], rel=0.05)
    bucket = datetime.fromtimestamp(sent.start // 10**10 * 10, UTC)
    assert (edge.first_seen, edge.last_seen) == (bucket, bucket)


def test_reports_before_the_end_of_a_request_are_kept_and_not_counted(
    store: Store, folder: Path, sent: Exchange
) -> None:
    said = outbound(sent.caller, sent.callee, request_id=sent.request)
    logs = [access_log(sent.start, said | {"log_type": kind}) for kind in ("DownstreamStart", "DownstreamEnd")]
    load(store, folder, Signal.LOGS, [logs_request(sent.caller, logs)])
    assert len(store.query("access_logs_by_ids", of_request(store, sent.request), AccessLog)) == 2
    assert [edge.requests for edge in edges_of(store, sent)] == [1]


def test_a_client_span_makes_an_edge_where_access_logs_are_missing(store: Store, folder: Path, sent: Exchange) -> None:
    made = span(
        "egress", OtlpSpan.SPAN_KIND_CLIENT, trace_id=sent.trace, span_id="05" * 8, start=sent.start,
        duration=2_000_000,
        attributes=proxy_attributes(sent.request, upstream_cluster=f"{sent.callee.service}.test"),
    )  # fmt: skip
    load(store, folder, Signal.TRACES, [traces_request(sent.caller, [made])])
    [edge] = edges_of(store, sent)
    assert (edge.signal, edge.reporter, edge.destination_service) == ("span", "client", sent.callee.service)
    assert edge.latency_us == pytest.approx([2000] * 4, rel=0.05)


def test_the_hubs_own_metrics_come_back_in_order(store: Store, folder: Path, sent: Exchange) -> None:
    first = time.time_ns() // 10**6 * 10**6 - 10_000_000_000
    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add()
    resource.resource.attributes.extend(key_values({"service.name": "meshhub"}))
    metrics = resource.scope_metrics.add().metrics
    attributes = key_values({"signal": "logs"})
    gauge = metrics.add(name=f"{sent.caller.service}.lag").gauge.data_points
    gauge.append(NumberDataPoint(time_unix_nano=first + 10**9, as_double=0.5, attributes=attributes))
    total = metrics.add(name=f"{sent.caller.service}.total").sum
    total.is_monotonic, total.aggregation_temporality = True, AGGREGATION_TEMPORALITY_CUMULATIVE
    total.data_points.append(NumberDataPoint(time_unix_nano=first, as_int=-7, attributes=attributes))
    load(store, folder, Signal.METRICS, [request])

    names = [f"{sent.caller.service}.lag", f"{sent.caller.service}.total"]
    question = {"metrics": names, "start": first / 1e9 - 1, "end": first / 1e9 + 60} | LIMIT
    assert store.query("hub_metrics", question, MetricPoint) == [
        MetricPoint(first // 10**6, names[1], {"signal": "logs"}, -7.0),
        MetricPoint(first // 10**6 + 1000, names[0], {"signal": "logs"}, 0.5),
    ]


def test_the_store_says_how_fresh_and_how_large_it_is(store: Store, folder: Path, sent: Exchange) -> None:
    log = access_log(time.time_ns(), {"request_id": sent.request})
    load(store, folder, Signal.LOGS, [logs_request(sent.caller, [log])])
    ahead = segment([logs_request(sent.caller, [log])], received=time.time_ns() + 3600 * 10**9)
    written(folder, Signal.LOGS, ahead, f"ahead-{sent.trace}").load(store)
    [fresh] = store.query("freshness", {}, Freshness)
    assert abs(fresh.access_logs - time.time()) < 30
    sizes = {size.table_name: size for size in store.query("table_sizes", {}, TableSize)}
    assert sizes["access_logs"].total_rows > 0
    assert sizes["access_logs"].bytes_on_disk > 0
