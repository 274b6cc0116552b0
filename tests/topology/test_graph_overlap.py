"""Views by workload and version: calls that both sides report, each knowing its own workload only, count once."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from meshhub.model import TimeRange
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import NOW, Outcomes, client_report, server_report
from storage.records.edges import ServiceEdgeReport
from topology.graph import build_graph
from topology.model import Evidence, Perspective, ServiceEdge, ServiceGraph

WINDOW = TimeRange.last(timedelta(minutes=15), now=NOW)
OK = (200, -1, "", "mtls")
BROKEN = (503, -1, "", "mtls")
UNHEALTHY = (503, -1, "UH", "unknown")
PAGE, REVIEWS = Proxy("page"), Proxy("reviews")

UNKNOWN = "workload-of-peer-not-known"


def by_workload(*reports: ServiceEdgeReport) -> ServiceGraph:
    return build_graph(reports, WINDOW, perspective=Perspective.WORKLOAD)


def called(outcomes: Outcomes, source: str = "page-v1", destination: str = "", **changes: Any) -> ServiceEdgeReport:
    """What the page's proxies say."""
    return client_report(PAGE, REVIEWS, outcomes, source_workload=source, destination_workload=destination, **changes)


def answered(outcomes: Outcomes, destination: str, source: str = "", **changes: Any) -> ServiceEdgeReport:
    """What the proxies of the reviews say."""
    return server_report(PAGE, REVIEWS, outcomes, source_workload=source, destination_workload=destination, **changes)


def requests(graph: ServiceGraph) -> dict[tuple[str, str], int]:
    """By the workloads of both ends, "" where it is the service."""
    workload = {node.id: node.workload for node in graph.nodes}
    return {(workload[edge.source], workload[edge.destination]): edge.headline.rates.requests for edge in graph.edges}


def edge_to(graph: ServiceGraph, workload: str) -> ServiceEdge:
    (node,) = (node.id for node in graph.nodes if node.service == "reviews" and node.workload == workload)
    (edge,) = (edge for edge in graph.edges if edge.destination == node)
    return edge


def codes(edge: ServiceEdge) -> list[str]:
    return [note.code for note in edge.notes]


def test_calls_that_the_callees_workloads_have_are_not_on_the_service_too() -> None:
    graph = by_workload(called({OK: 12}), *(answered({OK: 4}, f"reviews-v{number}") for number in (1, 2, 3)))
    assert requests(graph) == {("page-v1", f"reviews-v{number}"): 4 for number in (1, 2, 3)}
    assert [node.workload for node in graph.nodes] == ["page-v1", "reviews-v1", "reviews-v2", "reviews-v3"]
    edge = edge_to(graph, "reviews-v2")
    assert codes(edge) == [UNKNOWN]
    assert "callers report 12, callees 12" in edge.notes[0].text


def test_the_same_in_the_other_direction() -> None:
    graph = by_workload(called({OK: 7}, "page-v1"), called({OK: 5}, "page-v2"), answered({OK: 12}, "reviews-v1"))
    assert requests(graph) == {("page-v1", "reviews-v1"): 7, ("page-v2", "reviews-v1"): 5}
    assert [codes(edge) for edge in graph.edges] == [[UNKNOWN]] * 2


def test_a_callees_workload_that_is_not_wired_keeps_the_rest_on_the_service() -> None:
    graph = by_workload(
        called({OK: 88, BROKEN: 12}), answered({OK: 40}, "reviews-v1"), answered({OK: 30}, "reviews-v2")
    )
    assert requests(graph) == {("page-v1", "reviews-v1"): 40, ("page-v1", "reviews-v2"): 30, ("page-v1", ""): 30}
    rest = edge_to(graph, "")
    assert rest.server is None
    assert rest.headline.errors.response_codes == {"200": 18, "503": 12}
    assert rest.headline.rates.bytes_sent == 3000
    assert rest.headline.latency is None
    assert codes(rest) == [UNKNOWN, "server-logs-lost", "errors-differ"]
    assert "access logs of 30 were lost" in rest.notes[1].text
    assert codes(edge_to(graph, "reviews-v1")) == codes(rest)


