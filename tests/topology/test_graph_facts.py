"""What an edge says beyond its numbers: why it is not all mutual TLS, what stats know, whether clocks differ."""

from dataclasses import replace
from datetime import timedelta

import pytest

from meshhub.model import Reporter, TimeRange
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import NOW, blank, client_report, server_report
from storage.records.edges import PoolReport, ServiceEdgeReport
from topology.graph import build_graph
from topology.model import Evidence, NodeKind, ServiceEdge, SignalCount
from topology.pools import pools_by_edge

WINDOW = TimeRange.last(timedelta(minutes=15), now=NOW)
SHOP, CART = Proxy("shop"), Proxy("cart")
MTLS, PLAIN, TLS = (200, -1, "", "mtls"), (200, -1, "", "plaintext"), (200, -1, "", "tls")
FAILED = (503, -1, "", "mtls")
OUTSIDE = {"destination_kind": "external", "destination_service": "bank.example"}
NOBODY = {"source_service": "", "source_namespace": "", "source_principals": []}
CALLEE = server_report(SHOP, CART, {MTLS: 1})
"""Makes the callee a workload whose proxy reports."""


def only_edge(*reports: ServiceEdgeReport, pool: PoolReport | None = None) -> ServiceEdge:
    (edge,) = build_graph(reports, WINDOW, pools=[pool] if pool else []).edges
    return edge


@pytest.mark.parametrize(
    ("reports", "code"),
    [
        ([client_report(SHOP, CART, {MTLS: 5}), CALLEE], None),
        ([client_report(SHOP, CART, {MTLS: 5, PLAIN: 5}), CALLEE], "listener-permissive"),
        ([client_report(SHOP, CART, {PLAIN: 5}), CALLEE], "plaintext-in-mesh"),
        ([client_report(SHOP, CART, {PLAIN: 5})], "callee-without-proxy"),
        ([server_report(SHOP, CART, {PLAIN: 5})], "caller-without-proxy"),
        ([server_report(SHOP, CART, {PLAIN: 5}, **NOBODY)], "plaintext-from-outside"),
        ([server_report(SHOP, CART, {TLS: 5}, **NOBODY)], "tls-from-outside"),
        ([client_report(SHOP, CART, {TLS: 5}), CALLEE], "tls-not-mutual"),
        ([client_report(SHOP, CART, {PLAIN: 5}, **OUTSIDE)], "plaintext-outside"),
        ([client_report(SHOP, CART, {TLS: 5}, **OUTSIDE)], "tls-outside"),
        ([client_report(SHOP, CART, {(200, -1, "", "unknown"): 5})], "security-not-reported"),
        ([client_report(SHOP, CART, {(200, -1, "", "unknown"): 5}, signal="span")], "security-not-reported"),
        ([client_report(SHOP, CART, {(503, -1, "UF", "plaintext"): 5})], "security-no-connection"),
    ],
)
def test_an_edge_says_why_it_is_not_all_mutual_tls(reports: list[ServiceEdgeReport], code: str | None) -> None:
    security = only_edge(*reports).security
    assert (security.code if security else None) == code


def pool_report(
    upstream: str, kind: str = "", namespace: str = "", service: str = "", caller: str = "shop"
) -> PoolReport:
    return replace(
        blank(PoolReport),
        source_cluster="lab",
        source_namespace="test",
        source_service=caller,
        upstream=upstream,
        destination_kind=kind,
        destination_namespace=namespace,
        destination_service=service,
        ejections=3,
        open_circuit_breakers=["rq"],
    )


@pytest.mark.parametrize(
    "report",
    [
        pool_report("cart_test", "service", "", "cart_test"),
        pool_report("outbound|80||cart.test.svc", "service", "test", "cart"),
        pool_report("cart", "service", "", "cart"),
    ],
)
def test_what_stats_say_is_on_the_edge_to_the_service_that_the_upstream_means(report: PoolReport) -> None:
    pool = only_edge(client_report(SHOP, CART, {MTLS: 5}), pool=report).pool
    assert pool is not None
    assert (pool.ejections, pool.open_circuit_breakers, pool.connection_failures) == (3, ("rq",), 0)


