"""SLOs that burn, the hub's own vitals and what others post, as alerts; by value."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerting.alerts.lifecycle import step
from alerting.alerts.model import Observation, Sighting
from alerting.budget import Budget, Coverage
from alerting.burn import BurnState, Counts, Verdict, WindowCounts
from alerting.burning import Reasons, observe
from alerting.evaluation.board import Board
from alerting.evaluation.state import Evaluation, SloState
from alerting.ledger.ledger import Ledger
from alerting.posted import RESOLVE_TIMEOUT, Posted, PostedAlerts, UnusableAlert
from alerting.reason.model import Example, Explanation
from alerting.specification.model import BurnRate, Party, Selector, Slo
from alerting.vitals import Vitals
from alerting.vitals import observe as observe_vitals

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FAST = BurnRate(HOUR, HOUR / 12, 14.4, "page")
SLOW = BurnRate(6 * HOUR, HOUR / 2, 6, "page", timedelta(minutes=2))
TICKET = BurnRate(72 * HOUR, 6 * HOUR, 1, "ticket")
CHECKOUT = Slo(
    "checkout",
    Selector(Party("storefront", "shop"), Party("checkout", "shop", "eu"), "pay"),
    0.999,
    runbook="https://runbooks.example/checkout",
    owner="shop",
    labels={"tier": "1"},
    targets=("oncall", "chat"),
)


def state(*verdicts: Verdict) -> SloState:
    """How the SLO stands with these verdicts of its three pairs."""
    window = WindowCounts(Counts(1000, 20), measured=True)
    burns = tuple(
        BurnState(rate, window, window, 20.0, 20.0, verdict)
        for rate, verdict in zip((FAST, SLOW, TICKET), verdicts, strict=True)
    )
    budget = Budget(NOON - 720 * HOUR, None, 720 * HOUR, Counts(1000, 20), 1.0, 0.4)
    return SloState(CHECKOUT, burns, budget, Coverage(0, 0, 0, 0), None, complete=True)


def seen(*verdicts: Verdict) -> dict[str, Observation]:
    found = observe(Evaluation(NOON, {"checkout": state(*verdicts)}))
    return {each.labels["severity"]: each for each in found}


CALM, BURNING, UNKNOWN, HELD = Verdict.CALM, Verdict.BURNING, Verdict.UNKNOWN, Verdict.HELD_BACK


@pytest.mark.parametrize(
    ("verdicts", "page", "ticket"),
    [
        ((CALM, CALM, CALM), Sighting.NOT_MET, Sighting.NOT_MET),
        ((BURNING, CALM, CALM), Sighting.MET, Sighting.NOT_MET),
        ((CALM, BURNING, BURNING), Sighting.MET, Sighting.MET),
        ((UNKNOWN, CALM, UNKNOWN), Sighting.UNKNOWN, Sighting.UNKNOWN),
        ((UNKNOWN, BURNING, CALM), Sighting.MET, Sighting.NOT_MET),
        ((HELD, CALM, HELD), Sighting.NOT_MET, Sighting.NOT_MET),
    ],
)
def test_the_pairs_of_one_severity_are_one_alert(
    verdicts: tuple[Verdict, ...], page: Sighting, ticket: Sighting
) -> None:
    found = seen(*verdicts)
    assert (found["page"].sighting, found["ticket"].sighting) == (page, ticket)


def test_an_alert_says_what_it_is_about_and_for_whom() -> None:
    page = seen(BURNING, CALM, CALM)["page"]
    assert dict(page.labels) == {
        "alertname": "ErrorBudgetBurn",
        "severity": "page",
        "slo": "checkout",
        "service": "checkout",
        "namespace": "shop",
        "cluster": "eu",
        "route": "pay",
        "source_service": "storefront",
        "owner": "shop",
        "tier": "1",
        "targets": "oncall,chat",
    }
    assert page.annotations["runbook_url"] == "https://runbooks.example/checkout"
    assert page.annotations["summary"].startswith("checkout: 2 % of the requests")
    assert page.generator_url == "/ui/slos?slo=checkout"


def test_the_shortest_wait_of_the_pairs_that_burn_counts() -> None:
    assert seen(BURNING, BURNING, CALM)["page"].after == timedelta(0)
    assert seen(CALM, BURNING, CALM)["page"].after == timedelta(minutes=2)


def test_the_reason_is_told_of_the_first_that_burn_and_of_slos_only() -> None:
    board = Board()
    board.show(Evaluation(NOON, {"checkout": state(BURNING, CALM, CALM)}))
    example = Example("aaa", NOON, "503 UF", 900)
    asked: list[str] = []

    def explain(of: SloState, now: datetime) -> Explanation:
        asked.append(of.slo.name)
        return Explanation("burns", ("It began at noon.", "v2 did it."), now, (), (), (example,))

    reasons = Reasons(board, explain)
    alert = step(None, seen(BURNING, CALM, CALM)["page"], NOON)
    assert alert is not None
    assert dict(reasons.annotate(alert, NOON)) == {
        "reason": "It began at noon.\nv2 did it.",
        "example_requests": "aaa",
    }
    for _ in range(30):
        reasons.annotate(alert, NOON)
    assert len(asked) == 20
    other = step(None, Observation({"alertname": "HubDiskAlmostFull", "severity": "page"}, Sighting.MET), NOON)
    assert other is not None
    assert reasons.annotate(other, NOON) == {}
    assert reasons.annotate(replace(alert, labels={**alert.labels, "slo": "gone"}), NOON) == {}


@pytest.mark.parametrize(
    ("vitals", "met"),
    [
        (Vitals(), set()),
        (Vitals(silent_seconds=299), set()),
        (Vitals(silent_seconds=300), {"HubIngestStopped"}),
        (Vitals(lag_seconds={"logs": 61, "traces": 1}), {"HubLoaderLag"}),
        (Vitals(disk_share=0.9), {"HubDiskAlmostFull"}),
        (Vitals(journal_full=True), {"HubDiskAlmostFull"}),
        (Vitals(engine_trouble="refused"), {"HubEngineDown"}),
        (Vitals(evaluation_trouble="no answer"), {"HubEvaluationFails"}),
        (Vitals(quarantined=3), {"HubQuarantine"}),
    ],
)
def test_the_hub_alerts_on_itself(vitals: Vitals, met: set[str]) -> None:
    found = observe_vitals(vitals)
    assert {each.labels["alertname"] for each in found if each.sighting is Sighting.MET} == met
    assert len(found) == 7


def posted(name: str, ends_at: datetime) -> Posted:
    return Posted({"alertname": name}, {}, "", ends_at)


def test_what_is_posted_is_met_until_its_end() -> None:
    alerts = PostedAlerts(Ledger(":memory:"))
    alerts.take([posted("Disk", NOON + HOUR), posted("Cpu", NOON + HOUR)], NOON)
    alerts.take([posted("Cpu", NOON)], NOON)
    found = {each.labels["alertname"]: each.sighting for each in alerts.observe(NOON)}
    assert found == {"Disk": Sighting.MET, "Cpu": Sighting.NOT_MET}


def test_what_was_posted_before_a_restart_goes_on_until_nobody_repeats_it() -> None:
    alert = step(None, Observation({"alertname": "Disk"}, Sighting.MET), NOON)
    assert alert is not None
    alerts = PostedAlerts(Ledger(":memory:"))
    alerts.resume([alert], NOON)
    assert [each.sighting for each in alerts.observe(NOON)] == [Sighting.MET]
    assert [each.sighting for each in alerts.observe(NOON + RESOLVE_TIMEOUT)] == [Sighting.NOT_MET]


@pytest.mark.parametrize(
    "labels",
    [
        {},
        {"alertname": ""},
        {"alertname": "x", "a" * 300: "y"},
        {"alertname": "x" * 20_000},
        {"": "x", "alertname": "x"},
    ],
)
def test_what_cannot_be_taken_is_refused_whole(labels: dict[str, str]) -> None:
    alerts = PostedAlerts(Ledger(":memory:"))
    with pytest.raises(UnusableAlert, match="could not take alert 1"):
        alerts.take([posted("Disk", NOON + HOUR), Posted(labels, {}, "", NOON + HOUR)], NOON)
    assert alerts.observe(NOON) == []
