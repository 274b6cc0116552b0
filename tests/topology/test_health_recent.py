"""The newest seconds of a live window, by value: a fault shows when it begins, and chance does not make one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from meshhub.model import TimeRange
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import NOW, client_report
from storage.records.edges import PoolReport, RecentCalls
from topology.graph import build_graph
from topology.health import Health, HealthReport, Judge, Verdict, recent_part
from topology.model import ServiceGraph
from topology.settings import HealthSettings

WINDOW = TimeRange.last(timedelta(minutes=5), now=NOW)
LAST = TimeRange(NOW - timedelta(seconds=15), NOW)
SHOP, CART = Proxy("shop"), Proxy("cart")
EDGE, NODE = "lab:test:shop~lab:test:cart~http", "lab:test:cart"
OK, FAILED = (200, -1, "", "mtls"), (503, -1, "UF", "unknown")
FAST, SLOW = [10_000.0, 20_000.0, 25_000.0, 40_000.0], [710_000.0, 740_000.0, 745_000.0, 760_000.0]


def graph(ok: int, failed: int = 0) -> ServiceGraph:
    counted = {outcome: count for outcome, count in ((OK, ok), (FAILED, failed)) if count}
    changes = {"destination_cluster": "lab", "relation": 7, "latency_us": FAST}
    return build_graph([client_report(SHOP, CART, counted, **changes)], WINDOW)


def newest(requests: int, failed: int = 0, latency_us: list[float] = FAST, attempts: int = 0) -> RecentCalls:
    outcomes = ([(503, -1, "UF", False)], [failed]) if failed else ([], [])
    return RecentCalls(7, requests, outcomes, 10_000 * requests, latency_us, attempts or requests)


def report(now: ServiceGraph, *rows: RecentCalls, pools: tuple[PoolReport, ...] = (), **settings: Any) -> HealthReport:
    judge = Judge(HealthSettings.model_validate({"recent": settings}))
    return judge.judge(now, None, recent_part(now, LAST, rows, pools))


def verdict(now: ServiceGraph, *rows: RecentCalls, **settings: Any) -> Verdict:
    return report(now, *rows, **settings).edges[EDGE]


def test_what_a_long_window_hides_is_failing_at_once_with_the_flag_of_most() -> None:
    now = graph(990, 10)
    judged = report(now, newest(20, 9))
    assert judged.edges[EDGE].health is Health.FAILING
    assert judged.edges[EDGE].reasons[0].text == ("5xx 45 % of 20 requests in the last 15 s (most UF), 0.102 % before")
    assert judged.nodes[NODE].health is Health.FAILING
    assert [note.code for note in judged.edges[EDGE].reasons] == ["errors-now", "error-share"]


def test_a_share_below_the_failing_one_degrades() -> None:
    assert verdict(graph(9_991, 9), newest(100, 9)).health is Health.DEGRADED


def test_retries_show_before_the_errors_that_they_hide() -> None:
    judged = verdict(graph(1_000), newest(40, attempts=60))
    assert judged.health is Health.DEGRADED
    assert [(note.code, note.text) for note in judged.reasons] == [
        ("retries-now", "33.3 % of 60 attempts in the last 15 s were retries, 0 % before")
    ]


@pytest.mark.parametrize(
    ("attempts", "rules"), [(43, []), (12, []), (60, [{"retries": None}]), (60, [{"retries": 50}])]
)
def test_few_retries_or_as_many_as_are_allowed_say_nothing(attempts: int, rules: list[dict[str, Any]]) -> None:
    now = graph(1_000)
    requests = 40 if attempts > 40 else 9
    judge = Judge(HealthSettings.model_validate({"rules": rules}))
    judged = judge.judge(now, None, recent_part(now, LAST, [newest(requests, attempts=attempts)]))
    assert judged.edges[EDGE].health is Health.HEALTHY


@pytest.mark.parametrize(("requests", "failed"), [(9, 9), (10, 1)])
def test_few_requests_or_what_chance_explains_say_nothing(requests: int, failed: int) -> None:
    now = graph(20_000, 10)
    judged = verdict(now, newest(requests, failed))
    assert judged.health is Health.HEALTHY


def test_what_failed_all_along_is_no_change() -> None:
    judged = verdict(graph(500, 500), newest(20, 9))
    assert [note.code for note in judged.reasons] == ["error-share"]


def test_an_edge_that_has_recovered_says_so() -> None:
    assert verdict(graph(880, 120), newest(40)).reason == "5xx 12 % ≥ 10 %, none in the last 15 s"


def test_half_as_slow_as_one_in_ten_was_is_slower() -> None:
    judged = verdict(graph(1_000), newest(20, latency_us=SLOW))
    assert judged.health is Health.DEGRADED
    assert judged.reason == "p50 710 ms in the last 15 s (of 20), 10 ms before"


def test_one_in_ten_as_slow_as_one_in_a_hundred_was_is_slower_too() -> None:
    partly = [10_000.0, 710_000.0, 740_000.0, 745_000.0]
    assert verdict(graph(1_000), newest(60, latency_us=partly)).reason.startswith("p90 710 ms in the last 15 s")
    assert verdict(graph(1_000), newest(12, latency_us=partly)).health is Health.HEALTHY, "two of twelve"


def test_it_can_be_switched_by_settings() -> None:
    assert verdict(graph(20_000, 19), newest(20, 9), minimum_requests=30).health is Health.HEALTHY


POOL = PoolReport("lab", "test", "shop", "cart_test", "service", "test", "cart", 1, 1, 0, 0, 0, 0, [])


def test_what_retries_hide_from_the_callers_degrades_by_the_pools_stats() -> None:
    judged = report(graph(1_000), newest(20), pools=(POOL,))
    assert judged.edges[EDGE].reason == "1 instance left out by outlier detection"
    assert judged.nodes[NODE].health is Health.DEGRADED


def test_open_breakers_and_failed_connections_are_told_beside_errors() -> None:
    pool = replace(
        POOL, ejected_hosts=0, pool_overflows=41, open_circuit_breakers=["rq_pending"], connection_failures=5
    )
    judged = report(graph(1_000), newest(20, 9), pools=(pool,)).edges[EDGE]
    assert judged.health is Health.FAILING
    assert [note.text for note in judged.reasons[1:]] == [
        "circuit breaker open (rq_pending): 41 calls refused",
        "5 connections failed in the last minute",
    ]


def test_two_failed_connections_or_another_upstream_say_nothing() -> None:
    few = replace(POOL, ejected_hosts=0, connection_failures=2)
    other = replace(POOL, upstream="bank_test", destination_service="bank")
    assert report(graph(1_000), newest(20), pools=(few, other)).edges[EDGE].health is Health.HEALTHY
