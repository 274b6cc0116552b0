import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from dashboard.reads.hub import DataAge
from meshhub.testing import journeys

pytestmark = pytest.mark.browser


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def standing(page: Page) -> None:
    expect(page.locator("#topology-canvas")).to_have_attribute("data-placed", "13")


def test_pages_are_reached_by_keyboard_and_keep_scope_and_time(visitor: Any) -> None:
    page = visitor.go("topology?window=1h&ns=shop&select=demo:shop:cart")
    expect(page.locator("#topology-panel h2")).to_have_text("cart")
    expect(page.locator("#frame-navigation-hub")).to_have_attribute("href", "/ui/hub?window=1h&ns=shop")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.locator(".page.hub")).to_be_visible()
    assert parameters(page) == {"window": ["1h"], "ns": ["shop"]}
    expect(page).to_have_title("Hub · meshhub")
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.locator(".page.requests")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.locator("#topology-panel h2")).to_have_text("The mesh")


def test_the_window_moves_and_returns_to_the_present(visitor: Any) -> None:
    page = visitor.go("topology")
    standing(page)
    page.keyboard.press("[")
    expect(page.locator("#frame-live")).to_have_attribute("aria-pressed", "false")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", parameters(page)["end"][0])
    page.keyboard.press("]")
    expect(page.locator("#frame-live")).to_have_attribute("aria-pressed", "true")
    assert "end" not in parameters(page)
    page.keyboard.press("l")
    expect(page.locator("#frame-live")).to_have_attribute("aria-pressed", "false")
    assert parameters(page) == {"live": ["off"]}
    page.keyboard.press("l")
    expect(page.locator("#frame-live")).to_have_attribute("aria-pressed", "true")


def test_the_length_of_the_window_is_chosen(visitor: Any) -> None:
    page = visitor.go("topology")
    standing(page)
    page.locator("#frame-window").click()
    page.get_by_role("option", name="6 h").click()
    expect(page.locator("#topology-count")).to_contain_text("6 h to")
    assert parameters(page) == {"window": ["6h"]}


def test_live_asks_again_by_itself_and_paused_does_not(visitor: Any) -> None:
    page = visitor.go("topology")
    standing(page)

    def draws(answer: Any) -> bool:
        return "_dash-update-component" in answer.url and "..topology-drawing" in (answer.request.post_data or "")

    with page.expect_response(draws, timeout=12_000):
        pass
    page.keyboard.press("l")
    expect(page.locator("#frame-live")).to_have_attribute("aria-pressed", "false")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or ""))
    for _ in range(3):  # longer than from one refresh to the next
        with page.expect_response(lambda answer: "..frame-age" in (answer.request.post_data or "")):
            pass
    assert not any("frame-tick.n_intervals" in text for text in asked)


def test_search_takes_a_service_a_page_or_a_request_id(visitor: Any) -> None:
    page = visitor.go("topology")
    standing(page)
    expect(page.locator("#frame-age")).to_contain_text("old")
    page.keyboard.press("Control+k")
    page.keyboard.type("payment")
    page.get_by_role("option", name="payment · finance · in the topology").click()
    expect(page.locator("#topology-panel h2")).to_have_text("payment")
    page.keyboard.press("Control+k")
    page.keyboard.type("Ratings")
    page.keyboard.press("Enter")
    expect(page.locator(".one-service h2")).to_contain_text("ratings")
    assert parameters(page) == {"id": ["demo:shop:ratings"]}
    page.keyboard.press("Control+k")
    page.keyboard.type(journeys.UNSAMPLED_ID)
    page.keyboard.press("Enter")
    expect(page.locator(".waterfall")).to_be_visible()
    assert parameters(page) == {"id": [journeys.UNSAMPLED_ID]}
    page.keyboard.press("Control+k")
    page.keyboard.type("Hub")
    page.get_by_role("option", name="Hub page").click()
    expect(page.locator(".page.hub")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name=journeys.UNSAMPLED_ID)).to_be_visible()


def test_a_view_is_copied_as_link_as_curl_and_as_command(visitor: Any) -> None:
    page = visitor.go("topology?window=1h")
    standing(page)
    page.keyboard.press("y")
    expect(page.locator("#toast")).to_have_text("Link copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == page.url
    for item, said, text in (
        ("Copy as curl", "Copied as curl", f"curl -s '{visitor.site.url}/api/v1/graph?window=1h&idle=true'"),
        ("Copy as CLI", "Copied as CLI", f"meshhub graph --window 1h --url {visitor.site.url}"),
    ):
        page.locator("#frame-share").click()
        page.get_by_role("menuitem", name=item).click()
        expect(page.locator("#toast")).to_have_text(said)
        assert page.evaluate("() => navigator.clipboard.readText()") == text


def test_help_lists_the_keys(visitor: Any) -> None:
    page = visitor.go("hub")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("go to Requests")
    visitor.keep("help-light")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).not_to_be_visible()


