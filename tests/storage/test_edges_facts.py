"""What the graph asks the store beside its edges: pools by stats, peers by spans, workloads that were there before."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE
from opentelemetry.proto.trace.v1.trace_pb2 import Span as OtlpSpan

from meshhub.model import Signal
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import (
    Proxy,
    access_log,
    inbound,
    key_values,
    load,
    logs_request,
    outbound,
    span,
    traces_request,
)
from storage.client import Store
from storage.records.edges import PoolReport, SeenWorkload, ServiceEdgeReport

MINUTE = 60 * 10**9
FAILURES = "cluster.upstream_cx_connect_fail"


def stats(proxy: Proxy, at: int, upstream: str, *, started: int = 0, **values: int) -> ExportMetricsServiceRequest:
    """What a proxy's sink sends at a time: counters, or gauges if they end in active or open."""
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add(resource=proxy.resource()).scope_metrics.add().metrics
    attributes = key_values({"envoy.cluster_name": upstream})
    for name, value in values.items():
        metric = metrics.add(name=f"cluster.{name.replace('__', '.')}")
        if name.endswith(("active", "open")):
            metric.gauge.data_points.add(time_unix_nano=at, as_int=value, attributes=attributes)
        else:
            metric.sum.is_monotonic, metric.sum.aggregation_temporality = True, AGGREGATION_TEMPORALITY_CUMULATIVE
            point = metric.sum.data_points.add(time_unix_nano=at, as_int=value, attributes=attributes)
            point.start_time_unix_nano = started or at - 10 * MINUTE
    return request


def set_instance(request: ExportLogsServiceRequest, instance: str) -> None:
    """Have the sender be called otherwise."""
    for attribute in request.resource_logs[0].resource.attributes:
        if attribute.key == "service.instance.id":
            attribute.value.string_value = instance


def pools(store: Store, sent: Exchange, start: int, end: int) -> list[PoolReport]:
    question = {"start": start / 1e9, "end": end / 1e9, "limit": 1000}
    found = store.query("stats_of_edges", question, PoolReport)
    return [report for report in found if report.source_service == sent.caller.service]


