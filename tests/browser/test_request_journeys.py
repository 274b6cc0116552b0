import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from dashboard.reads.requests import Glance
from dashboard.ui.views.journey import AWAITED
from meshhub.testing import journeys
from traces.model import Journey

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_request_is_found_and_each_hop_is_explained(visit: Callable[..., Any], scheme: str) -> None:
    visitor = visit(scheme)
    page = visitor.go("requests")
    page.locator("#requests-id").fill(f"  {journeys.SAMPLED_ID} ")
    page.locator("#requests-find").click()
    expect(page.locator(".waterfall .row.hop")).to_have_count(7)
    visitor.keep(f"request-{scheme}")
    page.locator(".waterfall .row.hop").nth(5).click()
    expect(page.locator(".journey-place .panel h2")).to_have_text("checkout:v1 → payment:v1")
    expect(page.locator(".journey-place .panel")).to_contain_text("upstream request timeout")
    assert parse_qs(urlsplit(page.url).query) == {"id": [journeys.SAMPLED_ID], "hop": ["1.1.2"]}
    visitor.keep(f"request-hop-{scheme}")
    page.keyboard.press("Escape")
    expect(page.locator(".journey-place .panel h2")).to_have_text("Where the time went")


def test_rows_are_walked_by_keyboard(visitor: Any) -> None:
    page = visitor.go(f"requests?id={journeys.FAILED_ID}")
    expect(page.locator(".waterfall .row.hop")).to_have_count(3)
    for key in ("j", "j", "j", "k", "j"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator(".journey-place .panel h2")).to_have_text("storefront:v1 → reviews:v1")
    visitor.keep("request-failed-light")


def test_the_focus_stays_when_the_rest_of_a_journey_arrives(visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    requests, arrives = visitor.site.reads.requests, threading.Event()
    whole, beginning = requests.journey, Glance(requests.journey(journeys.FAILED_ID), whole=False)

    def late(request_id: str) -> Journey:
        assert arrives.wait(60)
        return whole(request_id)

    monkeypatch.setattr(requests, "glance", lambda _id: beginning)
    monkeypatch.setattr(requests, "journey", late)
    page = visitor.go(f"requests?id={journeys.FAILED_ID}")
    expect(page.get_by_text(AWAITED)).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    arrives.set()
    expect(page.get_by_text(AWAITED)).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".journey-place .panel h2")).to_have_text("storefront:v1 → reviews:v1")


def test_an_unsampled_request_has_its_waterfall_too(visitor: Any) -> None:
    page = visitor.go(f"requests?id={journeys.UNSAMPLED_ID}")
    expect(page.locator(".waterfall .row.hop")).to_have_count(7)
    expect(page.locator(".waterfall .row.span")).to_have_count(0)
    expect(page.locator(".sampling")).to_contain_text("did not sample this request")


def test_what_applications_sent_is_text(visitor: Any) -> None:
    page = visitor.go(f"requests?id={journeys.SAMPLED_ID}&hop=1.1.2")
    expect(page.locator(".logs")).to_contain_text("<script>alert(1)")
    expect(page.locator(".waterfall")).to_contain_text("charge <b>card</b>")


def test_a_request_that_is_on_its_way_appears_by_itself(visitor: Any) -> None:
    found, visitor.site.reads.requests.journey = visitor.site.reads.requests.journey, missing
    page = visitor.go(f"requests?id={journeys.FAILED_ID}")
    expect(page.get_by_text("Nothing is known of this request")).to_be_visible()
    visitor.keep("request-missing-light")
    visitor.site.reads.requests.journey = found
    expect(page.locator(".waterfall .row.hop")).to_have_count(3)


def missing(request_id: str) -> Any:
    from meshhub.errors import NotFound

    raise NotFound(f"could not find the request {request_id}: no access log has this id")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_hub_shows_how_it_does(visit: Callable[..., Any], scheme: str) -> None:
    visitor = visit(scheme)
    page = visitor.go("hub")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(page.locator(".hub")).to_contain_text("requests were refused in this window")
    expect(page.locator(".hub .table", has_text="access_logs")).to_be_visible()
    page.wait_for_function("() => document.querySelectorAll('.js-plotly-plot .trace').length >= 6")
    visitor.keep(f"hub-{scheme}")
