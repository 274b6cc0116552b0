"""Why an SLO burns: what carries it, since when, what changed, in words; and when it would have paged."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting.backtest import Episode, backtest
from alerting.budget import Coverage, budget_of, exhaustion
from alerting.burn import Counts, WindowCounts, judge
from alerting.evaluation.state import SloState
from alerting.history import past
from alerting.reason.contributions import carriers, contributions
from alerting.reason.explain import Explainer
from alerting.reason.model import CONFIG, Change, Contribution
from alerting.reason.onset import burning_since, changes
from alerting.reason.words import change_sentence, duration, headline, percent
from alerting.specification.model import BurnRate, Calendar, Indicator, Kind, Party, Period, Selector, Slo
from alerting.windows import MINUTE
from meshhub.errors import StorageError
from meshhub.model import Reporter
from meshhub.testing.slo_traffic import SloTraffic
from storage.client import Store
from storage.records.slo import Share

CHECKOUT = Slo("checkout", Selector(destination=Party("checkout", "shop")), 0.999)
NOW = datetime(2026, 3, 1, 14, tzinfo=UTC)
DAY = 24 * 60


def state(slo: Slo, total: int, bad: int, now: datetime = NOW, *, measured: bool = True) -> SloState:
    """An SLO with these counts in every window."""
    window = WindowCounts(Counts(total, bad), measured)
    burns = tuple(judge(rate, window, window, slo.budget, slo.low_traffic) for rate in slo.burn_rates)
    budget = budget_of(slo.window, slo.budget, Counts(total * 100, bad), now)
    return SloState(slo, burns, budget, Coverage(43_200), exhaustion(budget, burns[0].long_rate, now), complete=True)


def share(
    facet: str, value: str, requests: int, bad: int, side: str = "server", base: tuple[int, int] = (0, 0)
) -> Share:
    return Share(side, facet, value, requests, bad, *base, first_seen=1_900_000_000)


def test_the_version_that_fails_more_than_its_share_carries_the_burn() -> None:
    found = contributions(
        [
            share("status", "503", 100, 100),
            share("status", "200", 900, 0, base=(1000, 0)),
            share("version", "v1", 900, 3, base=(1000, 0)),
            share("version", "v2", 100, 97),
            share("caller", "shop/frontend", 1000, 100, base=(1000, 0)),
        ],
        Reporter.SERVER,
    )
    said = {each.facet: (each.value, each.share_of_bad, each.share_of_requests) for each in carriers(found)}
    assert said == {"version": ("v2", 0.97, 0.1), "status": ("503", 1.0, 0.1)}


def test_configuration_put_in_force_as_it_began_is_named_before_what_traffic_shows() -> None:
    rows = [share("version", f"v{number}", 10, 10) for number in range(9)]
    found = contributions(rows, Reporter.SERVER)
    since = datetime.fromtimestamp(1_900_000_000, UTC)
    early = Contribution("caller", "old", 1, 0, 0, 0, None, since - timedelta(hours=1))
    applied = [Change(since - timedelta(minutes=2), "ann applied v12 of istio of shop", CONFIG)]
    told = changes((early, *found), since, applied)
    assert len(told) == 5
    assert told[0] == applied[0]
    assert change_sentence(told[0]) == "At 17:44 UTC ann applied v12 of istio of shop."


def test_what_failed_before_as_well_carries_nothing() -> None:
    rows = [
        share("status", "503", 20, 20, base=(20, 20)),
        share("status", "200", 80, 0, base=(80, 0)),
        share("route", "broken", 10, 10, base=(10, 10)),
        share("route", "new", 10, 10, base=(10, 0)),
        share("route", "rest", 80, 0, base=(80, 0)),
    ]
    top = next(each for each in contributions(rows, Reporter.SERVER) if each.facet == "route")
    assert (top.value, top.share_of_bad) == ("new", 1.0)


def test_a_view_is_taken_whole_and_never_added_to_the_other() -> None:
    rows = [
        share("status", "503", 10, 10, "server"),
        share("status", "503", 12, 12, "client"),
        share("status", "no response", 5, 5, "unreached"),
    ]
    by_server = {each.value: each.bad for each in contributions(rows, Reporter.SERVER)}
    by_client = {each.value: each.bad for each in contributions(rows, Reporter.CLIENT)}
    assert by_server == {"503": 10, "no response": 5}
    assert by_client == {"503": 12, "no response": 5}
    assert {e.value: e.bad for e in contributions(rows[1:], Reporter.SERVER)} == by_client, "without the callee's"


@pytest.mark.parametrize(
    ("bad_minutes", "began"),
    [([], None), ([100], 100), ([97, 98, 99, 100], 97), ([90, 94, 98], 90), ([80, 98], 98), ([80], None)],
)
def test_a_burn_began_after_the_last_calm_minutes(bad_minutes: list[int], began: int | None) -> None:
    minutes = {at: (100, 50 if at in bad_minutes else 0) for at in range(60, 101)}
    expected = None if began is None else datetime.fromtimestamp(began * MINUTE, UTC)
    assert burning_since(minutes, 0.001, 100 * MINUTE + 30) == expected


@pytest.mark.parametrize(
    ("changed", "counts", "expected"),
    [
        (
            {},
            (10_000, 200),
            "checkout: 2 % of the requests of shop/checkout failed in the last 1h (200 of 10,000): 20 times",
        ),
        (
            {"indicator": Indicator(Kind.LATENCY, below_us=300_000)},
            (10_000, 200),
            "checkout: 2 % of the requests of shop/checkout took 300ms or longer in the last 1h",
        ),
        ({}, (2, 1), "which is too few to alert: it takes 5 failures of 10 requests."),
        (
            {},
            (1000, 0),
            "checkout: shop/checkout burns its budget at 0 times the allowed rate over the last 1h; it alerts",
        ),
        ({}, (0, 0), "checkout: shop/checkout keeps its promise."),
    ],
)
def test_the_headline_stands_alone(changed: dict[str, object], counts: tuple[int, int], expected: str) -> None:
    assert expected in headline(state(replace(CHECKOUT, **changed), *counts))  # type: ignore[arg-type]


def test_what_is_not_measured_is_called_so() -> None:
    assert headline(state(CHECKOUT, 0, 0, measured=False)).startswith("checkout: nothing is measured at present")


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=43, seconds=12), "43 min"),
        (timedelta(hours=1, minutes=5), "1 h 5 min"),
        (timedelta(hours=14, minutes=5), "14 h"),
        (timedelta(days=5), "5 days"),
    ],
)
def test_lengths_are_said_for_people(length: timedelta, expected: str) -> None:
    assert duration(length) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0 %"), (0.5, "50 %"), (1, "100 %"), (0.9995, "99.95 %"), (0.02, "2 %"), (0.000001, "under 0.001 %")],
)
def test_percents_are_never_rounded_up_to_all(number: float, expected: str) -> None:
    assert percent(number) == expected


@given(st.floats(0, 1))
def test_a_share_is_all_only_if_it_is(number: float) -> None:
    assert (percent(number) == "100 %") == (number >= 0.9999999)


@pytest.fixture
def traffic(embedded_store: Store) -> SloTraffic:
    return SloTraffic(embedded_store)


def test_the_reason_names_edge_version_status_flags_change_and_examples(traffic: SloTraffic) -> None:
    traffic.minutes(0, 120, 1000)
    traffic.minutes(0, 130, 100, caller="batch")
    traffic.minutes(120, 130, 20, 400, version="v2", flags="UC")
    traffic.minutes(120, 130, 1000)
    traffic.minutes(60, 120, 500, caller="checkout", service="payment", reporter="client")
    traffic.minutes(120, 130, 100, 400, caller="checkout", service="payment", reporter="client", flags="UF")
    traffic.requests(7790, 7795, 2, 503, flags="UC", prefix="burned")
    now = datetime.fromtimestamp(traffic.at(130), UTC)
    told: list[Party] = []

    def blast(service: Party) -> str:
        told.append(service)
        return "If it fails, 3 others are affected."

    found = Explainer(traffic.store, blast).explain(state(CHECKOUT, 60_000, 4_000, now), now)
    assert found.since == datetime.fromtimestamp(traffic.at(120), UTC)
    began = f"{found.since:%H:%M} UTC"
    assert found.trouble == ""
    for sentence in (
        f"It began at {began}, 10 min ago.",
        "100 % of it is on the edge shop/frontend → shop/checkout.",
        "99.8 % of those that failed are on version v2, which has 27.6 % of all.",
        "Most end with 503, flag UC. The upstream closed the connection before the answer was complete.",
        "Its own calls to shop/payment fail: 80 % of 5,000 (before: 0 %). shop/checkout may only pass that on.",
        f"At {began} version v2 was first seen.",
        "If it fails, 3 others are affected.",
    ):
        assert sentence in found.sentences, found.text
    assert told == [Party("checkout", "shop")]
    assert len(found.examples) == 3
    assert {example.outcome for example in found.examples} == {"503 UC"}
    assert all(example.request_id.startswith("burned-") for example in found.examples)


def test_what_does_not_burn_has_no_reason(traffic: SloTraffic) -> None:
    traffic.minutes(0, 120, 1000)
    now = datetime.fromtimestamp(traffic.at(120), UTC)
    found = Explainer(traffic.store).explain(state(CHECKOUT, 60_000, 0, now), now)
    assert (found.since, found.contributions, found.examples, len(found.sentences)) == (None, (), (), 1)


def test_a_store_that_does_not_answer_costs_the_reason_not_the_page(
    traffic: SloTraffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> list[object]:
        raise StorageError("could not reach the engine", retryable=True)

    with monkeypatch.context() as patched:
        patched.setattr(traffic.store, "query", fail)
        found = Explainer(traffic.store).explain(state(CHECKOUT, 10_000, 200), NOW)
    assert "20 times what 99.9 % allows" in found.text
    assert "could not reach the engine" in found.trouble


def test_the_past_has_the_pages_that_would_have_been(traffic: SloTraffic) -> None:
    traffic.minutes(0, 2 * DAY, 1000)
    traffic.minutes(DAY + 600, DAY + 620, 0, 100)
    traffic.minutes(DAY + 1000, DAY + 1003, 0, 10)
    slo = replace(CHECKOUT, burn_rates=CHECKOUT.burn_rates[:1])
    found = past(traffic.store, slo, timedelta(days=1), datetime.fromtimestamp(traffic.at(2 * DAY), UTC))
    [episode] = found.episodes
    # 14.4 × 0.1 % of about 62,000 requests are crossed by the ninth bad minute; the short window holds five more.
    assert episode.start == datetime.fromtimestamp(traffic.at(DAY + 608), UTC)
    assert episode.end == datetime.fromtimestamp(traffic.at(DAY + 625), UTC)
    assert found.times("page") == 1
    assert found.counts == Counts(DAY * 1000 + 2030, 2030)
    assert found.points[-1].remaining == pytest.approx(1 - 2030 / (2 * DAY * 1000 + 2030) / 0.001)


def flat(bad: Callable[[int], int], minutes: int = 600) -> dict[int, tuple[int, int]]:
    return {at: (100, bad(at)) for at in range(minutes)}


def moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * MINUTE, UTC)


def test_pairs_of_one_severity_are_one_alert_and_those_who_wait_wait() -> None:
    slow = BurnRate(timedelta(minutes=60), timedelta(minutes=10), 2, "page", timedelta(minutes=5))
    fast = BurnRate(timedelta(minutes=30), timedelta(minutes=5), 10, "page")
    slo = replace(CHECKOUT, objective=0.99, burn_rates=(slow, fast))
    minutes = flat(lambda at: 20 if 300 <= at < 360 else 0)
    found = backtest(slo, minutes, set(minutes), moment(100), moment(600))
    # The slow pair crosses with the seventh bad minute and waits five; the fast one comes four minutes later.
    assert found.episodes == (Episode("page", moment(311), moment(369), 20.0),)


def test_unmeasured_minutes_end_no_episode() -> None:
    slo = replace(CHECKOUT, burn_rates=CHECKOUT.burn_rates[:1])
    minutes = flat(lambda at: 50 if at >= 300 else 0, 320)
    found = backtest(slo, minutes, set(minutes), moment(100), moment(600))
    assert [(episode.end is None) for episode in found.episodes] == [True]


def test_a_calendar_budget_begins_anew_in_the_past_too() -> None:
    slo = replace(CHECKOUT, window=Calendar(Period.DAY))
    minutes = flat(lambda at: 1 if at < DAY else 0, 2 * DAY)
    found = backtest(slo, minutes, set(minutes), moment(0), moment(2 * DAY))
    assert [point.remaining for point in found.points if point.time == moment(DAY)] == [-9.0]
    assert found.points[-1].remaining == 1.0