@pytest.fixture
def begin() -> int:
    """The start of a minute, ten minutes ago."""
    return (time.time_ns() // MINUTE - 10) * MINUTE


def test_counters_count_by_how_much_they_grew_in_the_window(
    store: Store, folder: Path, sent: Exchange, begin: int
) -> None:
    started = begin - 30 * MINUTE
    course = [(begin - MINUTE, 7), (begin + 10**9, 7), (begin + MINUTE, 9), (begin + 2 * MINUTE, 12)]
    requests = [
        stats(sent.caller, at, "cart_shop", started=started, upstream_cx_connect_fail=value) for at, value in course
    ]
    load(store, folder, Signal.METRICS, requests)
    [report] = pools(store, sent, begin, begin + 3 * MINUTE)
    assert (report.connection_failures, report.upstream, report.ejections) == (5, "cart_shop", 0)
    assert pools(store, sent, begin, begin + MINUTE) == []


def test_a_counter_that_was_zero_or_began_anew_counts_from_zero(
    store: Store, folder: Path, sent: Exchange, begin: int
) -> None:
    first, second = begin - 30 * MINUTE, begin + MINUTE
    requests = [
        stats(sent.caller, begin, "cart_shop", started=first, upstream_rq_pending_overflow=4),
        stats(sent.caller, second + 10**9, "cart_shop", started=second, upstream_rq_pending_overflow=2),
    ]
    load(store, folder, Signal.METRICS, requests)
    [report] = pools(store, sent, begin, begin + 3 * MINUTE)
    assert report.pool_overflows == 6


def test_what_is_open_and_under_way_is_that_of_every_instance_at_the_end_of_the_window(
    store: Store, folder: Path, sent: Exchange, begin: int
) -> None:
    course = ((begin - 5 * MINUTE, 9, 9), (begin, 3, 2), (begin + MINUTE, 7, 0))
    requests = [
        stats(sent.caller, at, "cart_shop", upstream_cx_active=connections, upstream_rq_active=under_way)
        for at, connections, under_way in course
    ]
    load(store, folder, Signal.METRICS, requests)
    [report] = pools(store, sent, begin - 9 * MINUTE, begin + 2 * MINUTE)
    assert (report.active_connections, report.active_requests) == (7, 2)
    [report] = pools(store, sent, begin - 9 * MINUTE, begin + MINUTE)
    assert (report.active_connections, report.active_requests) == (3, 2)
    assert pools(store, sent, begin - 3 * MINUTE, begin - 2 * MINUTE) == []


def test_what_was_open_or_ejected_at_some_time_is_said(store: Store, folder: Path, sent: Exchange, begin: int) -> None:
    request = stats(
        sent.caller,
        begin,
        "outbound|9080||reviews.bookinfo.svc.cluster.local",
        circuit_breakers__default__rq_open=1,
        circuit_breakers__default__cx_open=0,
        outlier_detection__ejections_active=2,
        outlier_detection__ejections_enforced_total=3,
    )
    load(store, folder, Signal.METRICS, [request])
    [report] = pools(store, sent, begin, begin + MINUTE)
    assert report.open_circuit_breakers == ["rq"]
    assert (report.ejected_hosts, report.ejections) == (2, 3)
    assert (report.destination_namespace, report.destination_service) == ("bookinfo", "reviews")


@pytest.mark.parametrize(
    ("attributes", "kind", "name"),
    [
        ({"db.system": "postgresql", "server.address": "orders-db"}, "database/postgresql", "orders-db"),
        ({"db.system.name": "redis"}, "database/redis", "redis"),
        ({"messaging.system": "kafka", "messaging.destination.name": "orders"}, "queue/kafka", "orders"),
        ({"server.address": "api.bank.com"}, "external", "api.bank.com"),
        ({"peer.service": "legacy"}, "service", "legacy"),
    ],
)
def test_a_span_names_what_lies_beyond_the_mesh(
    store: Store, folder: Path, sent: Exchange, attributes: dict[str, str], kind: str, name: str
) -> None:
    made = span(
        "ask", OtlpSpan.SPAN_KIND_CLIENT, trace_id=sent.trace, span_id="07" * 8, start=sent.start, duration=2_000_000,
        attributes=attributes,
    )  # fmt: skip
    load(store, folder, Signal.TRACES, [traces_request(sent.caller, [made])])
    question = {"start": sent.start / 1e9 - 1, "end": sent.start / 1e9 + 1, "by": "service", "limit": 10_000}
    found = store.query("service_edges_in_window", question, ServiceEdgeReport)
    [edge] = [edge for edge in found if edge.source_service == sent.caller.service]
    assert (edge.destination_kind, edge.destination_service, edge.signal) == (kind, name, "span")
    assert edge.outcomes == ([(200, -1, "", "unknown")], [1])


def test_each_side_knows_its_own_workload_and_the_other_where_the_mesh_tells(
    store: Store, folder: Path, sent: Exchange
) -> None:
    caller = logs_request(
        sent.caller, [access_log(sent.start, outbound(sent.caller, sent.callee, destination_workload="callee-v2"))]
    )
    callee = logs_request(sent.callee, [access_log(sent.start, inbound(sent.caller, sent.callee))])
    told = {"k8s.deployment.name": "caller-blue"}
    caller.resource_logs[0].resource.attributes.extend(key_values(told))
    set_instance(callee, "callee-v2-7f9c8d6b5c-x2z4q")
    load(store, folder, Signal.LOGS, [caller, callee])
    made = span(
        "ask", OtlpSpan.SPAN_KIND_CLIENT, trace_id=sent.trace, span_id="07" * 8, start=sent.start, duration=2_000_000,
        attributes={"db.system": "postgresql"},
    )  # fmt: skip
    asking = traces_request(sent.caller, [made])
    asking.resource_spans[0].resource.attributes.extend(key_values(told))
    load(store, folder, Signal.TRACES, [asking])
    question = {"start": sent.start / 1e9 - 400, "end": sent.start / 1e9 + 60, "by": "workload", "limit": 10_000}
    found = store.query("service_edges_in_window", question, ServiceEdgeReport)
    edges = [edge for edge in found if sent.caller.service in (edge.source_service, edge.destination_service)]
    assert sorted((edge.signal, edge.reporter, edge.source_workload, edge.destination_workload) for edge in edges) == [
        ("access_log", "client", "caller-blue", "callee-v2"),
        ("access_log", "server", "", "callee-v2"),
        ("span", "client", "caller-blue", ""),
    ]
    assert [edge.source_workloads for edge in edges if edge.reporter == "client"] == [{"caller-blue": 1}] * 2


def test_who_takes_from_a_queue_is_called_by_it(store: Store, folder: Path, sent: Exchange) -> None:
    attributes = {"messaging.system": "kafka", "messaging.destination.name": "orders"}
    made = span(
        "take", OtlpSpan.SPAN_KIND_CONSUMER, trace_id=sent.trace, span_id="08" * 8, start=sent.start, duration=2_000,
        attributes=attributes,
    )  # fmt: skip
    other = span(
        "idle", OtlpSpan.SPAN_KIND_CONSUMER, trace_id=sent.trace, span_id="09" * 8, start=sent.start, duration=1_000
    )
    load(store, folder, Signal.TRACES, [traces_request(sent.caller, [made, other])])
    question = {"start": sent.start / 1e9 - 1, "end": sent.start / 1e9 + 1, "by": "service", "limit": 10_000}
    found = store.query("service_edges_in_window", question, ServiceEdgeReport)
    [edge] = [edge for edge in found if edge.destination_service == sent.caller.service]
    assert (edge.source_service, edge.source_role, edge.reporter) == ("orders", "queue/kafka", "server")
    assert (edge.signal, edge.destination_namespace, edge.requests) == ("span", sent.caller.namespace, 1)


def test_workloads_are_remembered_by_what_they_said_of_themselves(store: Store, folder: Path, sent: Exchange) -> None:
    load(
        store,
        folder,
        Signal.LOGS,
        [
            logs_request(sent.caller, [access_log(sent.start, outbound(sent.caller, Proxy("unheard")))]),
            logs_request(sent.callee, [access_log(sent.start, inbound(Proxy("unheard"), sent.callee))]),
        ],
    )
    question = {"since": sent.start / 1e9 - 60, "end": sent.start / 1e9 + 60, "limit": 10_000}
    found = {seen.service: seen for seen in store.query("edges_workloads_seen", question, SeenWorkload)}
    last = datetime.fromtimestamp(sent.start // 10**10 * 10, UTC)
    for proxy in (sent.caller, sent.callee):
        expected = SeenWorkload(proxy.cluster, proxy.namespace, proxy.service, False, [proxy.version], last)
        assert found[proxy.service] == expected
    assert "unheard" not in found