def test_requests_that_reached_no_workload_stay_on_the_service() -> None:
    graph = by_workload(called({OK: 8, UNHEALTHY: 2}), answered({OK: 4}, "reviews-v1"), answered({OK: 4}, "reviews-v2"))
    rest = edge_to(graph, "")
    assert (rest.headline.rates.requests, dict(rest.headline.flags)) == (2, {"UH": 2})
    assert codes(rest) == [UNKNOWN, "server-not-reached"]


def test_attempts_of_one_request_are_no_rest() -> None:
    graph = by_workload(
        called({OK: 10}, attempts=14), answered({OK: 6, BROKEN: 3}, "reviews-v1"), answered({OK: 5}, "reviews-v2")
    )
    assert requests(graph) == {("page-v1", "reviews-v1"): 9, ("page-v1", "reviews-v2"): 5}
    assert "10 in 14 attempts, callees 14" in graph.edges[0].notes[0].text
    graph = by_workload(
        called({OK: 5}, "page-v1", attempts=9), called({OK: 5}, "page-v2"), answered({OK: 14}, "reviews-v1")
    )
    assert requests(graph) == {("page-v1", "reviews-v1"): 5, ("page-v2", "reviews-v1"): 5}


def test_what_is_under_way_at_the_ends_of_the_window_is_no_rest() -> None:
    graph = by_workload(called({OK: 1000}), answered({OK: 600}, "reviews-v1"), answered({OK: 396}, "reviews-v2"))
    assert requests(graph) == {("page-v1", "reviews-v1"): 600, ("page-v1", "reviews-v2"): 396}
    few = by_workload(called({OK: 6}), answered({OK: 4}, "reviews-v1"), answered({OK: 1}, "reviews-v2"))
    assert requests(few)["page-v1", ""] == 1


def test_access_logs_that_the_caller_lost_are_told_on_every_edge_of_the_calls() -> None:
    graph = by_workload(called({OK: 20}), answered({OK: 30}, "reviews-v1"), answered({OK: 30}, "reviews-v2"))
    assert requests(graph) == {("page-v1", "reviews-v1"): 30, ("page-v1", "reviews-v2"): 30}
    assert [codes(edge) for edge in graph.edges] == [[UNKNOWN, "client-logs-lost"]] * 2


def test_callees_that_log_a_sample_leave_the_rest_on_the_service() -> None:
    graph = by_workload(called({OK: 1000}), answered({OK: 60}, "reviews-v1"), answered({OK: 40}, "reviews-v2"))
    assert requests(graph) == {("page-v1", "reviews-v1"): 60, ("page-v1", "reviews-v2"): 40, ("page-v1", ""): 900}
    assert codes(edge_to(graph, "")) == [UNKNOWN, "server-logs-lost"]


def test_a_callee_without_proxies_is_the_service_and_said_not_to_be_measured() -> None:
    graph = by_workload(called({OK: 3}, "page-v1"), called({OK: 4}, "page-v2"))
    assert requests(graph) == {("page-v1", ""): 3, ("page-v2", ""): 4}
    assert [codes(edge) for edge in graph.edges] == [["server-not-measured"]] * 2


def test_a_caller_without_proxies_is_not_measured() -> None:
    nobody: dict[str, Any] = {"source_service": "", "source_namespace": "", "source_principals": []}
    graph = by_workload(answered({OK: 3}, "reviews-v1", **nobody), answered({OK: 4}, "reviews-v2", **nobody))
    assert requests(graph) == {("", "reviews-v1"): 3, ("", "reviews-v2"): 4}
    assert [codes(edge) for edge in graph.edges] == [["client-not-measured"]] * 2


def test_where_nobody_knows_which_called_which_both_edges_stay_and_nodes_count_calls_once() -> None:
    graph = by_workload(
        called({OK: 60}, "page-v1"),
        called({OK: 40}, "page-v2"),
        answered({OK: 70}, "reviews-v1"),
        answered({OK: 10}, "reviews-v2"),
    )
    assert requests(graph) == {
        ("page-v1", ""): 60,
        ("page-v2", ""): 40,
        ("", "reviews-v1"): 70,
        ("", "reviews-v2"): 10,
    }
    traffic = {
        (node.service, node.workload): (
            node.inbound and node.inbound.requests,
            node.outbound and node.outbound.requests,
        )
        for node in graph.nodes
    }
    assert traffic == {
        ("page", ""): (None, None),
        ("page", "page-v1"): (None, 60),
        ("page", "page-v2"): (None, 40),
        ("reviews", ""): (20, None),
        ("reviews", "reviews-v1"): (70, None),
        ("reviews", "reviews-v2"): (10, None),
    }
    assert all("Which workload called which is not known" in edge.notes[0].text for edge in graph.edges)
    assert [codes(edge) for edge in graph.edges] == [[UNKNOWN, "server-logs-lost"]] * 4


