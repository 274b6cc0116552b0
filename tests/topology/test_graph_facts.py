"""What an edge says beyond its numbers: why it is not all mutual TLS, what stats know, whether clocks differ."""

from dataclasses import replace
from datetime import timedelta

import pytest

from meshhub.model import TimeRange
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import NOW, blank, client_report, server_report
from storage.records.edges import PoolReport, ServiceEdgeReport
from topology.graph import build_graph
from topology.model import NodeKind, ServiceEdge

WINDOW = TimeRange.last(timedelta(minutes=15), now=NOW)
SHOP, CART = Proxy("shop"), Proxy("cart")
MTLS, PLAIN, TLS = (200, -1, "", "mtls"), (200, -1, "", "plaintext"), (200, -1, "", "tls")
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
