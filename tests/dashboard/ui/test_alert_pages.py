from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerting.alerts.model import AlertState, Sighting
from alerting.ledger.ledger import Event
from alerting.matchers import matches_all, parse_matchers
from dashboard.ui.figures.alert_timeline import MOST_ROWS, Named, alert_timeline, firings
from dashboard.ui.links import Links
from dashboard.ui.pages.alerts_deeds import Deed, read_deed
from dashboard.ui.views import firing_now
from dashboard.ui.views.alert_forms import matchers_of
from dashboard.ui.views.alerts import MOST_ROWS as MOST_LISTED
from meshhub.errors import UnusableRequest
from meshhub.model import TimeRange
from meshhub.testing.fake_alerts import burning
from meshhub.testing.fake_reads import FakeReads
from topology.health.model import Health

Text = Callable[[Any], str]
SEARCH = "frame_location__search"


def fingerprint(ui: Any, service: str, severity: str = "page") -> str:
    wanted = {"service": service, "severity": severity}
    return next(
        str(each.alert.fingerprint) for each in ui.reads.alerts.alerts() if wanted.items() <= each.alert.labels.items()
    )


def body(ui: Any, search: str = "") -> Any:
    return ui.call("alerts-body.children", **{SEARCH: search})["alerts-body"]["children"]


def do(ui: Any, **deed: Any) -> dict[str, Any]:
    found: dict[str, Any] = ui.call("alerts-said.children", alerts_deed__data={"at": 1, **deed})
    return found


def test_groups_are_as_receivers_see_them_and_what_is_held_back_says_why(ui: Any, text: Text) -> None:
    said = text(body(ui))
    order = ["service=checkout 1 alert → shop-oncall", "■ page for 39 min", "service=payment", "silenced by ann until",
             "deploying v3", "→ everybody", "inhibited", "Over in the last hour", "catalog"]  # fmt: skip
    places = [said.index(each) for each in order]
    assert places == sorted(places)
    counted = ui.call("alerts-body.children", **{SEARCH: ""})["alerts-count"]["children"]
    assert counted == "3 firing · 2 held back"


def test_alerts_are_found_by_label_and_word(ui: Any, text: Text) -> None:
    assert "checkout" not in text(body(ui, "?find=service%3Dpayment"))
    assert "No alert matches" in text(body(ui, "?find=nothing+such"))
    ui.reads.alerts.clear()
    assert "Nothing fires" in text(body(ui))


def test_more_alerts_than_can_be_read_are_counted(ui: Any, text: Text) -> None:
    service = ui.reads.alerts._service
    many = [burning(f"s{number}", "page", Sighting.MET) for number in range(MOST_LISTED + 50)]
    service.pager.evaluate("many", many, ui.reads.alerts._clock.now())
    assert "and 53 more: narrow them down above" in text(body(ui))


def test_an_alert_explains_itself_and_fills_the_form(ui: Any, text: Text) -> None:
    search = f"?alert={fingerprint(ui, 'checkout')}"
    said = text(ui.call("alerts-detail.children", **{SEARCH: search})["alerts-detail"]["children"])
    for part in ("21 times what", "96 % of it is on the edge", "SLO: checkout", "0f9b3c1e-5d0c-9f6e-8a5b-0c2f4a1d7e11",
                 "severity=page", "shop-oncall · pagerduty", "delivered"):  # fmt: skip
        assert part in said
    filled = ui.call("alerts-matchers.value", **{SEARCH: search})
    assert 'service="checkout"' in filled["alerts-matchers"]["value"]
    again = ui.call("alerts-matchers.value", **{SEARCH: search, "alerts_about__data": filled["alerts-about"]["data"]})
    assert "alerts-matchers" not in again, "what was written stays"
    covered = ui.call(
        "alerts-covered.children",
        alerts_matchers__value=filled["alerts-matchers"]["value"],
        alerts_duration__value="2h",
    )
    assert "It would cover 1 alert that goes on now" in text(covered["alerts-covered"]["children"])


def test_what_is_gone_leads_to_the_log(ui: Any, text: Text) -> None:
    said = text(ui.call("alerts-detail.children", **{SEARCH: "?alert=feed"})["alerts-detail"]["children"])
    assert "Could not find the alert feed" in said
    key = ui.reads.alerts.groups()[0].key
    group = ui.call("alerts-detail.children", **{SEARCH: "?group=" + key.replace(" ", "+").replace("&", "%26")})
    assert "Routing Receiver" in text(group["alerts-detail"]["children"])
    nothing = ui.call("alerts-detail.children", **{SEARCH: "?group=gone"})
    assert "Nothing of this group fires now" in text(nothing["alerts-detail"]["children"])


def test_an_acknowledgement_has_a_name_and_is_seen(ui: Any, text: Text) -> None:
    mark = fingerprint(ui, "checkout")
    refused = do(ui, kind="acknowledge", subject=mark, who=" ")
    assert "say who you are first" in text(refused["alerts-said"]["children"])
    assert "alerts-done" not in refused
    done = do(ui, kind="acknowledge", subject=mark, who="bea", comment="rolling back")
    assert "bea has ErrorBudgetBurn in hand" in text(done["alerts-said"]["children"])
    assert "acknowledged by bea: rolling back" in text(body(ui))
    assert "bea acknowledge" in text(body(ui, "?tab=audit"))


