from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting.backtest import Backtest, BudgetPoint
from alerting.burn import Counts
from alerting.evaluation.state import Evaluation
from alerting.reason.model import Contribution
from alerting.specification.loading import read_specifications
from alerting.specification.model import (
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
)
from dashboard.ui.figures.budget import burn_down
from dashboard.ui.links import Links
from dashboard.ui.query import UnreadableQuery
from dashboard.ui.slo_text import own_form
from dashboard.ui.state import slos as state
from dashboard.ui.views import slo_past, slos
from dashboard.ui.views.slo_links import conditions, contribution_logs
from dashboard.ui.views.slo_standing import Standing, by_length, standing
from meshhub.errors import StorageError
from meshhub.expression import parse
from meshhub.testing.fake_slos import BURNING, CALM, NOW, UNKNOWN
from meshhub.testing.fake_slos import state as made
from storage.filters import ACCESS_LOG_FIELDS

Text = Callable[[Any], str]
LINKS = Links("/ui/", "?window=1h&slo=x")
SEARCH = "frame_location__search"


def test_the_list_is_worst_first_and_says_how_each_stands(ui: Any, text: Text) -> None:
    answer = ui.call("slos-grid.rowData", **{SEARCH: "?window=1h"})
    rows = answer["slos-grid"]["rowData"]
    assert [(row["id"], row["standing"]["word"]) for row in rows] == [
        ("checkout-availability", "burning"), ("gateway-all", "not measured"), ("cart-latency", "kept"),
    ]  # fmt: skip
    assert rows[0]["slo"]["href"] == "/ui/slos?window=1h&slo=checkout-availability"
    assert rows[0]["text"] == {"left": "34.4 %", "covered": "97.2 %", "objective": "99.9 % / 30d"}
    assert [burn["over"] for burn in rows[0]["burn"]] == [True, True, True]
    assert answer["slos-count"]["children"].startswith("3 SLOs · 1 burning · 1 not measured · 1 kept")
    assert answer["slos-message"]["children"] is None


def test_without_slos_the_first_one_and_the_defaults_are_offered(ui: Any, text: Text) -> None:
    ui.reads.slos.evaluation = Evaluation(NOW)
    said = text(ui.call("slos-grid.rowData", **{SEARCH: ""})["slos-message"]["children"])
    assert "Nothing is promised yet" in said
    assert "name: checkout-availability" in said
    assert "99.9 % for 1 service seen" in said
    assert "shop-cart-availability" in said
    assert read_specifications([("example", slos.EXAMPLE)]).slos[0].objective == 0.999


def test_what_cannot_be_evaluated_is_said_over_the_rows(ui: Any, text: Text) -> None:
    ui.reads.slos.evaluation = replace(ui.reads.slos.evaluation, trouble="could not read slos.yaml")
    answer = ui.call("slos-grid.rowData", **{SEARCH: ""})
    assert "could not read slos.yaml" in text(answer["slos-message"]["children"])
    assert len(answer["slos-grid"]["rowData"]) == 3
    ui.reads.mood.failure = StorageError("could not run a query: no", retryable=True)
    assert "Could not run a query" in text(ui.call("slos-grid.rowData", **{SEARCH: ""})["slos-message"]["children"])


def test_one_slo_is_the_verdict_first_then_what_carries_it(ui: Any, text: Text) -> None:
    answer = ui.call("slos-one.children", **{SEARCH: "?slo=checkout-availability&days=1"})
    said = text(answer["slos-one"]["children"])
    order = [
        "burning checkout-availability",
        "16.4 times what 99.9 % allows",
        "It began at 13:48 UTC, 12 min ago.",
        "98 % of it is on the edge shop/frontend → shop/checkout.",
        "34.4 % left",
        "page from 14.4×",
        "has paged 2 times in the last 24 h",
        "What burns it",
        "What changed then",
        "Requests that show it",
        "https://runbooks.example.org/checkout",
    ]
    places = [said.index(each) for each in order]
    assert places == sorted(places)


def test_an_unknown_slo_and_a_wrong_length_are_cards(ui: Any, text: Text) -> None:
    assert "Could not find the SLO nobody" in text(
        ui.call("slos-one.children", **{SEARCH: "?slo=nobody"})["slos-one"]["children"]
    )
    with pytest.raises(UnreadableQuery, match="it takes 1, 7, 30"):
        state.parse("?slo=x&days=5")


def test_the_editor_begins_with_what_is_edited_and_keeps_what_was_written(ui: Any, text: Text) -> None:
    fresh = ui.call("slos-text.value", **{SEARCH: "?edit=checkout-availability"})
    assert "service: shop/checkout" in fresh["slos-text"]["value"]
    assert fresh["slos-edited"]["data"] == "checkout-availability"
    again = ui.call(
        "slos-text.value",
        **{SEARCH: "?edit=checkout-availability&days=7", "slos_edited__data": "checkout-availability"},
    )
    assert "slos-text" not in again
    assert "shop-cart-availability" in ui.call("slos-text.value", **{SEARCH: "?edit=defaults"})["slos-text"]["value"]
    gone = ui.call("slos-text.value", **{SEARCH: "?edit=nobody"})
    assert "Could not find the SLO nobody" in text(gone["slos-editor-head"]["children"])


def test_a_preview_says_how_often_it_would_have_paged(ui: Any, text: Text) -> None:
    answer = ui.call(
        "slos-preview.children", **{SEARCH: "?edit=new", "slos_text__value": slos.EXAMPLE, "slos_days__value": "30"}
    )
    said = text(answer["slos-preview"]["children"])
    assert "checkout-availability would have paged 2 times in the last 30 days" in said
    assert answer["slos-faults"]["children"] is None
    assert "name: checkout-availability" in text(answer["slos-copy"]["children"])


