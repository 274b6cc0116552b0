"""Which nodes there are: versions by themselves, idle ones, and no more than can be shown."""

from datetime import timedelta

from meshhub.model import TimeRange
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import NOW, client_report, server_report
from storage.records.edges import SeenWorkload, ServiceEdgeReport
from topology.crowd import MAX_NODES
from topology.graph import build_graph
from topology.model import Evidence, NodeKind, Perspective, ServiceGraph

WINDOW = TimeRange.last(timedelta(minutes=15), now=NOW)
OK = (200, -1, "", "mtls")
SHOP, CART, HERMIT = Proxy("shop"), Proxy("cart"), Proxy("hermit")


def by_version(*reports: ServiceEdgeReport) -> ServiceGraph:
    return build_graph(reports, WINDOW, perspective=Perspective.VERSION)


def test_each_version_is_a_node_as_far_as_its_side_knew_it() -> None:
    graph = by_version(
        client_report(SHOP, CART, {OK: 9}, source_version="v1"),
        server_report(SHOP, CART, {OK: 6}, destination_version="v1"),
        server_report(SHOP, CART, {OK: 3}, destination_version="v2"),
    )
    assert [(node.id, node.version) for node in graph.nodes] == [
        ("lab:test:cart:v1", "v1"),
        ("lab:test:cart:v2", "v2"),
        ("lab:test:shop:v1", "v1"),
    ]
    assert [(edge.destination, edge.headline.rates.requests) for edge in graph.edges] == [
        ("lab:test:cart:v1", 6),
        ("lab:test:cart:v2", 3),
    ]
    assert [[note.code for note in edge.notes] for edge in graph.edges] == [["version-of-peer-not-known"]] * 2
    assert graph.perspective is Perspective.VERSION


def test_each_workload_is_a_node_and_the_only_one_of_a_service_stands_for_it() -> None:
    graph = build_graph(
        [
            client_report(SHOP, CART, {OK: 9}, source_workload="shop-blue", source_workloads={"shop-blue": 9}),
            server_report(SHOP, CART, {OK: 9}, destination_workload="cart-v1", destination_workloads={"cart-v1": 9}),
            server_report(SHOP, HERMIT, {OK: 1}, destination_workload="hermit-a"),
            server_report(SHOP, HERMIT, {OK: 2}, destination_workload="hermit-b"),
        ],
        WINDOW,
        perspective=Perspective.WORKLOAD,
    )
    assert [(node.id, node.workload, node.workloads, node.reporting) for node in graph.nodes] == [
        ("lab:test:cart::cart-v1", "cart-v1", ("cart-v1",), True),
        ("lab:test:hermit::hermit-a", "hermit-a", (), True),
        ("lab:test:hermit::hermit-b", "hermit-b", (), True),
        ("lab:test:shop::shop-blue", "shop-blue", ("shop-blue",), True),
    ]
    both, *alone = graph.edges
    assert (both.client is not None, both.server is not None, both.notes) == (True, True, ())
    assert [[note.code for note in edge.notes] for edge in alone] == [["client-logs-lost"]] * 2


def test_the_only_version_there_is_has_the_views_of_both_sides() -> None:
    graph = by_version(
        client_report(SHOP, CART, {OK: 9}, source_version="v1"),
        server_report(SHOP, CART, {OK: 9}, destination_version="v2"),
    )
    (edge,) = graph.edges
    assert (edge.source, edge.destination) == ("lab:test:shop:v1", "lab:test:cart:v2")
    assert edge.client is not None
    assert edge.server is not None


def test_a_service_that_renames_itself_is_folded_into_one_node_and_the_graph_says_so() -> None:
    names = MAX_NODES + 10_000
    renamed = [client_report(Proxy(f"pod-{number}"), CART, {OK: 1}) for number in range(names)]
    graph = build_graph([client_report(SHOP, CART, {OK: 500}), *renamed], WINDOW)
    assert len(graph.nodes) == MAX_NODES + 1
    assert graph.truncated
    (others,) = (node for node in graph.nodes if node.kind is NodeKind.OTHERS)
    assert (others.id, others.namespace) == ("others:lab:test", "test")
    assert others.known == ("10,002 more names of namespace test in lab",)
    assert [note.code for note in graph.notes] == ["names-folded"]
    assert others.known[0] in graph.notes[0].text
    assert {"lab:test:shop", ":test:cart"} <= {node.id for node in graph.nodes}
    assert sum(edge.headline.rates.requests for edge in graph.edges) == 500 + names


def test_of_names_with_the_same_traffic_the_newest_are_kept() -> None:
    reports = [
        client_report(Proxy(f"pod-{number:05}"), CART, {OK: 1}, last_seen=NOW + timedelta(seconds=number))
        for number in range(MAX_NODES + 5)
    ]
    kept = {node.service for node in build_graph(reports, WINDOW).nodes}
    assert f"pod-{MAX_NODES + 4:05}" in kept
    assert "pod-00000" not in kept


def test_a_workload_without_traffic_is_idle_where_it_is_asked_for() -> None:
    def seen(service: str) -> SeenWorkload:
        return SeenWorkload("lab", "test", service, gateway=False, versions=["v1"], last_seen=NOW - timedelta(hours=2))

    graph = build_graph([client_report(SHOP, CART, {OK: 5})], WINDOW, workloads=[seen("shop"), seen("night-job")])
    assert [node.id for node in graph.nodes] == [":test:cart", "lab:test:night-job", "lab:test:shop"]
    idle = graph.nodes[1]
    assert (idle.inbound, idle.outbound, idle.last_seen) == (None, None, NOW - timedelta(hours=2))
    assert graph.nodes[2].last_seen is None


def test_services_of_one_name_in_two_namespaces_stay_apart() -> None:
    twin = Proxy("cart", namespace="other")
    graph = build_graph([server_report(SHOP, CART, {OK: 2}), server_report(SHOP, twin, {OK: 3})], WINDOW)
    assert {edge.destination for edge in graph.edges} == {"lab:test:cart", "lab:other:cart"}


def test_what_spans_say_of_calls_that_the_callees_proxy_logged_is_not_added_to_them() -> None:
    """A caller without a proxy is nobody to the callee's proxy, and has a name in its own spans."""
    outsider = Proxy("outsider")
    logged = server_report(SHOP, CART, {OK: 100}, source_service="", source_namespace="", source_principals=[])
    spans = client_report(outsider, CART, {OK: 20}, signal="span")
    graph = build_graph([logged, spans], WINDOW)
    cart = next(node for node in graph.nodes if node.service == "cart")
    assert cart.inbound is not None
    assert cart.inbound.requests == 100
    (edge,) = (edge for edge in graph.edges if edge.measured_by is Evidence.SPAN)
    assert [note.code for note in edge.notes] == ["sampled", "logged-under-another-name"]


def test_spans_are_all_there_is_of_a_callee_whose_proxy_logs_no_calls_to_it() -> None:
    graph = build_graph([client_report(SHOP, CART, {OK: 20}, signal="span")], WINDOW)
    cart = next(node for node in graph.nodes if node.service == "cart")
    assert cart.inbound is not None
    assert cart.inbound.requests == 20
