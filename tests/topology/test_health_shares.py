"""Verdicts without a report: default tolerances only."""

from datetime import timedelta

import pytest

from meshhub.model import TimeRange
from meshhub.outcome import Outcome
from meshhub.testing import graphs
from meshhub.testing.graphs import Call, Place
from meshhub.testing.records import NOW
from topology.health import Health, judge_edge, judge_node, judge_outcome, judge_shares
from topology.model import NodeKind

WINDOW = TimeRange.last(timedelta(minutes=15), now=NOW)


@pytest.mark.parametrize(
    ("requests", "errors", "wrong", "health"),
    [
        (0, None, None, Health.IDLE),
        (100, None, None, Health.NOT_MEASURED),
        (100, 0.0, 0.0, Health.HEALTHY),
        (10_000, 0.0009, 0.09, Health.HEALTHY),
        (1000, 0.001, 0.0, Health.DEGRADED),
        (100, 0.0, 0.10, Health.DEGRADED),
        (100, 0.0, 0.20, Health.FAILING),
        (100, 0.10, 0.0, Health.FAILING),
        (100, 1.0, None, Health.FAILING),
    ],
)
def test_shares_are_judged_by_kialis_limits(
    requests: int, errors: float | None, wrong: float | None, health: Health
) -> None:
    assert judge_shares(requests, errors, wrong).health is health


def test_the_reason_has_the_number_the_limit_and_what_went_wrong() -> None:
    edge = next(each for each in graphs.shop(WINDOW).edges if each.id == "demo:shop:reviews~demo:shop:ratings~http")
    assert judge_edge(edge).reason == "5xx 12.2 % ≥ 10 %; 23.7 % of attempts were retries ≥ 10 %"


def test_wrong_requests_degrade_and_say_so() -> None:
    assert judge_shares(50, 0.0, 0.15).reason == "4xx 15 % ≥ 10 %"


def test_a_service_is_judged_by_what_it_answers() -> None:
    nodes = {node.service: judge_node(node).health for node in graphs.shop(WINDOW).nodes}
    assert nodes["ratings"] is Health.FAILING
    assert nodes["reviews"] is Health.DEGRADED, "its callee fails, it does not"


def test_a_caller_that_nobody_knows_is_not_judged() -> None:
    unknown = next(node for node in graphs.shop(WINDOW).nodes if node.kind is NodeKind.UNKNOWN)
    assert judge_node(unknown).health is Health.NOT_MEASURED


def test_a_service_without_any_traffic_is_not_measured() -> None:
    graph = graphs.build(WINDOW, [Place("alone"), Place("a"), Place("b")], [Call("a", "b", 1)])
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