def test_a_side_that_knows_both_ends_has_the_calls() -> None:
    graph = by_workload(
        called({OK: 60}, "page-v1"),
        called({OK: 40}, "page-v2"),
        answered({OK: 55}, "reviews-v1", "page-v1"),
        answered({OK: 5}, "reviews-v2", "page-v1"),
        answered({OK: 40}, "reviews-v2", "page-v2"),
    )
    assert requests(graph) == {
        ("page-v1", "reviews-v1"): 55,
        ("page-v1", "reviews-v2"): 5,
        ("page-v2", "reviews-v2"): 40,
    }


def test_spans_of_callers_are_no_edge_to_the_service_whose_workloads_log_the_calls() -> None:
    graph = by_workload(
        called({OK: 2}, signal="span", source_cluster=""),
        answered({OK: 9}, "reviews-v1", "page-v1"),
        answered({OK: 9}, "reviews-v2"),
    )
    assert {edge.measured_by for edge in graph.edges} == {Evidence.ACCESS_LOG}
    assert all(edge.destination != "lab:test:reviews" for edge in graph.edges)


def test_spans_that_know_the_callees_workload_have_these_calls_and_the_log_the_rest() -> None:
    graph = by_workload(
        called({OK: 100}),
        answered({OK: 6}, "reviews-v1", "page-v1", signal="span"),
        answered({OK: 4}, "reviews-v2", "page-v1", signal="span"),
    )
    assert requests(graph) == {("page-v1", "reviews-v1"): 6, ("page-v1", "reviews-v2"): 4, ("page-v1", ""): 90}
    rest = edge_to(graph, "")
    assert (rest.measured_by, codes(rest)[-1]) == (Evidence.ACCESS_LOG, "rest-of-calls")
    assert rest.notes[-1].text.startswith("10 more are on edges")
    assert edge_to(graph, "reviews-v1").measured_by is Evidence.SPAN


CALLS = st.lists(
    st.tuples(
        st.sampled_from(["page-v1", "page-v2", "page-v3"]),
        st.sampled_from(["reviews-v1", "reviews-v2"]),
        st.sampled_from([OK, BROKEN]),
        st.integers(1, 300),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(calls=CALLS, lost=st.integers(0, 200), callee_knows=st.booleans(), caller_knows=st.booleans())
def test_totals_of_services_are_those_of_their_workloads(
    calls: Sequence[tuple[str, str, tuple[int, int, str, str], int]], lost: int, callee_knows: bool, caller_knows: bool
) -> None:
    """Whoever knows what of its peer, and if callees lose logs: what callers say is the total."""
    sent: dict[tuple[str, str], Counter[tuple[int, int, str, str]]] = {}
    received: dict[tuple[str, str], Counter[tuple[int, int, str, str]]] = {}
    for source, destination, outcome, number in calls:
        sent.setdefault((source, destination if caller_knows else ""), Counter())[outcome] += number
        kept = max(0, number - lost)
        lost -= number - kept
        if kept:
            received.setdefault((source if callee_knows else "", destination), Counter())[outcome] += kept
    workloads = by_workload(
        *(called(outcomes, *ends) for ends, outcomes in sent.items()),
        *(answered(outcomes, ends[1], ends[0]) for ends, outcomes in received.items()),
    )
    total = sum(number for *_, number in calls)
    inbound = sum(node.inbound.requests for node in workloads.nodes if node.inbound)
    outbound = sum(node.outbound.requests for node in workloads.nodes if node.outbound)
    under_way = sum(10 for _ in sent)  # Of each edge that is reduced, no more than ten are taken for being under way.
    assert total - under_way <= inbound <= total
    assert total - under_way <= outbound <= total
