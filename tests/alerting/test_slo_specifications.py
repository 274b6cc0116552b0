"""SLOs as they are written: both forms become one model, and every fault has its line."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alerting.specification.generation import as_yaml, default_slos
from alerting.specification.loading import load_specifications, read_specifications
from alerting.specification.model import (
    DEFAULT_BURN_RATES,
    BurnRate,
    Calendar,
    FailureRule,
    Indicator,
    Kind,
    LowTraffic,
    Party,
    Period,
    Rolling,
    Selector,
    Slo,
    Specifications,
    Target,
)
from alerting.specification.quantities import length_text, read_length, whole_buckets
from meshhub.errors import ConfigurationError
from storage.records.slo import CalledService

OWN = """\
slos:
  - name: checkout-availability
    service: shop/checkout
    objective: 99.9
    title: Checkout answers
    owner: shop-team
    runbook: https://runbooks.example.org/checkout
    labels: {tier: "1"}
    indicator:
      availability: {status_below: 400, bad_flags: [UO, RL], ignored_flags: [DC], bad_grpc: [UNAVAILABLE, 13]}
      latency: {below: 312ms, at: 95 %}
    calendar: month
    time_zone: Europe/Berlin
    low_traffic: {requests: 100, failures: 20}
    burn_rates:
      - {long: 30s, short: 10s, burn: 10, severity: ticket, after: 5s}
  - name: edge
    from: frontend
    to: checkout
    namespace: shop
    cluster: east
    route: pay
    objective: 99
    window: 7d
"""

OPEN = """\
apiVersion: openslo/v1
kind: SLO
metadata:
  name: checkout
  displayName: Checkout answers
  labels: {team: [shop, pay]}
spec:
  service: shop/checkout
  indicatorRef: answered
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - target: 0.999
  alertPolicies:
    - kind: AlertPolicy
      metadata: {name: page}
      spec:
        alertWhenBreaching: true
        alertWhenResolved: true
        conditions: [{conditionRef: fast}]
        notificationTargets: [{targetRef: oncall}]
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: answered}
spec:
  ratioMetric:
    counter: true
    good: {metricSource: {metricSourceRef: logs, spec: {availability: {status_below: 500}}}}
    total: {metricSource: {type: meshhub}}
---
apiVersion: openslo/v1
kind: DataSource
metadata: {name: logs}
spec: {type: Meshhub, connectionDetails: {url: nowhere}}
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: fast}
spec: {severity: page, condition: {kind: burnrate, threshold: 14.4, lookbackWindow: 1h, alertAfter: 2m}}
---
apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata: {name: oncall}
spec: {target: pagerduty, description: Who is awake}
"""

LATENCY = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: fast}
spec:
  service: shop/checkout
  budgetingMethod: Occurrences
  indicator:
    metadata: {name: slow}
    spec: {thresholdMetric: {metricSource: {type: meshhub, spec: {route: pay, unit: ms}}}}
  objectives: [{op: lte, value: 250, targetPercent: 95}, {op: lt, value: 1234, target: 0.99}]
"""


def read(text: str) -> Specifications:
    return read_specifications([("slos.yaml", text)])


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        read(text)
    return [str(fault) for fault in raised.value.faults]


def is_read_or_refused(text: str) -> bool:
    """Whether it became specifications, or was refused with at least one fault."""
    try:
        return isinstance(read(text), Specifications)
    except ConfigurationError as error:
        return bool(error.faults)


def test_the_own_form_becomes_the_model() -> None:
    first, latency, edge = read(OWN).slos
    rule = FailureRule(400, ("RL", "UO"), ("DC",), (13, 14))
    assert first == Slo(
        name="checkout-availability",
        selector=Selector(destination=Party("checkout", "shop")),
        objective=0.999,
        indicator=Indicator(Kind.AVAILABILITY, rule),
        window=Calendar(Period.MONTH, "Europe/Berlin"),
        burn_rates=(BurnRate(timedelta(seconds=30), timedelta(seconds=10), 10, "ticket", timedelta(seconds=5)),),
        low_traffic=LowTraffic(100, 20),
        title="Checkout answers",
        owner="shop-team",
        runbook="https://runbooks.example.org/checkout",
        labels={"tier": "1"},
        origin="slos.yaml:2",
    )
    assert (latency.name, latency.objective) == ("checkout-availability-latency", 0.95)
    assert latency.indicator == Indicator(Kind.LATENCY, rule, 310_000)
    assert edge.selector == Selector(Party("frontend", "shop", "east"), Party("checkout", "shop", "east"), "pay")
    assert (edge.window, edge.burn_rates) == (Rolling(timedelta(days=7)), DEFAULT_BURN_RATES)


