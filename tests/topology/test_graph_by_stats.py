"""Edges that the stats of proxies count: where they stand in the graph, and what is said of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from envoy_config.emit import ads_bootstrap, hub
from meshhub.model import TimeRange
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import NOW, client_report, server_report
from storage.records.edges import ServiceEdgeReport
from topology.graph import build_graph
from topology.membership import reports_by_edge
from topology.model import Evidence, ServiceGraph
from topology.stats import CONTROL_CLUSTERS

WINDOW = TimeRange.last(timedelta(minutes=15), now=NOW)
SHOP, CART = Proxy("shop"), Proxy("cart")
MTLS, PLAIN = (200, -1, "", "mtls"), (200, -1, "", "plaintext")


def counted(report: ServiceEdgeReport, **changes: Any) -> ServiceEdgeReport:
    """The same by stats."""
    return replace(report, signal="stats", duration_us_sum=0, latency_us=[0.0] * 4, **changes)


def graph(*reports: ServiceEdgeReport) -> ServiceGraph:
    return build_graph(reports, WINDOW)


def test_an_edge_that_only_stats_have_is_measured_by_them() -> None:
    sides = client_report(SHOP, CART, {MTLS: 90, (503, -1, "", "mtls"): 10}), server_report(SHOP, CART, {MTLS: 90})
    [edge] = graph(*map(counted, sides)).edges
    assert edge.measured_by is Evidence.STATS
    assert edge.client is not None
    assert edge.server is not None
    assert (edge.client.rates.requests, edge.server.rates.requests, edge.headline.errors.share) == (100, 90, 0.1)
    assert (edge.headline.latency, edge.headline.encryption.mtls_share) == (None, 1.0)
    assert [note.code for note in edge.notes] == ["counted-by-stats"]


def test_whoever_reports_by_stats_is_known_and_reporting() -> None:
    nodes = graph(counted(client_report(SHOP, CART, {MTLS: 1}))).nodes
    assert {node.service: node.reporting for node in nodes} == {"shop": True, "cart": False}


def test_stats_are_never_added_to_access_logs() -> None:
    logged, also = client_report(SHOP, CART, {MTLS: 7}), counted(client_report(SHOP, CART, {MTLS: 500}))
    [edge] = graph(logged, also).edges
    assert (edge.measured_by, edge.headline.rates.requests) == (Evidence.ACCESS_LOG, 7)
    [(_, members)] = reports_by_edge([logged, also]).items()
    assert members == [logged]


def test_stats_of_a_proxy_that_sends_access_logs_make_no_other_nodes() -> None:
    """Envoy names an upstream by its cluster, which may be any name."""
    strange = counted(client_report(SHOP, Proxy("outbound_cart_8080"), {MTLS: 7}))
    found = graph(client_report(SHOP, CART, {MTLS: 7}), strange)
    assert [node.service for node in found.nodes] == ["cart", "shop"]


def test_stats_come_before_spans() -> None:
    sampled = replace(client_report(SHOP, CART, {MTLS: 3}), signal="span")
    [edge] = graph(sampled, counted(client_report(SHOP, CART, {MTLS: 100}))).edges
    assert (edge.measured_by, edge.headline.rates.requests) == (Evidence.STATS, 100)


def test_the_mesh_says_why_there_is_no_tls() -> None:
    report = counted(client_report(SHOP, CART, {MTLS: 3, PLAIN: 1}), tls_reasons=["port_skipped"])
    [edge] = graph(report).edges
    assert edge.security is not None
    assert (edge.security.code, edge.security.text) == (
        "no-tls-reason",
        "75% of these calls use mutual TLS. The proxy says of the others: port skipped.",
    )


def test_stats_that_say_nothing_of_tls_are_no_plaintext() -> None:
    [edge] = graph(counted(client_report(SHOP, CART, {(200, -1, "", "unknown"): 5}))).edges
    assert edge.security is not None
    assert edge.security.text == "The proxies' stats do not say how these connections were secured."


def connections(caller: Proxy, cluster: str, kind: str = "service") -> ServiceEdgeReport:
    """What an Envoy's stats say of a cluster that they count no requests of, by their codes."""
    report = counted(client_report(caller, Proxy(cluster), {(0, -1, "", "unknown"): 7}), family="tcp")
    return replace(
        report, destination_kind=kind, destination_cluster="", destination_namespace="", destination_principals=[]
    )


def test_connections_that_requests_in_access_logs_came_by_are_no_edge_of_tcp() -> None:
    """As our wiring has it: stats count requests by class only, and clusters are called service_namespace."""
    found = graph(
        client_report(SHOP, CART, {MTLS: 7}),
        connections(SHOP, "cart_shop"),
        connections(SHOP, "bank_example", "external"),
    )
    assert [(edge.destination, edge.transport) for edge in found.edges] == [
        (node.id, "http") for node in found.nodes if node.service == "cart"
    ]


def test_connections_are_an_edge_of_tcp_where_stats_count_requests_apart_from_them() -> None:
    requests = counted(client_report(SHOP, CART, {MTLS: 7}))
    found = graph(client_report(SHOP, CART, {MTLS: 7}), requests, connections(SHOP, "redis"))
    assert [node.service for node in found.nodes] == ["redis", "cart", "shop"]


def test_connections_are_an_edge_of_tcp_where_nothing_is_logged() -> None:
    assert [edge.transport for edge in graph(connections(SHOP, "redis")).edges] == ["tcp"]


def test_proxies_own_connections_to_the_hub_and_the_agent_are_no_edges() -> None:
    found = graph(connections(SHOP, "meshhub_otlp"), connections(SHOP, "meshhub_ads"), connections(SHOP, "xds-grpc"))
    assert found.edges == ()


def test_the_names_of_control_clusters_are_those_that_the_wiring_gives() -> None:
    assert {hub.CLUSTER, ads_bootstrap.CLUSTER} <= CONTROL_CLUSTERS
