"""Edges and services judged by tolerances and by how they did before, from reports, by value."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from meshhub.configuration import Section, decode, parse_yaml
from meshhub.errors import ConfigurationError
from meshhub.model import TimeRange
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import NOW, client_report
from topology.graph import build_graph
from topology.health import Health, HealthReport, Judge, Verdict
from topology.model import ServiceGraph
from topology.settings import HealthSettings, ToleranceSettings, TopologySettings

WINDOW = TimeRange.last(timedelta(minutes=15), now=NOW)
BEFORE = TimeRange(WINDOW.start - WINDOW.length, WINDOW.start)
SHOP, CART, BANK = Proxy("shop"), Proxy("cart"), Proxy("bank")
EDGE = "lab:test:shop~lab:test:cart~http"

OK = (200, -1, "", "mtls")
FAILED, MISSING, SILENT = (503, -1, "UF", "unknown"), (404, -1, "", "mtls"), (0, -1, "", "mtls")
UNAVAILABLE = (200, 14, "", "mtls")

Ends = Mapping[tuple[int, int, str, str], int]


def graph(ends: Ends, window: TimeRange = WINDOW, **changes: Any) -> ServiceGraph:
    return build_graph([client_report(SHOP, CART, ends, destination_cluster="lab", **changes)], window)


def report(now: ServiceGraph, before: ServiceGraph | None = None, **settings: Any) -> HealthReport:
    return Judge(HealthSettings.model_validate(settings)).judge(now, before)


def verdict(now: Ends, before: Ends | None = None, **settings: Any) -> Verdict:
    former = None if before is None else graph(before, BEFORE)
    return report(graph(now), former, **settings).edges[EDGE]


def codes(judged: Verdict) -> list[str]:
    return [note.code for note in judged.reasons]


def test_the_reason_names_the_errors_the_limit_and_the_baseline() -> None:
    judged = verdict({OK: 880, FAILED: 120}, {OK: 999, FAILED: 1})
    assert judged.health is Health.FAILING
    assert judged.reasons[0].text == "5xx 12 % ≥ 10 %, baseline 0.1 %"
    assert judged.reasons[1].text == "5xx rose: 1 of 1,000 before, 120 of 1,000 now (p < 0.001)"
    assert codes(judged) == ["error-share", "errors-rose"]


def test_without_a_time_before_there_is_no_baseline_in_the_reason() -> None:
    assert verdict({OK: 880, FAILED: 120}).reason == "5xx 12 % ≥ 10 %"


def test_several_kinds_of_failure_are_added_and_named() -> None:
    assert verdict({OK: 80, FAILED: 12, SILENT: 5}).reason == "5xx and no response 17.5 % ≥ 10 %"


def test_wrong_requests_are_tolerated_longer() -> None:
    assert verdict({OK: 91, MISSING: 9}).health is Health.HEALTHY
    assert verdict({OK: 90, MISSING: 10}).reason == "4xx 10 % ≥ 10 %"
    assert verdict({OK: 80, MISSING: 20}).health is Health.FAILING


def test_many_retries_degrade_a_call_and_whom_it_calls() -> None:
    judged = report(graph({OK: 80}, attempts=100), graph({OK: 80}, BEFORE, attempts=80))
    assert judged.edges[EDGE].reason == "20 % of attempts were retries ≥ 10 %, baseline 0 %"
    assert judged.nodes["lab:test:cart"].health is Health.DEGRADED
    assert report(graph({OK: 80, FAILED: 20}, attempts=0)).edges[EDGE].reason == "5xx 20 % ≥ 10 %"
    assert report(graph({OK: 80}, attempts=88)).edges[EDGE].health is Health.HEALTHY
    assert report(graph({OK: 80}, attempts=100), rules=[{"retries": None}]).edges[EDGE].health is Health.HEALTHY


def test_grpc_is_judged_by_its_status() -> None:
    now = graph({(200, 0, "", "mtls"): 80, UNAVAILABLE: 20}, grpc_requests=100)
    assert report(now).edges[EDGE].reason == "gRPC errors 20 % ≥ 10 %"


TOLERANT = {"rules": ({"service": "cart", "tolerances": ({"kind": "5xx", "degraded": 50, "failing": 60},)},)}


def test_a_tolerated_share_that_rose_surely_is_still_degraded() -> None:
    judged = verdict({OK: 880, FAILED: 120}, {OK: 999, FAILED: 1}, **TOLERANT)
    assert (judged.health, codes(judged)) == (Health.HEALTHY, ["within-tolerances"]), "half of what is tolerated"
    judged = verdict({OK: 700, FAILED: 300}, {OK: 999, FAILED: 1}, **TOLERANT)
    assert (judged.health, codes(judged)) == (Health.DEGRADED, ["errors-rose"])


def test_one_of_three_is_no_regression() -> None:
    judged = verdict({OK: 2, FAILED: 1}, {OK: 300}, **TOLERANT)
    assert judged.health is Health.HEALTHY


def test_a_share_that_was_always_there_did_not_rise() -> None:
    assert codes(verdict({OK: 880, FAILED: 120}, {OK: 880, FAILED: 120})) == ["error-share"]


def test_slower_than_before_is_degraded_with_enough_requests() -> None:
    before = graph({OK: 2_000}, BEFORE)
    slower: dict[str, Any] = {"latency_us": [1000.0, 2000.0, 30_000.0, 400_000.0]}
    judged = report(graph({OK: 1_500}, **slower), before).edges[EDGE]
    assert judged.health is Health.DEGRADED
    assert judged.reason == ("p99 4 ms → 400 ms and p95 3 ms → 30 ms (of 2,000 requests before and 1,500 now)")
    assert report(graph({OK: 150}, **slower), before).edges[EDGE].health is Health.HEALTHY


def test_the_baseline_can_be_switched_off_by_leaving_it_out() -> None:
    assert report(graph({OK: 10})).baseline is None
    assert report(graph({OK: 10}), graph({OK: 10}, BEFORE)).baseline == BEFORE
    nothing = build_graph([], BEFORE)
    assert report(graph({OK: 10}), nothing).baseline is None, "nothing was measured"


def test_latency_is_held_to_its_tolerance() -> None:
    limits = {"rules": ({"latency": {"quantile": "p99", "degraded_ms": 3, "failing_ms": 10}},)}
    judged = verdict({OK: 10}, {OK: 10}, **limits)
    assert (judged.health, judged.reason) == (Health.DEGRADED, "p99 4 ms ≥ 3 ms, baseline 4 ms")


@pytest.mark.parametrize(
    ("rule", "applies"),
    [
        ({"service": "cart"}, True),
        ({"service": "car"}, False),
        ({"service": "shop"}, False),
        ({"service": "shop", "direction": "outbound"}, True),
        ({"service": "shop", "direction": "both"}, True),
        ({"namespace": "te.*", "protocol": "http|grpc"}, True),
        ({"protocol": "tcp"}, False),
    ],
)
def test_a_rule_is_for_whom_it_fits(rule: Mapping[str, str], applies: bool) -> None:
    strict = {**rule, "tolerances": ({"status": "404", "degraded": 1, "failing": 2},)}
    judged = verdict({OK: 97, MISSING: 3}, rules=(strict,))
    assert judged.reason == ("status 404 3 % ≥ 2 %" if applies else "0 % of 100 requests failed")


def test_the_first_rule_that_fits_counts() -> None:
    first = {"tolerances": ({"flag": "UF|UH", "degraded": 1, "failing": 2},)}
    second = {"tolerances": ({"kind": "5xx", "degraded": 1, "failing": 2},)}
    assert verdict({OK: 90, FAILED: 10}, rules=(first, second)).reason == "flags UF|UH 10 % ≥ 2 %"


def test_too_few_requests_are_not_held_to_tolerances() -> None:
    judged = verdict({OK: 2, FAILED: 1}, rules=({"minimum_requests": 10},))
    assert (judged.health, codes(judged)) == (Health.HEALTHY, ["too-few-requests"])


def test_a_service_is_judged_by_what_all_its_callers_got() -> None:
    made = build_graph(
        [
            client_report(SHOP, CART, {OK: 60, FAILED: 5}, destination_cluster="lab"),
            client_report(BANK, CART, {OK: 30, FAILED: 5}, destination_cluster="lab"),
        ],
        WINDOW,
    )
    nodes = report(made).nodes
    assert nodes["lab:test:cart"].reason == "5xx 10 % ≥ 10 %"
    assert nodes["lab:test:shop"].reason == "5xx 7.69 % ≥ 0.1 %", "nobody calls it: by its own calls"


def test_nothing_unmeasured_is_healthy() -> None:
    unknown = client_report(Proxy("", namespace="", cluster=""), CART, {OK: 60}, source_principals=[])
    nodes = report(build_graph([unknown], WINDOW)).nodes
    assert nodes["unknown-caller:"].health is Health.NOT_MEASURED


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("rules: [{service: '('}]", "1: topology.health.rules.0.service: expected a regular expression"),
        ("rules: [{tolerances: [{kind: 5xx, status: '5..'}]}]", "give exactly one of kind, status, grpc and flag"),
        ("rules: [{tolerances: [{kind: 5xx, degraded: 20}]}]", "degraded (20 %) is more than failing (10 %)"),
        ("rules: [{tolerances: [{kind: 5xx, degraded: 0}]}]", "degraded has to be above 0 %"),
        ("rules: [{latency: {degraded_ms: 9, failing_ms: 3}}]", "degraded_ms is more than failing_ms"),
        ("rules: [{direction: sideways}]", "Input should be 'inbound', 'outbound' or 'both'"),
        ("baseline: {p_value: 2}", "less than or equal to 0.2"),
        ("rule: []", "topology.health.rule: unknown key"),
    ],
)
def test_settings_are_strict_and_say_where(text: str, fault: str) -> None:
    document = parse_yaml(f"topology: {{health: {{{text}}}}}", origin="hub.yaml", what="the settings")
    with pytest.raises(ConfigurationError) as refused:
        decode(document, _Top)
    assert "hub.yaml:1: " in str(refused.value)
    assert fault in str(refused.value)


def test_a_tolerance_alone_needs_something_to_be_about() -> None:
    with pytest.raises(ValidationError):
        ToleranceSettings()


class _Top(Section):
    topology: TopologySettings = TopologySettings()