def test_a_threshold_that_had_to_be_rounded_is_said() -> None:
    (note,) = read(OWN).notes
    assert str(note).startswith(
        "slos.yaml:11: checkout-availability: the threshold is rounded to 310 ms: durations are"
    )


def test_openslo_becomes_the_same_model() -> None:
    found = read(OPEN)
    assert found.slos == (
        Slo(
            name="checkout",
            selector=Selector(destination=Party("checkout", "shop")),
            objective=0.999,
            window=Rolling(timedelta(days=28)),
            burn_rates=(BurnRate(timedelta(hours=1), timedelta(minutes=5), 14.4, "page", timedelta(minutes=2)),),
            title="Checkout answers",
            owner="shop,pay",
            labels={"team": "shop,pay"},
            targets=("oncall",),
            origin="slos.yaml:4",
        ),
    )
    assert found.targets == (Target("oncall", "pagerduty", "Who is awake"),)


def test_what_openslo_says_that_is_taken_otherwise_is_noted() -> None:
    assert [str(note) for note in read(OPEN).notes] == [
        "slos.yaml:35: not used: SLOs are evaluated in the hub",
        "slos.yaml:40: with a short window of 5m, a twelfth, so that the alert ends soon after the burn",
    ]


def test_thresholds_of_openslo_are_latencies_one_slo_for_each() -> None:
    first, second = read(LATENCY).slos
    assert (first.name, first.objective, first.indicator.below_us) == ("fast", 0.95, 250_000)
    assert (second.name, second.objective, second.indicator.below_us) == ("fast-2", 0.99, 1_200_000)
    assert first.selector == Selector(destination=Party("checkout", "shop"), route="pay")
    assert first.burn_rates == (), "without a policy nothing alerts"
    said = "\n".join(str(note) for note in read(LATENCY).notes)
    assert "lte is taken as lt" in said
    assert "rounded to 1200 ms" in said
    assert "fast has no alertPolicies" in said


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("objective: 99.9", "objective: 100", "slos.yaml:4: slos.0.objective: expected percents over 0 and under 100"),
        ("objective: 99.9", "goal: 99.9", "slos.yaml:4: slos.0.goal: unknown key"),
        ("objective: 99.9", "", "slos.yaml:2: slos.0: objective: required and missing"),
        ("calendar: month", "calendar: year", "slos.yaml:12: slos.0.calendar: Input should be"),
        ("calendar: month", "window: 90d", "slos.yaml:12: slos.0.window: expected a length over 0 and of at most 45"),
        ("Europe/Berlin", "Mars/Base", "slos.yaml:13: slos.0.time_zone: Mars/Base is no time zone"),
        ("https://runbooks", "javascript://runbooks", "slos.yaml:7: slos.0.runbook: expected a URL"),
        ("[UO, RL]", "['U O']", "slos.yaml:10: slos.0.indicator.availability.bad_flags.0: String should match"),
        ("UNAVAILABLE, 13", "SORRY", "slos.yaml:10: slos.0.indicator.availability.bad_grpc.0: expected a gRPC status"),
        ("short: 10s", "short: 40s", "slos.yaml:16: slos.0.burn_rates.0: short is longer than long"),
        ("burn: 10,", "burn: 0,", "slos.yaml:16: slos.0.burn_rates.0.burn: Input should be greater than 0"),
        ("    from: frontend\n", "", "slos.yaml:17: slos.1: to: without from it is a service: write service"),
        ("from: frontend", "from: shop/frontend", "slos.yaml:17: slos.1: namespace: shop/frontend names one already"),
        ("name: edge", "name: checkout-availability", "slos.yaml:17: the name checkout-availability is taken at"),
        ("name: edge", "name: preview", "slos.yaml:17: slos.1.name: preview is a name that the API has"),
    ],
)
def test_a_fault_of_the_own_form_has_its_line(old: str, new: str, expected: str) -> None:
    assert old in OWN
    assert any(fault.startswith(expected) for fault in faults(OWN.replace(old, new, 1))), faults(
        OWN.replace(old, new, 1)
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: SLI", "kind: SLA", "slos.yaml:24: kind: expected one of SLO, SLI"),
        (
            "openslo/v1\nkind: SLO",
            "openslo/v1alpha\nkind: SLO",
            "slos.yaml:1: apiVersion: Input should be 'openslo/v1'",
        ),
        ("Occurrences", "Timeslices", "slos.yaml:11: spec.budgetingMethod: Timeslices is not evaluated"),
        (
            "indicatorRef: answered",
            "indicatorRef: other",
            "slos.yaml:9: spec.indicatorRef: there is no SLI called other",
        ),
        (
            "conditionRef: fast",
            "conditionRef: x",
            "slos.yaml:20: spec.alertPolicies.0.spec.conditions.0.conditionRef: there",
        ),
        (
            "targetRef: oncall",
            "targetRef: x",
            "slos.yaml:21: spec.alertPolicies.0.spec.notificationTargets.0.targetRef: ",
        ),
        (
            "type: meshhub",
            "type: Prometheus",
            "slos.yaml:30: spec.ratioMetric.total.metricSource.type: Prometheus: the hub",
        ),
        ("type: Meshhub", "type: Datadog", "slos.yaml:29: spec.ratioMetric.good.metricSource.type: Datadog: the hub"),
        ("duration: 28d", "duration: 1Q", "slos.yaml:10: spec.timeWindow.0.duration: expected a length such as"),
        (
            "28d, isRolling: true",
            "1Q, isRolling: false, calendar: {}",
            "slos.yaml:10: spec.timeWindow.0.duration: calendar",
        ),
        ("target: 0.999", "target: 1.5", "slos.yaml:13: spec.objectives.0.target: Input should be less than 1"),
        ("target: 0.999", "target: 0.9\n      op: lt", "slos.yaml:13: spec.objectives.0: op and value are for"),
        (
            "service: shop/checkout",
            "service: 'not one'",
            "slos.yaml:8: spec.service.service: expected a service such as",
        ),
        ("name: answered}\nspec", "name: answered}\nextra: 1\nspec", "slos.yaml:26: extra: unknown key"),
    ],
)
def test_a_fault_of_openslo_has_its_line(old: str, new: str, expected: str) -> None:
    assert old in OPEN
    found = faults(OPEN.replace(old, new, 1))
    assert any(fault.startswith(expected) for fault in found), found


