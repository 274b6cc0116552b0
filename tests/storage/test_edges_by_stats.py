"""Edges from the counters of proxies: what Istio, ztunnel, Linkerd and Envoy expose, scraped into the engine.

The samples have the documented shapes of each mesh's metrics (Istio: telemetry reference, standard metrics; ztunnel:
src/proxy/metrics; Linkerd: reference/proxy-metrics; Envoy: configuration, cluster statistics).
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from collector.journal.record import encode
from collector.scrape import wire
from collector.scrape.encoder import Encoder, SampleLimits
from collector.scrape.scraper import resource_attributes
from meshhub.model import Signal
from meshhub.testing.engine import rows
from meshhub.testing.everything import written
from meshhub.testing.exchange import Exchange
from meshhub.testing.prometheus import write_request
from storage.client import Store
from storage.records.edges import ServiceEdgeReport

SECOND = 10**9
MINUTE = 60 * SECOND
LIMITS = SampleLimits(10_000, 60, 100, 1000)


@pytest.fixture
def begin() -> int:
    """The start of a minute, ten minutes ago."""
    return (time.time_ns() // MINUTE - 10) * MINUTE


@pytest.fixture
def service(sent: Exchange) -> str:
    """A name of this test's own."""
    return sent.caller.service


def scrape(
    store: Store, folder: Path, labels: Mapping[str, str], expositions: list[tuple[int, str]], *, copies: int = 1
) -> None:
    """Load what a target exposed at some times, as the hub's scraper does."""
    content = b""
    encoder = Encoder(labels, [], LIMITS)
    resource = wire.resource(resource_attributes(dict(labels)))
    for at, text in expositions:
        request = wire.request(resource, "test", encoder.encode(text, at, openmetrics=False).metrics)
        content += b"".join(encode(request, time.time_ns(), b"")) * copies
    written(folder, Signal.METRICS, content, f"metrics-{time.time_ns()}").load(store)


def edges(store: Store, start: int, end: int, service: str, *, by: str = "service") -> list[ServiceEdgeReport]:
    question = {"start": start / 1e9, "end": end / 1e9, "by": by, "limit": 10_000}
    found = store.query("edges_by_stats", question, ServiceEdgeReport)
    return [edge for edge in found if any(service in name for name in (edge.source_service, edge.destination_service))]


def course(begin: int, expose: Callable[[int], str], minutes: int = 4) -> list[tuple[int, str]]:
    """Expositions once a minute from the minute before `begin` on, of counters 0, 1, 2 …"""
    return [(begin + (number - 1) * MINUTE + SECOND, expose(number)) for number in range(minutes)]


def istio(reporter: str, source: str, destination: str, **labels: str) -> str:
    """The labels of an Istio metric."""
    made = {
        "reporter": reporter, "source_workload": f"{source}-v1", "source_canonical_service": source,
        "source_canonical_revision": "v1", "source_workload_namespace": "shop", "source_version": "v1",
        "source_cluster": "east", "source_principal": f"spiffe://cluster.local/ns/shop/sa/{source}",
        "destination_workload": f"{destination}-v2", "destination_canonical_service": destination,
        "destination_canonical_revision": "v2", "destination_workload_namespace": "shop", "destination_version": "v2",
        "destination_cluster": "west", "destination_principal": f"spiffe://cluster.local/ns/shop/sa/{destination}",
        "destination_service": f"{destination}.shop.svc.cluster.local", "destination_service_name": destination,
        "destination_service_namespace": "shop", "request_protocol": "http", "response_code": "200",
        "grpc_response_status": "", "response_flags": "-",
        "connection_security_policy": "unknown" if reporter == "source" else "mutual_tls", **labels,
    }  # fmt: skip
    return ",".join(f'{name}="{value}"' for name, value in made.items())