def test_every_fault_stands_with_its_line_and_the_preview_stays(ui: Any, text: Text) -> None:
    wrong = slos.EXAMPLE.replace("99.9", "101").replace("owner:", "owners:")
    answer = ui.call(
        "slos-preview.children", **{SEARCH: "?edit=new", "slos_text__value": wrong, "slos_days__value": "30"}
    )
    assert "slos-preview" not in answer
    said = text(answer["slos-faults"]["children"])
    assert "line 4" in said
    assert "objective: 101" in said
    assert "line 7" in said
    assert answer["slos-copy"]["children"] is None


def test_standings_tell_slow_burns_and_spent_budgets() -> None:
    burning = made(BURNING, 61_000, 1_000)
    assert standing(burning) is Standing.BURNING
    tickets = made(replace(BURNING, burn_rates=(BURNING.burn_rates[2],)), 61_000, 1_000)
    assert standing(tickets) is Standing.BURNING_SLOWLY
    calm = made(CALM, 20_000, 40)
    assert standing(calm) is Standing.KEPT
    assert standing(replace(calm, budget=replace(calm.budget, remaining=-0.1))) is Standing.SPENT
    assert standing(made(BURNING, 4, 4)) is Standing.HELD_BACK
    assert standing(made(UNKNOWN, 0, 0, measured=False)) is Standing.UNKNOWN
    lengths = [length for length, _ in by_length(burning)]
    assert lengths == sorted(lengths, reverse=True)


def past(*points: BudgetPoint) -> Backtest:
    start = NOW - timedelta(hours=len(points))
    return Backtest(BURNING, start, NOW, (), points, Counts(100, 1), 60 * len(points), ())


def test_hours_that_nobody_measured_are_hatched() -> None:
    known = BudgetPoint(NOW - timedelta(hours=1), 0.8, Counts(60, 1))
    away = BudgetPoint(NOW, 0.8, Counts(), 0)
    figure = burn_down(past(known, away), frozenset({"page"}))
    assert [trace["name"] for trace in figure["data"]] == ["budget left", "not measured"]
    hatched = figure["data"][1]
    assert hatched["x"] == ["2026-03-01 13:00:00"]
    assert hatched["width"] == [3_600_000]
    assert hatched["marker"]["pattern"]["shape"] == "/"
    assert [trace["name"] for trace in burn_down(past(known), frozenset())["data"]] == ["budget left"]
    partly = replace(past(known, away), measured_minutes=60)
    assert slo_past.measured(partly).startswith("Only 1 h of that were measured")


def test_contributions_lead_to_access_logs_that_can_be_read() -> None:
    when = datetime(2026, 3, 1, tzinfo=UTC)
    one = replace(BURNING, selector=Selector(Party('a"b', "n"), Party("checkout", "shop", "demo"), "r"))
    for facet, value in (("version", 'v"2'), ("flags", "UF"), ("status", "503"), ("caller", "shop/a"), ("route", "x"),
                         ("instance", "i-1"), ("details", "via_upstream"), ("dependency", "shop/db")):  # fmt: skip
        each = Contribution(facet, value, 1, 1, 1.0, 1.0, None, when)
        href = contribution_logs(one, each, LINKS)
        assert href.startswith("/ui/logs?window=1h&q=")
    parse(" and ".join(conditions(one)), ACCESS_LOG_FIELDS)
    assert contribution_logs(one, Contribution("status", "gRPC 14", 1, 1, 1.0, 1.0, None, when), LINKS) == ""


names = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
parties = st.builds(Party, names, st.one_of(st.just(""), names))
selectors = st.one_of(
    st.builds(Selector, st.none(), parties, st.one_of(st.just(""), names)),
    st.builds(Selector, parties, st.none()),
    st.builds(Selector, parties, parties),
)
rules = st.builds(
    FailureRule, st.integers(400, 600), st.just(("UF",)), st.sampled_from([(), ("DC",)]), st.just((2, 14))
)
indicators = st.one_of(
    st.just(Indicator()),
    st.builds(Indicator, st.just(Kind.AVAILABILITY), rules),
    st.builds(Indicator, st.just(Kind.LATENCY), st.just(FailureRule()), st.sampled_from([300_000, 1_200_000, 500])),
    st.builds(Indicator, st.just(Kind.BOTH), rules, st.sampled_from([300_000, 1_200_000])),
)
windows = st.one_of(
    st.builds(Rolling, st.integers(1, 40).map(lambda days: timedelta(days=days))),
    st.builds(Calendar, st.sampled_from(Period), st.sampled_from(["UTC", "Europe/Berlin"])),
)
burn_rates = st.builds(
    BurnRate, st.just(timedelta(hours=2)), st.just(timedelta(minutes=7)), st.sampled_from([1.0, 14.4]), names,
    st.sampled_from([timedelta(0), timedelta(minutes=3)]),
)  # fmt: skip
written = st.builds(
    Slo, names, selectors, st.sampled_from([0.999, 0.95, 0.9995, 0.5]), indicators, windows,
    st.lists(burn_rates, max_size=3).map(tuple), st.builds(LowTraffic, st.integers(0, 99), st.integers(1, 99)),
    title=st.text(st.characters(codec="utf-8", categories=["L", "P"]), max_size=20), runbook=st.sampled_from(["", "https://a/b"]),
    labels=st.dictionaries(names, names, max_size=2),
)  # fmt: skip


@given(written)
def test_what_is_written_reads_as_the_same_promise(one: Slo) -> None:
    read = read_specifications([("text", own_form(one))]).slos[0]
    assert replace(read, origin="") == one
