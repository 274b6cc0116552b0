import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from alerting.evaluation.state import Evaluation
from alerting.specification.model import Specifications
from meshhub.clock import SystemClock
from meshhub.testing.fake_alerts import FakeAlertReads
from meshhub.testing.fake_slos import BURNING, NOW, state

pytestmark = pytest.mark.browser

SHOWN = """() => {
  try { return window.dash_ag_grid.getApi('slos-grid').getDisplayedRowCount(); }
  catch { return -1; } // the table is not there yet
}"""
CHARTED = "() => document.querySelectorAll('{} .js-plotly-plot .main-svg').length > 0"


@pytest.fixture(autouse=True)
def _alerts_of_now(site: Any) -> None:
    """The alerts of the site began by the clock that its pages go by."""
    site.reads.alerts = FakeAlertReads(SystemClock())


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def names(page: Page) -> Any:
    return page.locator("#slos-grid .ag-pinned-left-cols-container .ag-row a")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_from_the_worst_slo_to_what_carries_it_to_the_logs(visit: Callable[..., Any], scheme: str) -> None:
    visitor = visit(scheme)
    page = visitor.go("slos?live=off")
    expect(names(page).first).to_have_text("checkout-availability")
    expect(page.locator("#slos-grid .over").first).to_be_visible()
    visitor.keep(f"slos-{scheme}")
    names(page).first.click()
    one = page.locator("#slos-one")
    expect(one).to_contain_text("98 % of it is on the edge shop/frontend → shop/checkout.")
    page.wait_for_function(CHARTED.format("#slos-one"))
    visitor.keep(f"slo-{scheme}")
    one.locator(".carried").scroll_into_view_if_needed()
    visitor.keep(f"slo-reason-{scheme}")
    one.get_by_role("link", name="v2", exact=True).click()
    expect(page.locator("#logs-q")).to_have_value(
        'reporter = server and destination = "checkout" and destination_namespace = "shop" '
        'and destination.version = "v2"'
    )
    expect(page.locator("#logs-fault")).to_be_empty()


def test_an_slo_is_tried_while_it_is_written(visitor: Any) -> None:
    page = visitor.go("slos?edit=new&live=off")
    said = page.locator("#slos-preview")
    expect(said).to_contain_text("would have paged 2 times in the last 30 days")
    page.wait_for_function(CHARTED.format("#slos-preview"))
    visitor.keep("slo-editor-light")
    text = page.locator("#slos-text")
    good = text.input_value()
    text.fill(good.replace("99.9", "101"))
    expect(page.locator("#slos-faults")).to_contain_text("line 4")
    expect(said).to_contain_text("would have paged")
    visitor.keep("slo-editor-fault-light")
    page.locator("#slos-faults .fault-line").first.click()
    assert page.evaluate("() => document.getElementById('slos-text').selectionStart") == good.index("    objective")
    text.fill(good)
    expect(page.locator("#slos-faults")).to_be_empty()
    page.get_by_text("the last 7 days").click()
    expect(said).to_contain_text("in the last 7 days")
    assert parameters(page)["days"] == ["7"]


def test_a_thousand_slos_are_usable(visitor: Any) -> None:
    slos = [replace(BURNING, name=f"slo-{number:04d}") for number in range(1_000)]
    states = {slo.name: state(slo, 61_000, 20 + number % 50) for number, slo in enumerate(slos)}
    visitor.site.reads.slos.evaluation = Evaluation(NOW, states, Specifications(tuple(slos)))
    page = visitor.go("slos?live=off")
    page.wait_for_function(f"() => ({SHOWN})() === 1000")
    assert page.locator("#slos-grid .ag-center-cols-container .ag-row").count() < 100, "only what is seen is drawn"
    page.locator("#slos-find").fill("slo-0042")
    page.wait_for_function(f"() => ({SHOWN})() === 1")
    assert parameters(page)["find"] == ["slo-0042"]