def test_istios_two_reporters_are_the_two_sides(store: Store, folder: Path, begin: int, service: str) -> None:
    callee = f"{service}-b"

    def expose(count: int) -> str:
        series = {
            istio("source", service, callee): 100 + 10 * count,
            istio("destination", service, callee): 100 + 10 * count,
            istio("source", service, callee, response_code="503", response_flags="UF"): count,
            istio("source", service, callee, request_protocol="grpc", grpc_response_status="14"): 2 * count,
        }
        return "".join(f"istio_requests_total{{{labels}}} {value}\n" for labels, value in series.items())

    scrape(store, folder, {"job": "istio", "instance": service}, course(begin, expose))
    client, server = sorted(edges(store, begin, begin + 3 * MINUTE, service), key=lambda edge: edge.reporter)
    assert (client.reporter, server.reporter) == ("client", "server")
    assert (client.source_cluster, client.source_namespace, client.source_service) == ("east", "shop", service)
    assert (client.destination_kind, client.destination_cluster) == ("service", "west")
    assert client.destination_service == callee
    assert (client.requests, client.grpc_requests, server.requests, client.family) == (39, 6, 30, "http")
    assert dict(zip(*client.outcomes, strict=True)) == {
        (200, -1, "", "unknown"): 30, (200, 14, "", "unknown"): 6, (503, -1, "UF", "unknown"): 3,
    }  # fmt: skip
    assert dict(zip(*server.outcomes, strict=True)) == {(200, -1, "", "mtls"): 30}
    assert server.destination_principals == [f"spiffe://cluster.local/ns/shop/sa/{callee}"]
    assert (client.source_versions, client.destination_versions) == ({"v1": 39}, {"v2": 39})
    for edge in edges(store, begin, begin + 3 * MINUTE, service, by="version"):
        assert (edge.source_version, edge.destination_version) == ("v1", "v2")
    for edge in edges(store, begin, begin + 3 * MINUTE, service, by="workload"):
        assert (edge.source_workload, edge.destination_workload) == (f"{service}-v1", f"{callee}-v2")


@pytest.mark.parametrize(
    ("labels", "kind", "name"),
    [
        (
            {"destination_service": "api.bank.com", "destination_service_name": "api.bank.com"},
            "external",
            "api.bank.com",
        ),
        ({"destination_service": "unknown", "destination_service_name": "PassthroughCluster"}, "passthrough", ""),
    ],
)
def test_istios_unknown_is_unknown(
    embedded_store: Store, folder: Path, begin: int, service: str, labels: dict[str, str], kind: str, name: str
) -> None:
    parts = (
        "workload", "canonical_service", "workload_namespace", "version", "canonical_revision", "cluster", "principal",
    )  # fmt: skip
    unknown = {f"destination_{part}": "unknown" for part in parts} | {"destination_service_namespace": "unknown"}
    text = istio("source", service, "x", **unknown, **labels)
    exposed = course(begin, lambda count: f"istio_requests_total{{{text}}} {count}\n")
    scrape(embedded_store, folder, {"job": "istio", "instance": service}, exposed)
    [edge] = edges(embedded_store, begin, begin + 3 * MINUTE, service)
    assert (edge.destination_kind, edge.destination_service, edge.destination_namespace) == (kind, name, "")
    assert (edge.destination_principals, edge.requests) == ([], 3)


def test_ztunnels_connections_bytes_and_failures(embedded_store: Store, folder: Path, begin: int, service: str) -> None:
    callee = f"{service}-b"

    def expose(count: int) -> str:
        tcp = {"request_protocol": "tcp", "response_code": "0"}
        labels = istio("source", service, callee, **tcp, connection_security_policy="mutual_tls")
        denied = istio("source", service, callee, **tcp, response_flags="CONNECT")
        return (
            "# TYPE istio_tcp_connections_opened counter\n"
            f"istio_tcp_connections_opened_total{{{labels}}} {count}\n"
            f"istio_tcp_connections_failed_total{{{denied}}} {2 * count}\n"
            f"istio_tcp_sent_bytes_total{{{labels}}} {1000 * count}\n"
            f"istio_tcp_received_bytes_total{{{labels}}} {10 * count}\n"
        )

    scrape(embedded_store, folder, {"job": "ztunnel", "instance": service}, course(begin, expose))
    [edge] = edges(embedded_store, begin, begin + 3 * MINUTE, service)
    assert (edge.family, edge.requests, edge.bytes_sent, edge.bytes_received) == ("tcp", 9, 3000, 30)
    assert dict(zip(*edge.outcomes, strict=True)) == {(0, -1, "", "mtls"): 3, (0, -1, "UF,CONNECT", "unknown"): 6}