def test_the_theme_is_kept(visitor: Any) -> None:
    page = visitor.go("topology")
    standing(page)
    root = page.locator("html")
    expect(root).to_have_attribute("data-mantine-color-scheme", "light")
    page.locator("#frame-theme").click()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    fill = "() => meshhub.graph().getElementById('demo:shop:cart').style('background-color')"
    page.wait_for_function(f"() => ({fill})() === 'rgb(22,27,34)'")
    page.reload()
    standing(page)
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    page.wait_for_function(f"() => ({fill})() === 'rgb(22,27,34)'")


def test_old_data_raises_a_banner(visitor: Any) -> None:
    visitor.site.reads.hub.data_age = DataAge(95.0, None, 1.0)
    page = visitor.go("topology")
    expect(page.locator("#frame-age")).to_contain_text("data 1 min 35 s old")
    expect(page.locator("#frame-banner")).to_contain_text("The newest data is 1 min 35 s old.")
    standing(page)
    visitor.keep("stale-light")
    visitor.site.reads.hub.data_age = DataAge(0.4, None, 1.0)
    expect(page.locator("#frame-age")).to_contain_text("data 400 ms old")
    expect(page.locator("#frame-banner")).to_be_empty()


def test_a_hub_that_is_away_is_said_to_be(visitor: Any) -> None:
    page = visitor.go("topology")
    standing(page)
    page.route("**/_dash-update-component*", lambda route: route.abort())
    expect(page.locator("#frame-unreachable")).to_be_visible(timeout=20_000)
    expect(page.locator("#frame-age")).not_to_be_visible()
    visitor.keep("away-light")
    page.unroute("**/_dash-update-component*")
    expect(page.locator("#frame-unreachable")).not_to_be_visible()
    expect(page.locator("#frame-age")).to_contain_text("data 1.4 s old")
    visitor.faults[:] = [
        fault for fault in visitor.faults if "ERR_FAILED" not in fault and "did not respond" not in fault
    ]


def test_an_address_without_page_says_what_there_is(visitor: Any) -> None:
    page = visitor.go("nowhere")
    expect(page.locator("#frame-page")).to_contain_text("There is no such page")
    page.locator("#frame-page").get_by_text("Requests").click()
    expect(page.locator(".page.requests")).to_be_visible()


def test_a_narrow_window_still_shows_everything(visit: Callable[..., Any]) -> None:
    visitor = visit()
    visitor.page.set_viewport_size({"width": 1024, "height": 700})
    page = visitor.go("topology")
    standing(page)
    visitor.keep("topology-narrow-light")
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_actions_are_done_by_name_and_recent_ones_come_first(visitor: Any) -> None:
    page = visitor.go("topology")
    standing(page)
    expect(page.locator("#frame-age")).to_contain_text("old")
    page.keyboard.press("Control+k")
    page.keyboard.type("Compare with 1 w")
    page.get_by_role("option", name="Compare with 1 w ago").click()
    expect(page.locator("#frame-compare")).to_have_text("vs 1 w ago")
    assert parameters(page) == {"compare": ["7d"]}
    page.keyboard.press("Control+k")
    page.keyboard.type("payment")
    expect(page.locator("#frame-search")).to_have_value("payment")
    page.get_by_role("option", name="payment · finance", exact=True).click()
    page.wait_for_url("**/services?**id=demo:finance:payment**")
    expect(page.locator(".one-service h2")).to_contain_text("payment")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").first).to_have_text("payment · finance")
    visitor.keep("search-light")
    page.keyboard.type("4bf92f3577b34da6a3ce929d0e0e4736")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ui/trace?**")
    assert parameters(page) == {"id": ["4bf92f3577b34da6a3ce929d0e0e4736"], "compare": ["7d"]}


def test_keys_lead_to_every_page(visitor: Any) -> None:
    from dashboard.ui.pages.table import PAGES

    page = visitor.go("topology")
    standing(page)
    for each in (*PAGES[1:], PAGES[0]):
        _led_to(page, each)


def _led_to(page: Any, wanted: Any) -> None:
    """By its keys: pressed again where the page before put the cursor into a field meanwhile, which took them."""
    for _ in range(4):
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.press(wanted.key)
        with suppress(AssertionError):
            expect(page).to_have_title(f"{wanted.title} · meshhub", timeout=5_000)
            return
    expect(page).to_have_title(f"{wanted.title} · meshhub")


def test_a_comparison_with_any_time(visitor: Any) -> None:
    page = visitor.go("topology?compare=2026-03-01T10:00:00Z")
    standing(page)
    expect(page.locator("#frame-compare")).to_have_text("vs 2026-03-01 10:00Z")
    expect(page.locator("#topology-panel")).to_contain_text("2026-03-01 09:45 to 10:00 UTC")
    page.goto(page.url.replace("2026-03-01T10:00:00Z", "2100-01-01T00:00:00Z"))
    expect(page.locator(".card.error")).to_contain_text("future")