def test_without_slos_the_page_says_how_to_begin(visitor: Any) -> None:
    visitor.site.reads.slos.evaluation = Evaluation(NOW)
    page = visitor.go("slos?live=off")
    expect(page.locator("#slos-message")).to_contain_text("Nothing is promised yet")
    visitor.keep("slos-empty-light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_alert_is_read_and_taken_in_hand_with_the_keyboard(visit: Callable[..., Any], scheme: str) -> None:
    visitor = visit(scheme)
    page = visitor.go("alerts?live=off")
    rows = page.locator("main a.row")
    expect(rows).to_have_count(4)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#alerts-detail")).to_contain_text("96 % of it is on the edge")
    visitor.keep(f"alert-{scheme}")
    page.locator("#alerts-acknowledge").click()
    expect(page.locator("#toast")).to_contain_text("Say who you are first")
    page.locator("#alerts-name").fill("bea")
    page.locator("#alerts-comment").fill("rolling back")
    page.locator("#alerts-acknowledge").click()
    expect(page.locator("#alerts-said")).to_contain_text("bea has ErrorBudgetBurn in hand")
    expect(page.locator("#alerts-body")).to_contain_text("acknowledged by bea: rolling back")
    page.locator("#alerts-comment").blur()
    page.keyboard.press("Escape")
    expect(page.locator("#alerts-panel")).not_to_be_visible()
    page.wait_for_function(CHARTED.format("#alerts-timeline"))
    visitor.keep(f"alerts-{scheme}")
    page.reload()
    expect(page.locator("#alerts-name")).to_have_value("bea")


def test_a_silence_is_previewed_made_and_ended(visitor: Any) -> None:
    page = visitor.go("alerts?live=off")
    page.locator("#alerts-name").fill("bea")
    page.locator("main a.row").first.click()
    expect(page.locator("#alerts-matchers")).to_have_value(re.compile('service="checkout"'))
    expect(page.locator("#alerts-covered")).to_contain_text("It would cover 1 alert that goes on now")
    page.locator("#alerts-matchers").fill('namespace="shop"')
    expect(page.locator("#alerts-covered")).to_contain_text("It would cover 3 alerts")
    page.locator("#alerts-matchers").fill('namespace=~"("')
    expect(page.locator("#alerts-covered")).to_contain_text("Could not read the pattern")
    page.locator("#alerts-matchers").fill('service="checkout"')
    expect(page.locator("#alerts-covered")).to_contain_text("It would cover 2 alerts")
    page.get_by_text("8 h", exact=True).click()
    page.locator("#alerts-silence").scroll_into_view_if_needed()
    visitor.keep("alert-silence-light")
    page.locator("#alerts-silence").click()
    expect(page.locator("#alerts-said")).to_contain_text("Silenced until ")
    page.get_by_role("link", name="Silences").click()
    expect(page.locator("#alerts-body")).to_contain_text("bea")
    visitor.keep("silences-light")
    page.get_by_role("button", name="End it").first.click()
    expect(page.locator("#alerts-said")).to_contain_text("The silence is over")


def test_deliveries_receivers_and_deeds_are_told(visitor: Any) -> None:
    page = visitor.go("alerts?tab=log&live=off")
    expect(page.locator("#alerts-body")).to_contain_text("answered 503")
    visitor.keep("notifications-light")
    page.locator("#alerts-name").fill("bea")
    page.get_by_role("link", name="Receivers").click()
    page.get_by_role("button", name="Send a test").first.click()
    expect(page.locator("#alerts-said")).to_contain_text("delivered")
    visitor.keep("receivers-light")
    page.get_by_role("link", name="Audit log").click()
    expect(page.locator("#alerts-body")).to_contain_text("ann")


def test_deep_links_of_notifications_lead_to_the_group(visitor: Any) -> None:
    page = visitor.go("alerts?live=off")
    page.locator(".alert-group header .link").first.click()
    expect(page.locator("#alerts-detail")).to_contain_text("Routing")
    expect(page.locator(".alert-group.chosen")).to_have_count(1)
    assert parameters(page)["group"][0] in {each.key for each in visitor.site.reads.alerts.groups()}


def test_what_burns_stands_on_the_topology_and_the_badge_leads_to_the_alerts(visitor: Any) -> None:
    page = visitor.go("topology?live=off&select=demo:shop:checkout")
    expect(page.locator("#topology-panel")).to_contain_text("budget burns 16.4×")
    page.wait_for_function("() => document.querySelectorAll('#topology-graph canvas').length > 0")
    visitor.keep("topology-burn-light")
    page.locator("#topology-panel .burns a").click()
    expect(page.locator("#slos-one")).to_contain_text("checkout-availability")
    page.locator("#frame-firing a").click()
    expect(page).to_have_url(re.compile(r"/ui/alerts"))
    expect(page.locator("#alerts-body")).to_contain_text("service=checkout")