LINKERD = {"service": "", "namespace": "shop", "pod": "front-1", "job": "linkerd", "instance": "10.0.0.1:4191"}


def linkerd(callee: str, count: int) -> str:
    out = 'direction="outbound",dst_namespace="shop"'
    called = f'{out},authority="{callee}.shop.svc.cluster.local:80",dst_deployment="{callee}"'
    identity = f"{callee}.shop.serviceaccount.identity.linkerd.cluster.local"
    meshed = f'tls="true",server_id="{identity}"'
    plain = 'tls="no_identity",no_tls_reason="not_provided_by_service_discovery"'
    own = 'direction="inbound",tls="true",client_id="web.shop.serviceaccount.identity.linkerd.cluster.local"'
    return (
        "# TYPE response_total counter\n"
        f'response_total{{{called},{meshed},status_code="200",classification="success"}} {10 * count}\n'
        f'response_total{{{called},{plain},status_code="500",classification="failure"}} {count}\n'
        f'response_total{{{own},status_code="200",grpc_status_code="13",classification="failure"}} {2 * count}\n'
        f'response_total{{direction="inbound",tls="disabled",target_addr="10.0.0.1:4191",status_code="200"}} {count}\n'
        "# TYPE tcp_open_total counter\n"
        f'tcp_open_total{{{called},{meshed},peer="dst"}} {count}\n'
        f'tcp_open_total{{{out},peer="dst",dst_statefulset="{callee}-db",{plain}}} {count}\n'
        f'tcp_open_total{{direction="outbound",peer="src",tls="disabled"}} {9 * count}\n'
        "# TYPE tcp_read_bytes_total counter\n"
        f'tcp_read_bytes_total{{{called},{meshed},peer="dst"}} {1000 * count}\n'
        "# TYPE tcp_write_bytes_total counter\n"
        f'tcp_write_bytes_total{{{called},{meshed},peer="dst"}} {10 * count}\n'
        "# TYPE tcp_open_connections gauge\n"
        f'tcp_open_connections{{{out},peer="dst",dst_deployment="{callee}-cache",{meshed}}} 4\n'
    )


def test_linkerds_proxies_give_edges_and_why_there_is_no_tls(
    store: Store, folder: Path, begin: int, service: str
) -> None:
    callee = f"{service}-b"
    scrape(store, folder, {**LINKERD, "service": service}, course(begin, lambda count: linkerd(callee, count)))
    reports = edges(store, begin, begin + 3 * MINUTE, service)
    found = {(report.source_service, report.destination_service, report.family): report for report in reports}
    assert set(found) == {
        (service, callee, "http"), (service, f"{callee}-db", "tcp"), (service, f"{callee}-cache", "tcp"),
        ("web", service, "http"),
    }  # fmt: skip
    edge = found[service, callee, "http"]  # its connections carried these requests
    assert (edge.requests, edge.bytes_sent, edge.bytes_received) == (33, 3000, 30)
    assert dict(zip(*edge.outcomes, strict=True)) == {(200, -1, "", "mtls"): 30, (500, -1, "", "plaintext"): 3}
    assert edge.tls_reasons == ["not_provided_by_service_discovery"]
    assert edge.destination_principals == [f"{callee}.shop.serviceaccount.identity.linkerd.cluster.local"]
    inbound = found["web", service, "http"]
    assert (inbound.reporter, inbound.source_namespace) == ("server", "shop")
    assert (inbound.requests, inbound.grpc_requests) == (6, 6)
    assert found[service, f"{callee}-db", "tcp"].requests == 3
    assert found[service, f"{callee}-cache", "tcp"].requests == 4  # none was opened, four are open


