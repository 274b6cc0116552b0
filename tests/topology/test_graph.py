"""The graph from what both sides of every call reported, by value."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshhub.model import Reporter, TimeRange
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import NOW, client_report, server_report
from storage.records.edges import ServiceEdgeReport
from topology.graph import build_graph
from topology.model import Evidence, NodeKind, ServiceEdge, ServiceGraph, Transport

WINDOW = TimeRange.last(timedelta(minutes=15), now=NOW)
OK = (200, -1, "", "mtls")
FAILED = (503, -1, "UF,URX", "unknown")

SHOP, CART, BANK = Proxy("shop"), Proxy("cart", version="v2"), Proxy("bank")


def graph_of(*reports: ServiceEdgeReport) -> ServiceGraph:
    return build_graph(reports, WINDOW)


def only_edge(*reports: ServiceEdgeReport) -> ServiceEdge:
    (edge,) = graph_of(*reports).edges
    return edge


def codes(edge: ServiceEdge) -> list[str]:
    return [note.code for note in edge.notes]


def test_both_sides_report_one_edge_and_are_never_added() -> None:
    edge = only_edge(client_report(SHOP, CART, {OK: 90}), server_report(SHOP, CART, {OK: 91}))
    assert (edge.id, edge.source, edge.destination) == (
        "lab:test:shop~lab:test:cart~http",
        "lab:test:shop",
        "lab:test:cart",
    )
    assert edge.client is not None
    assert edge.server is not None
    assert (edge.client.rates.requests, edge.server.rates.requests) == (90, 91)
    assert edge.headline is edge.client
    assert edge.headline.rates.per_second == 90 / 900
    assert edge.notes == ()


def test_versions_are_known_by_the_side_that_has_them() -> None:
    edge = only_edge(client_report(SHOP, CART, {OK: 9}), server_report(SHOP, CART, {OK: 9}))
    assert edge.client is not None
    assert edge.server is not None
    assert (edge.client.source_versions, edge.client.destination_versions) == ({"v1": 9}, {})
    assert (edge.server.source_versions, edge.server.destination_versions) == ({}, {"v2": 9})
    assert {node.service: node.versions for node in graph_of(client_report(SHOP, CART, {OK: 9})).nodes} == {
        "shop": ("v1",),
        "cart": (),
    }


def test_outcomes_are_counted_by_kind_code_flag_and_security() -> None:
    edge = only_edge(
        client_report(SHOP, CART, {OK: 80, FAILED: 10, (404, -1, "", "mtls"): 6, (0, -1, "DC", "plaintext"): 4})
    )
    view = edge.headline
    assert view.errors.share == 0.14
    assert view.errors.client_error_share == 0.06
    assert list(view.errors.by_kind.items()) == [("5xx", 10), ("4xx", 6), ("reset", 4)]
    assert list(view.errors.response_codes.items()) == [("200", 80), ("503", 10), ("404", 6), ("0", 4)]
    assert view.flags == {"UF": 10, "URX": 10, "DC": 4}
    assert view.encryption.by_security == {"mtls": 86, "unknown": 10, "plaintext": 4}
    assert view.encryption.mtls_share == 86 / 90
    assert view.encryption.source_principals == (SHOP.principal,)


def test_grpc_statuses_are_errors_of_their_own_kind() -> None:
    edge = only_edge(client_report(SHOP, CART, {(200, 0, "", "mtls"): 7, (200, 14, "UH", "mtls"): 3}, grpc_requests=10))
    assert edge.transport is Transport.GRPC
    assert edge.headline.errors.by_kind == {"grpc": 3}
    assert edge.headline.errors.grpc_statuses == {"0": 7, "14": 3}


def test_retries_are_attempts_beyond_the_requests() -> None:
    view = only_edge(client_report(SHOP, CART, {OK: 10}, attempts=14)).headline
    assert (view.retries.attempts, view.retries.retries, view.retries.amplification) == (14, 4, 1.4)


def test_a_connection_that_was_never_made_is_neither_secure_nor_insecure() -> None:
    refused = {OK: 8, (503, -1, "UF,URX", "plaintext"): 2}
    encryption = only_edge(client_report(SHOP, CART, refused)).headline.encryption
    assert (encryption.mtls_share, encryption.by_security) == (1.0, {"mtls": 8, "unknown": 2})


def test_connections_are_an_edge_of_their_own_without_response_codes() -> None:
    tcp = client_report(SHOP, CART, {(0, -1, "", "mtls"): 5, (0, -1, "UF", "unknown"): 1}, family="tcp")
    graph = graph_of(client_report(SHOP, CART, {OK: 3}), tcp)
    assert [edge.id.rpartition("~")[2] for edge in graph.edges] == ["http", "tcp"]
    errors = graph.edges[1].headline.errors
    assert (errors.share, errors.by_kind, errors.response_codes) == (1 / 6, {"no_response": 1}, {})
    assert graph_of(tcp).nodes[0].kind is NodeKind.TCP


def test_latency_is_absent_where_nothing_was_timed() -> None:
    assert only_edge(client_report(SHOP, CART, {OK: 1}, duration_us_sum=0)).headline.latency is None
    latency = only_edge(client_report(SHOP, CART, {OK: 1})).headline.latency
    assert latency is not None
    assert (latency.p50, latency.p99, latency.mean) == (1000.0, 4000.0, 2000.0)


def test_a_caller_known_by_its_service_account_only_is_the_workload_that_shows_the_same_certificate() -> None:
    account = "spiffe://test.meshhub/ns/test/sa/storefront-account"
    graph = graph_of(
        client_report(SHOP, BANK, {OK: 5}, source_principals=[account]),
        server_report(SHOP, CART, {OK: 5}, source_service="storefront-account", source_principals=[account]),
    )
    assert [edge.source for edge in graph.edges] == ["lab:test:shop", "lab:test:shop"]


def test_an_account_of_several_workloads_stays_what_it_is() -> None:
    account = "spiffe://test.meshhub/ns/test/sa/default"
    graph = graph_of(
        client_report(SHOP, BANK, {OK: 5}, source_principals=[account]),
        client_report(CART, BANK, {OK: 5}, source_principals=[account]),
        server_report(SHOP, BANK, {OK: 5}, source_service="default", source_principals=[account]),
    )
    assert [edge.source for edge in graph.edges] == [":test:default", "lab:test:cart", "lab:test:shop"]


def test_a_name_without_namespace_is_the_only_workload_of_that_name() -> None:
    short = client_report(SHOP, CART, {OK: 5}, destination_namespace="", destination_principals=[])
    assert only_edge(short, server_report(SHOP, CART, {OK: 5})).destination == "lab:test:cart"


def test_a_name_in_two_clusters_stays_without_cluster() -> None:
    twin = replace(CART, cluster="east")
    graph = graph_of(
        client_report(SHOP, CART, {OK: 5}), server_report(SHOP, CART, {OK: 2}), server_report(SHOP, twin, {OK: 3})
    )
    assert [edge.destination for edge in graph.edges] == [":test:cart", "east:test:cart", "lab:test:cart"]
    assert [node.reporting for node in graph.nodes] == [False, True, True, True]


def test_two_services_of_one_name_in_two_namespaces_are_two_nodes() -> None:
    other = replace(CART, namespace="test2")
    graph = graph_of(client_report(SHOP, CART, {OK: 5}), client_report(SHOP, other, {OK: 5}))
    assert [node.id for node in graph.nodes] == [":test2:cart", ":test:cart", "lab:test:shop"]


def test_one_peer_under_two_names_is_one_edge_whose_percentiles_are_said_to_be_averages() -> None:
    short = client_report(
        SHOP, CART, {OK: 1}, destination_namespace="", destination_principals=[], latency_us=[3000.0] * 4
    )
    edge = only_edge(client_report(SHOP, CART, {OK: 3}), short, server_report(SHOP, CART, {OK: 4}))
    assert edge.client is not None
    assert edge.client.latency is not None
    assert (edge.client.rates.requests, edge.client.latency.p50) == (4, 1500.0)
    assert codes(edge) == ["latency-approximated"]


def test_the_caller_without_certificate_is_an_unknown_node_that_tells_what_is_known() -> None:
    anonymous = server_report(
        SHOP, CART, {(200, -1, "", "plaintext"): 5}, source_service="", source_namespace="", source_principals=[]
    )
    graph = graph_of(anonymous)
    unknown = graph.nodes[1]
    assert (unknown.id, unknown.kind, unknown.service, unknown.reporting) == (
        "unknown-caller:",
        NodeKind.UNKNOWN,
        "",
        False,
    )
    assert unknown.known[0] == "calls cart"
    assert codes(graph.edges[0]) == ["client-not-measured"]


def test_a_call_without_destination_leads_to_an_unknown_node_with_its_flags() -> None:
    lost = client_report(
        Proxy("gateway", role="gateway"),
        CART,
        {(404, -1, "NR", "unknown"): 5},
        destination_kind="",
        destination_service="",
        destination_namespace="",
        destination_principals=[],
    )
    gateway, unknown = graph_of(lost).nodes
    assert gateway.kind is NodeKind.GATEWAY
    assert (unknown.id, unknown.kind) == ("unknown-destination:", NodeKind.UNKNOWN)
    assert unknown.known[-1] == "response flags NR"


def test_an_external_host_is_expected_not_to_report() -> None:
    report = client_report(
        SHOP, BANK, {OK: 5}, destination_kind="external", destination_service="bank.example", destination_namespace=""
    )
    graph = graph_of(report)
    assert [(node.id, node.kind) for node in graph.nodes] == [
        ("external:bank.example", NodeKind.EXTERNAL),
        ("lab:test:shop", NodeKind.SERVICE),
    ]
    assert graph.edges[0].notes == ()


@pytest.mark.parametrize(
    ("service", "identifier"),
    [
        ("a b", "::a=20b"),
        ("<b>", "::=3Cb=3E"),
        ("a:b~c=d/e", "::a=3Ab=7Ec=3Dd=2Fe"),
        ("é😀", "::=C3=A9=F0=9F=98=80"),
        ("x" * 300, "::" + "x" * 300),
    ],
)
def test_ids_are_safe_in_urls_whatever_the_names(service: str, identifier: str) -> None:
    report = client_report(SHOP, Proxy(service, namespace="", cluster=""), {OK: 1}, destination_principals=[])
    assert identifier in [node.id for node in graph_of(report).nodes]


def test_spans_of_both_ends_are_two_views_of_one_edge_under_the_name_that_the_callee_has_for_itself() -> None:
    plain = {(200, -1, "", "unknown"): 4}
    named = client_report(SHOP, CART, plain, signal="span", destination_namespace="", destination_cluster="")
    edge = only_edge(named, server_report(SHOP, CART, plain, signal="span", source_cluster=SHOP.cluster))
    assert (edge.id, edge.measured_by) == ("lab:test:shop~lab:test:cart~http", Evidence.SPAN)
    assert edge.client is not None
    assert edge.server is not None
    assert codes(edge) == ["sampled"]


def test_what_spans_say_of_a_service_that_logs_all_its_calls_is_not_added_to_them() -> None:
    traced = server_report(BANK, CART, {(200, -1, "", "unknown"): 4}, signal="span", source_cluster=BANK.cluster)
    graph = graph_of(server_report(SHOP, CART, {OK: 50}), traced)
    (cart,) = (node for node in graph.nodes if node.service == CART.service)
    assert cart.inbound is not None
    assert cart.inbound.requests == 50
    assert [codes(edge) for edge in graph.edges if edge.measured_by is Evidence.SPAN] == [
        ["sampled", "logged-under-another-name"]
    ]


def test_a_name_that_spans_have_gives_way_to_that_of_a_proxy() -> None:
    plain = {(200, -1, "", "unknown"): 4}
    short = server_report(
        BANK, CART, plain, signal="span", destination_namespace="", destination_cluster="", source_cluster=BANK.cluster
    )
    graph = graph_of(server_report(SHOP, CART, {OK: 50}), short)
    assert {edge.destination for edge in graph.edges} == {"lab:test:cart"}


def test_spans_measure_an_edge_only_where_no_access_log_does() -> None:
    def from_span(destination: Proxy) -> ServiceEdgeReport:
        return client_report(SHOP, destination, {(200, -1, "", "unknown"): 2}, signal="span")

    graph = graph_of(from_span(CART), from_span(BANK), client_report(SHOP, CART, {OK: 5}))
    assert [(edge.measured_by, edge.headline.rates.requests) for edge in graph.edges] == [
        (Evidence.SPAN, 2),
        (Evidence.ACCESS_LOG, 5),
    ]
    assert codes(graph.edges[0]) == ["sampled"]


def test_a_silent_side_is_not_measured_and_the_edge_says_why() -> None:
    assert codes(only_edge(client_report(SHOP, CART, {OK: 5}))) == ["server-not-measured"]
    assert codes(only_edge(server_report(SHOP, CART, {OK: 5}))) == ["client-not-measured"]
    unmeshed = only_edge(server_report(SHOP, CART, {OK: 5}))
    assert unmeshed.client is None
    assert unmeshed.headline.reporter is Reporter.SERVER


def test_requests_that_never_arrived_do_not_make_the_callee_unmeasured() -> None:
    assert codes(only_edge(client_report(SHOP, CART, {FAILED: 50}, attempts=150))) == ["server-not-reached"]
    partly = only_edge(
        client_report(SHOP, CART, {OK: 50, FAILED: 50}, attempts=200), server_report(SHOP, CART, {OK: 52})
    )
    assert codes(partly) == ["errors-differ"]


@pytest.mark.parametrize(
    ("served", "expected"),
    [
        (1000, []),
        (960, []),
        (1100, []),
        (900, ["server-logs-lost"]),
        (1200, ["client-logs-lost"]),
    ],
)
def test_the_side_that_counts_fewer_lost_access_logs(served: int, expected: list[str]) -> None:
    edge = only_edge(client_report(SHOP, CART, {OK: 1000}, attempts=1060), server_report(SHOP, CART, {OK: served}))
    assert codes(edge) == expected


def test_a_side_that_reports_other_calls_lost_the_logs_of_these() -> None:
    heard = server_report(BANK, CART, {OK: 5}), server_report(BANK, SHOP, {OK: 5})
    edges = {edge.id: edge for edge in graph_of(*heard, client_report(SHOP, CART, {OK: 5})).edges}
    [edge] = [edge for edge in edges.values() if "shop" in edge.source]
    assert codes(edge) == ["server-logs-lost"]


def test_failures_that_only_one_side_sees_are_pointed_out() -> None:
    timeouts = only_edge(
        client_report(SHOP, CART, {OK: 80, (504, -1, "UT", "mtls"): 20}), server_report(SHOP, CART, {OK: 100})
    )
    assert codes(timeouts) == ["errors-differ"]
    assert "20.0%" in timeouts.notes[0].text


def test_a_node_has_the_headlines_of_its_edges_added_once() -> None:
    graph = graph_of(
        client_report(SHOP, CART, {OK: 60, (500, -1, "", "mtls"): 30}),
        server_report(SHOP, CART, {OK: 60, (500, -1, "", "mtls"): 30}),
        server_report(BANK, CART, {OK: 10}),
    )
    cart = next(node for node in graph.nodes if node.service == "cart")
    assert cart.inbound is not None
    assert (cart.inbound.requests, cart.inbound.error_share, cart.outbound) == (100, 0.3, None)


def test_the_window_is_widened_to_whole_buckets() -> None:
    ragged = TimeRange(NOW + timedelta(seconds=3.5), NOW + timedelta(seconds=63.5))
    graph = build_graph([client_report(SHOP, CART, {OK: 127})], ragged)
    assert (graph.window.start, graph.window.seconds) == (NOW, 63.5)
    assert graph.edges[0].headline.rates.per_second == 2


def test_no_reports_make_an_empty_graph() -> None:
    graph = graph_of()
    assert (graph.nodes, graph.edges, graph.truncated) == ((), (), False)


names = st.sampled_from(["", "a", "b", "c.d", "é", "<x>"])
proxies = st.builds(Proxy, service=names, namespace=names, cluster=names, version=names)
outcome_keys = st.tuples(
    st.sampled_from([0, 200, 404, 503, 65535]),
    st.integers(-1, 16),
    st.sampled_from(["", "UF", "DC,UT", "NEW"]),
    st.sampled_from(["mtls", "unknown", ""]),
)
outcomes = st.dictionaries(outcome_keys, st.integers(1, 2**40), min_size=1, max_size=4)
changes = st.fixed_dictionaries(
    {},
    optional={
        "family": st.sampled_from(["http", "tcp"]),
        "destination_kind": st.sampled_from(["service", "external", "passthrough", ""]),
        "signal": st.sampled_from(["access_log", "span"]),
    },
)
reports = st.one_of(
    st.builds(lambda s, d, o, c: client_report(s, d, o, **c), proxies, proxies, outcomes, changes),
    st.builds(lambda s, d, o, c: server_report(s, d, o, **c), proxies, proxies, outcomes, changes),
)


@given(st.lists(reports, max_size=12))
def test_any_reports_make_a_whole_graph_in_an_order_of_its_own(found: list[ServiceEdgeReport]) -> None:
    graph = graph_of(*found)
    assert [edge.id for edge in graph_of(*reversed(found)).edges] == [edge.id for edge in graph.edges]
    ids = [node.id for node in graph.nodes]
    assert ids == sorted(set(ids))
    assert [edge.id for edge in graph.edges] == sorted({edge.id for edge in graph.edges})
    assert {end for edge in graph.edges for end in (edge.source, edge.destination)} == set(ids)
    for edge in graph.edges:
        views = [view for view in (edge.client, edge.server) if view is not None]
        assert edge.headline is views[0]
    counted = sum(
        view.rates.requests
        for edge in graph.edges
        for view in (edge.client, edge.server)
        if view is not None and edge.measured_by is Evidence.ACCESS_LOG
    )
    assert counted == sum(report.requests for report in found if report.signal == "access_log")