def test_stats_of_an_external_host_are_on_its_edge() -> None:
    edge = only_edge(client_report(SHOP, CART, {TLS: 5}, **OUTSIDE), pool=pool_report("external|bank_example"))
    assert edge.pool is not None


def test_pools_of_several_upstreams_of_one_callee_are_added_up() -> None:
    reports = [
        replace(pool_report("outbound|80|v1|cart.test.svc", "service", "test", "cart"), active_connections=4),
        replace(pool_report("outbound|80|v2|cart.test.svc", "service", "test", "cart"), active_connections=3),
    ]
    graph = build_graph([client_report(SHOP, CART, {MTLS: 5})], WINDOW, pools=reports)
    pool = graph.edges[0].pool
    assert pool is not None
    assert (pool.ejections, pool.open_circuit_breakers, pool.active_connections) == (6, ("rq",), 7)
    assert pools_by_edge(graph, reports) == {graph.edges[0].id: pool}


def test_what_spans_and_stats_say_of_a_logged_edge_is_beside_it_and_not_added() -> None:
    graph = build_graph(
        [
            client_report(SHOP, CART, {MTLS: 200}),
            server_report(SHOP, CART, {MTLS: 100}),
            client_report(SHOP, CART, {MTLS: 18, FAILED: 2}, signal="span"),
            server_report(SHOP, CART, {MTLS: 20}, signal="span"),
            client_report(SHOP, CART, {MTLS: 199}, signal="stats"),
        ],
        WINDOW,
    )
    (edge,) = graph.edges
    assert edge.headline.rates.requests == 200
    assert edge.beside == (
        SignalCount(Evidence.STATS, Reporter.CLIENT, 199, 199 / 200, 0.0),
        SignalCount(Evidence.SPAN, Reporter.CLIENT, 20, 0.1, 0.1),
        SignalCount(Evidence.SPAN, Reporter.SERVER, 20, 0.2, 0.0),
    )


@pytest.mark.parametrize("report", [pool_report("ratings_test"), pool_report("cart_test", caller="other")])
def test_stats_that_are_about_no_edge_are_left_out(report: PoolReport) -> None:
    assert only_edge(client_report(SHOP, CART, {MTLS: 5}), pool=report).pool is None


@pytest.mark.parametrize(("ahead", "codes"), [(10, []), (-10, []), (60, ["clocks-differ"]), (-60, ["clocks-differ"])])
def test_sides_whose_clocks_differ_are_said_to(ahead: int, codes: list[str]) -> None:
    later = NOW + timedelta(seconds=ahead)
    served = server_report(SHOP, CART, {MTLS: 5}, first_seen=later, last_seen=later)
    edge = only_edge(client_report(SHOP, CART, {MTLS: 5}), served)
    assert [note.code for note in edge.notes] == codes


@pytest.mark.parametrize(
    ("kind", "expected"), [("database/postgresql", NodeKind.DATABASE), ("queue/kafka", NodeKind.QUEUE)]
)
def test_databases_and_queues_are_nodes_of_their_own_kind(kind: str, expected: NodeKind) -> None:
    named = {"destination_kind": kind, "destination_service": "orders", "signal": "span"}
    graph = build_graph([client_report(SHOP, CART, {(0, -1, "", "unknown"): 5}, **named)], WINDOW)
    node = next(node for node in graph.nodes if node.service == "orders")
    assert (node.kind, node.known, node.id) == (expected, (kind.partition("/")[2],), f"{expected}:orders")


def test_who_takes_from_a_queue_is_called_by_the_node_that_others_put_into() -> None:
    queue = {"destination_kind": "queue/kafka", "destination_service": "orders", "signal": "span"}
    taken = {"source_role": "queue/kafka", "source_service": "orders", "source_namespace": "", "source_cluster": ""}
    put = client_report(SHOP, CART, {(0, -1, "", "unknown"): 5}, **queue)
    took = server_report(SHOP, CART, {(0, -1, "", "unknown"): 4}, signal="span", **taken)
    graph = build_graph([put, took], WINDOW)
    [orders] = [node for node in graph.nodes if node.kind is NodeKind.QUEUE]
    assert orders.known == ("kafka",)
    assert orders.inbound is not None
    assert orders.outbound is not None
    assert (orders.inbound.requests, orders.outbound.requests) == (5, 4)
    assert not any(node.reporting for node in graph.nodes)