def test_all_faults_of_all_files_are_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("slos:\n  - name: A\n    service: x\n", encoding="utf-8")
    (tmp_path / "b.yml").write_text("x: 1\n---\nkind: SLO\n---\n- 1\n", encoding="utf-8")
    (tmp_path / "c.txt").write_text("not looked at", encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        load_specifications([tmp_path, tmp_path / "none.yaml"])
    places = [(Path(fault.origin).name, fault.line) for fault in raised.value.faults]
    assert ("a.yaml", 2) in places
    assert {line for name, line in places if name == "b.yml"} == {1, 3, 5}
    assert ("none.yaml", None) in places


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert is_read_or_refused(text)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**9) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["metadata", "spec", "name", "slos", "indicator", "latency", "below"]), inner)
    ),
    max_leaves=8,
)


@given(key=st.sampled_from(sorted(yaml.safe_load(OWN)["slos"][0])), value=_VALUES)
def test_any_value_of_a_key_is_read_or_refused(key: str, value: object) -> None:
    content = yaml.safe_load(OWN)
    content["slos"][0][key] = value
    assert is_read_or_refused(yaml.safe_dump(content))


@given(st.timedeltas(timedelta(microseconds=1), timedelta(days=44)))
def test_a_length_is_read_as_it_is_written(length: timedelta) -> None:
    written = length_text(length)
    number = written.rstrip("usmhd")
    assert len(number) > 9 or read_length(written) == length


@given(st.integers(1, 10**12))
def test_a_rounded_threshold_has_two_digits_and_is_near(microseconds: int) -> None:
    rounded = whole_buckets(timedelta(microseconds=microseconds))
    assert len(str(rounded).rstrip("0")) <= 2
    assert abs(rounded - microseconds) <= microseconds * 0.05


def test_default_slos_are_for_services_without_one() -> None:
    services = [
        CalledService("cart", "shop", 100, 1),
        CalledService("checkout", "shop", 90, 1),
        CalledService("Db_Main", "", 80, 1),
        CalledService("redis", "shop", 70, 0),
    ]
    made = default_slos(services, read(OWN).slos)
    assert [(slo.name, str(slo.selector)) for slo in made] == [
        ("db-main-availability", "Db_Main"),
        ("shop-cart-availability", "shop/cart"),
    ]
    kept = read(as_yaml(made)).slos
    assert [(slo.name, slo.selector, slo.objective) for slo in kept] == [
        (s.name, s.selector, s.objective) for s in made
    ]