def test_a_silence_is_made_seen_and_ended(ui: Any, text: Text) -> None:
    made = do(ui, kind="silence", who="bea", matchers='service="checkout"', duration="2h", comment="deploy")
    assert "Silenced until 2026-03-01 16:00 UTC" in text(made["alerts-said"]["children"])
    assert 'service="checkout"' in text(body(ui, "?tab=silences"))
    silence = next(each for each in ui.reads.alerts.silences() if each.created_by == "bea")
    do(ui, kind="expire", who="cid", subject=silence.id)
    assert "cid expire" in text(body(ui, "?tab=audit"))
    for matchers in ("", 'service=~"("', "no matcher"):
        wrong = do(ui, kind="silence", who="bea", matchers=matchers, duration="2h")
        assert "Could not" in text(wrong["alerts-said"]["children"])


def test_receivers_are_tested_and_deliveries_have_their_attempts(ui: Any, text: Text) -> None:
    assert "shop-oncall pagerduty Send a test" in text(body(ui, "?tab=receivers"))
    tested = do(ui, kind="test", who="bea", subject="shop-oncall")
    assert "Test of shop-oncall over pagerduty: ● delivered" in text(tested["alerts-said"]["children"])
    assert "there is none" in text(do(ui, kind="test", who="bea", subject="nobody")["alerts-said"]["children"])
    log = text(body(ui, "?tab=log"))
    assert "everybody slack" in log
    assert "answered 503" in log


@pytest.mark.parametrize("given", [None, "text", [], {"kind": "x"}, {"who": " ", "kind": "test"}])
def test_a_deed_without_a_name_is_refused_whatever_its_shape(given: Any) -> None:
    with pytest.raises(UnusableRequest, match="say who you are"):
        read_deed(given)


def test_a_deed_is_cut_to_what_fits() -> None:
    found = read_deed({"who": ["a"] * 900, "kind": 7, "subject": {"x": 1}})
    assert found == Deed("7", str(["a"] * 900)[:100], "{'x': 1}", "", "", "")


def test_every_page_counts_what_fires(ui: Any, text: Text) -> None:
    badge = ui.call("frame-firing.children", **{SEARCH: "?window=1h&slo=x"})["frame-firing"]["children"]
    assert text(badge) == "■ 1 page"
    assert badge["props"]["href"] == "/ui/alerts?window=1h"
    assert "2 more held back" in badge["props"]["title"]
    ui.reads.alerts.clear()
    assert ui.call("frame-firing.children", **{SEARCH: ""})["frame-firing"]["children"] is None


def test_the_timeline_has_a_row_for_each_alert_and_names_are_no_markup(window: TimeRange) -> None:
    start, end = window.start, window.end
    events = [
        Event(start - timedelta(hours=1), "a", "firing"),
        Event(start + timedelta(minutes=2), "a", "resolved"),
        Event(start + timedelta(minutes=5), "a", "firing"),
        Event(start - timedelta(hours=2), "b", "firing"),
        Event(start - timedelta(hours=1), "b", "resolved"),
    ]
    found = firings(events, window)
    assert [(each.fingerprint, each.start, each.end) for each in found] == [
        ("a", start, start + timedelta(minutes=2)), ("a", start + timedelta(minutes=5), end),
    ]  # fmt: skip
    figure = alert_timeline(found, {"a": Named("<b>x</b>", Health.FAILING)}, window)
    assert figure["layout"]["yaxis"]["ticktext"] == ["&lt;b&gt;x&lt;/b&gt;"]
    assert [bar["y"] for bar in figure["data"]] == [[0], [0]]
    many = firings([Event(start, f"f{number}", "firing") for number in range(40)], window)
    assert len(alert_timeline(many, {}, window)["layout"]["yaxis"]["ticktext"]) == MOST_ROWS


def test_prefilled_matchers_match_the_alert_whatever_its_labels(ui: Any) -> None:
    alert = ui.reads.alerts.alerts()[0].alert
    odd = type(alert)(
        alert.fingerprint, {"a": 'x",\\ y="', "b": "1, 2\n3"}, {}, alert.state, alert.starts_at, alert.last_met
    )
    assert matches_all(parse_matchers(matchers_of(odd)), odd.labels)


@pytest.mark.parametrize(("severity", "words"), [("page", "■ 2 pages"), ("critical", "■ 2 critical")])
def test_the_badge_counts_severities_in_their_plural(text: Text, severity: str, words: str) -> None:
    some = next(each for each in FakeReads().alerts.alerts() if each.alert.state is AlertState.FIRING)
    alert = replace(some.alert, labels={**some.alert.labels, "severity": severity})
    status = replace(some, alert=alert, silenced_by=(), inhibited_by=())
    assert text(firing_now.badge([status, status], Links("/ui/"))) == words
