import pytest

from dashboard.ui.health import Health, judge_edge, judge_node, judge_outcome, judge_shares
from meshhub.model import TimeRange
from meshhub.outcome import Outcome
from meshhub.testing import graphs
from meshhub.testing.graphs import Call, Place
from topology.model import NodeKind, ServiceGraph


@pytest.mark.parametrize(
    ("requests", "errors", "wrong", "health"),
    [
        (0, None, None, Health.IDLE),
        (100, None, None, Health.NOT_MEASURED),
        (100, 0.0, 0.0, Health.HEALTHY),
        (100, 0.0099, 0.05, Health.HEALTHY),
        (100, 0.01, 0.0, Health.DEGRADED),
        (100, 0.0, 0.10, Health.DEGRADED),
        (100, 0.10, 0.0, Health.FAILING),
        (100, 1.0, None, Health.FAILING),
    ],
)
def test_shares_are_judged_by_fixed_limits(
    requests: int, errors: float | None, wrong: float | None, health: Health
) -> None:
    assert judge_shares(requests, errors, wrong).health is health


def test_the_reason_has_the_number_the_limit_and_what_went_wrong(shop: ServiceGraph) -> None:
    edge = next(edge for edge in shop.edges if edge.id == "demo:shop:reviews~demo:shop:ratings~http")
    assert judge_edge(edge).reason == (
        "12.2 % of requests failed (failing from 10 %). Most of them were answered with 5xx."
    )


def test_wrong_requests_degrade_and_say_so() -> None:
    assert judge_shares(50, 0.0, 0.25).reason == "25 % of requests were answered with 4xx (degraded from 10 %)."


def test_a_service_is_judged_by_what_it_answers(shop: ServiceGraph) -> None:
    nodes = {node.service: judge_node(node).health for node in shop.nodes}
    assert nodes["ratings"] is Health.FAILING
    assert nodes["reviews"] is Health.HEALTHY, "its callee fails, it does not"


def test_a_caller_that_nobody_knows_is_not_judged(shop: ServiceGraph) -> None:
    unknown = next(node for node in shop.nodes if node.kind is NodeKind.UNKNOWN)
    assert judge_node(unknown).health is Health.NOT_MEASURED


def test_a_service_without_any_traffic_is_not_measured(window: TimeRange) -> None:
    graph = graphs.build(window, [Place("alone"), Place("a"), Place("b")], [Call("a", "b", 1)])
    assert judge_node(next(node for node in graph.nodes if node.service == "alone")).health is Health.NOT_MEASURED


@pytest.mark.parametrize(
    ("outcome", "health"),
    [
        (None, Health.NOT_MEASURED),
        (Outcome.OK, Health.HEALTHY),
        (Outcome.CLIENT_ERROR, Health.DEGRADED),
        (Outcome.RESET, Health.FAILING),
        (Outcome.GRPC, Health.FAILING),
    ],
)
def test_one_request_is_judged_by_its_outcome(outcome: Outcome | None, health: Health) -> None:
    assert judge_outcome(outcome) is health