@pytest.mark.parametrize("way", ["scrape", "otlp", "consul"])
def test_envoys_clusters_are_edges_however_their_stats_come(
    embedded_store: Store, folder: Path, begin: int, service: str, way: str
) -> None:
    callee = f"{service}-b"
    prefix, tag = ("cluster.", "envoy.") if way == "otlp" else ("envoy_cluster_", "envoy_")
    named = f'envoy_cluster_name="{callee}.shop"'
    if way == "consul":
        named = f'envoy_cluster_name="x",consul_destination_service="{callee}",consul_destination_namespace="shop"'

    def expose(count: int) -> str:
        text = (
            f'# TYPE P_upstream_rq counter\nP_upstream_rq{{{named},envoy_response_code="200"}} {10 * count}\n'
            f'P_upstream_rq{{{named},envoy_response_code="503"}} {count}\n'
            f'P_upstream_rq{{envoy_cluster_name="local_app",envoy_response_code="200"}} {count}\n'
            f"# TYPE P_upstream_cx_total counter\nP_upstream_cx_total{{{named}}} {count}\n"
            f"# TYPE P_upstream_cx_tx_bytes_total counter\nP_upstream_cx_tx_bytes_total{{{named}}} {7 * count}\n"
        )
        return text.replace("P_", prefix if way != "otlp" else "cluster_")

    if way == "otlp":
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

        encoder = Encoder({}, [], LIMITS)
        resource = wire.resource(resource_attributes({"service": service, "namespace": "shop"}))
        content = b""
        for at, text in course(begin, expose):
            request = ExportMetricsServiceRequest.FromString(
                wire.request(resource, "envoy", encoder.encode(text, at, openmetrics=False).metrics)
            )
            for metric in request.resource_metrics[0].scope_metrics[0].metrics:
                metric.name = metric.name.replace("cluster_", "cluster.", 1)
                for point in metric.sum.data_points:
                    for label in point.attributes:
                        label.key = label.key.replace("envoy_", tag, 1)
            content += b"".join(encode(request.SerializeToString(), time.time_ns(), b""))
        written(folder, Signal.METRICS, content, f"metrics-{time.time_ns()}").load(embedded_store)
    else:
        scrape(embedded_store, folder, {"service": service, "namespace": "shop", "job": "envoy"}, course(begin, expose))
    [edge] = edges(embedded_store, begin, begin + 3 * MINUTE, service)
    assert (edge.destination_namespace, edge.destination_service, edge.family) == ("shop", callee, "http")
    assert (edge.requests, edge.bytes_received) == (33, 21)
    assert dict(zip(*edge.outcomes, strict=True)) == {(200, -1, "", "unknown"): 30, (503, -1, "", "unknown"): 3}


def counted(
    embedded_store: Store, folder: Path, begin: int, service: str, samples: list[tuple[int, int]], **load: int
) -> int:
    """The requests in three minutes of a counter with these values at these seconds after the beginning."""
    text = istio("source", service, "x")
    exposed = [(begin + at * SECOND, f"istio_requests_total{{{text}}} {value}\n") for at, value in samples]
    scrape(embedded_store, folder, {"job": "istio", "instance": service}, exposed, **load)
    return sum(edge.requests for edge in edges(embedded_store, begin, begin + 3 * MINUTE, service))


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([(-30, 5), (10, 7), (70, 9)], 4),  # from the value before the window on
        ([(10, 7), (70, 9)], 2),  # what it was before the hub knew the proxy is not known
        ([(10, 7), (20, 8), (30, 9)], 2),  # within a minute
        ([(-30, 100), (10, 3), (70, 5)], 5),  # a restart between two samples
        ([(-30, 100), (10, 104), (20, 3), (40, 6), (70, 8)], 12),  # a restart within a minute
        ([(70, 9), (10, 7), (-30, 5), (40, 8)], 4),  # out of order
        ([(-30, 5), (170, 15), (185, 99)], 10),  # gaps, and what lies behind the window
        ([(-30, 5), (10, 5), (70, 5)], 0),
    ],
)
def test_counters_count_by_how_much_they_grew(
    embedded_store: Store, folder: Path, begin: int, service: str, samples: list[tuple[int, int]], expected: int
) -> None:
    assert counted(embedded_store, folder, begin, service, samples) == expected


def test_what_came_twice_counts_once(embedded_store: Store, folder: Path, begin: int, service: str) -> None:
    assert counted(embedded_store, folder, begin, service, [(-30, 5), (10, 7), (70, 9)], copies=2) == 4
    assert counted(embedded_store, folder, begin, service, [(10, 7)]) == 4


def test_a_series_that_appears_later_than_its_proxy_counts_from_zero(
    embedded_store: Store, folder: Path, begin: int, service: str
) -> None:
    good, bad = istio("source", service, "x"), istio("source", service, "x", response_code="500")
    exposed = [
        (begin - 30 * SECOND, f"istio_requests_total{{{good}}} 5\n"),
        (begin + 70 * SECOND, f"istio_requests_total{{{good}}} 6\nistio_requests_total{{{bad}}} 2\n"),
    ]
    scrape(embedded_store, folder, {"job": "istio", "instance": service}, exposed)
    [edge] = edges(embedded_store, begin, begin + 3 * MINUTE, service)
    assert dict(zip(*edge.outcomes, strict=True)) == {(200, -1, "", "unknown"): 1, (500, -1, "", "unknown"): 2}


def test_instances_are_counted_each_by_itself(embedded_store: Store, folder: Path, begin: int, service: str) -> None:
    text = istio("source", service, "x")
    for pod, start in (("a", 100), ("b", 3)):
        exposed = course(begin, lambda count, start=start: f"istio_requests_total{{{text}}} {start + count}\n")  # type: ignore[misc]
        scrape(embedded_store, folder, {"job": "istio", "instance": service, "pod": pod}, exposed)
    assert sum(edge.requests for edge in edges(embedded_store, begin, begin + 3 * MINUTE, service)) == 6


def test_remote_write_gives_the_same_edge(embedded_store: Store, folder: Path, begin: int, service: str) -> None:
    labels = dict(part.split("=", 1) for part in istio("source", service, "x").replace('"', "").split(","))
    named = {**labels, "__name__": "istio_requests_total", "job": "istio", "instance": service}
    series = [(named, [(float(value), (begin + at * SECOND) // 10**6) for at, value in [(-30, 5), (10, 7), (70, 9)]])]
    content = b"".join(encode(write_request(series).SerializeToString(), time.time_ns(), b""))
    written(folder, Signal.REMOTE_WRITE, content, f"remote_write-{time.time_ns()}").load(embedded_store)
    [edge] = edges(embedded_store, begin, begin + 3 * MINUTE, service)
    assert (edge.requests, edge.source_service, edge.signal) == (4, service, "stats")


def test_numbers_that_are_none_count_for_nothing(embedded_store: Store, folder: Path, begin: int, service: str) -> None:
    text = istio("source", service, "x")
    for value in ("NaN", "+Inf", "-5"):
        exposed = [(begin, f"istio_requests_total{{{text}}} {value}\n")]
        scrape(embedded_store, folder, {"job": "istio", "instance": service}, exposed)
    asked = "SELECT count() FROM edges_counters WHERE source_service = {name:String}"
    assert rows(embedded_store, asked, name=service) == [(0,)]
