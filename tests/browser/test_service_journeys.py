import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from meshhub.errors import StorageError
from meshhub.model import TimeRange
from meshhub.testing import graphs
from meshhub.testing.graphs import Call, Place
from topology.model import ServiceGraph

pytestmark = pytest.mark.browser

REFRESH = "() => dash_clientside.set_props('frame-tick', {n_intervals: Date.now()})"
SHOWN = """() => {
  try { return window.dash_ag_grid.getApi('services-grid').getDisplayedRowCount(); }
  catch { return -1; } // the table is not there yet
}"""


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def names(page: Page) -> Any:
    return page.locator("#services-grid .ag-pinned-left-cols-container .ag-row a")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_hurts_most_is_the_first_row_and_leads_to_its_page(visit: Callable[..., Any], scheme: str) -> None:
    visitor = visit(scheme)
    page = visitor.go("services?live=off")
    expect(names(page).first).to_have_text("ratings")
    expect(page.locator("#services-count")).to_contain_text("12 services · 1 failing")
    visitor.keep(f"services-{scheme}")
    names(page).first.click()
    one = page.locator("#services-one")
    expect(one.locator("h2").first).to_contain_text("ratings")
    expect(page.locator("#services-grid")).not_to_be_visible()
    page.wait_for_function("() => document.querySelectorAll('#services-one .js-plotly-plot').length >= 1")
    visitor.keep(f"service-{scheme}")
    page.go_back()
    expect(names(page).first).to_be_visible()


def test_the_list_is_searched_sorted_and_keeps_what_was_looked_for_in_the_url(visitor: Any) -> None:
    page = visitor.go("services?live=off")
    expect(names(page).first).to_have_text("ratings")
    page.locator("#services-find").fill("finance")
    page.wait_for_function(f"() => ({SHOWN})() === 2")
    assert parameters(page)["find"] == ["finance"]
    page.reload()
    expect(page.locator("#services-find")).to_have_value("finance")
    page.wait_for_function(f"() => ({SHOWN})() === 2")
    page.locator("#services-find").fill("")
    page.wait_for_function(f"() => ({SHOWN})() === 12")
    page.locator("#services-grid .ag-header-cell", has_text="Rate").click()
    expect(names(page).first).to_have_text("gateway")
    page.evaluate(REFRESH)
    expect(names(page).first).to_have_text("gateway")
    page.locator("#services-count").click()
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    second = names(page).nth(1).inner_text()
    expect(page.locator("#services-grid .ag-cell-focus")).to_contain_text(second)
    page.keyboard.press("Enter")
    expect(page.locator("#services-one h2").first).to_contain_text(second)


def test_a_slow_answer_is_waited_for_before_the_page_asks_again(visitor: Any) -> None:
    page: Page = visitor.page
    waiting: list[Route] = []
    most: list[int] = []

    def hold(route: Route) -> None:
        body = route.request.post_data or ""
        if '"id":"frame-tick"' in body and "services-grid" in body:
            waiting.append(route)
            most.append(len(waiting))
        else:
            route.continue_()

    page.route("**/_dash-update-component*", hold)
    visitor.go("services")
    page.wait_for_function("() => window.dash_clientside.set_props")
    page.evaluate("() => dash_clientside.set_props('frame-tick', {interval: 20})")
    for _ in range(3):
        while not waiting:
            page.wait_for_timeout(10)
        page.wait_for_timeout(200)
        waiting.pop().continue_()
    expect(names(page).first).to_have_text("ratings")
    assert max(most) == 1, "answers that are asked for again before they come are thrown away"


def test_a_service_is_read_from_words_to_single_requests(visitor: Any) -> None:
    page = visitor.go("services?live=off&id=demo:shop:reviews")
    one = page.locator("#services-one")
    expect(one).to_contain_text("Version v3: More errors")
    expect(one.locator(".js-plotly-plot")).to_have_count(3)
    one.get_by_text("As its own proxy saw it").click()
    assert parameters(page)["side"] == ["own"]
    expect(one.locator(".choice.chosen")).to_contain_text("As its own proxy saw it", timeout=15_000)
    one.get_by_role("link", name="storefront").first.click()
    expect(one.locator("h2").first).to_contain_text("storefront")
    one.get_by_text("Show in the topology").click()
    expect(page).to_have_url(re.compile(r"/ui/topology\?.*select=demo%3Ashop%3Astorefront|select=demo:shop:storefront"))


def test_numbers_lead_to_their_access_logs(visitor: Any) -> None:
    page = visitor.go("services?live=off&id=demo:shop:reviews")
    page.locator("#services-one").get_by_role("link", name="Access logs").click()
    expect(page.locator("#logs-q")).to_have_value(
        'reporter != server and destination = "reviews" and destination_namespace = "shop"'
    )
    expect(page.locator("#logs-fault")).to_be_empty()
    expect(page.locator("#logs-grid .ag-row").first).to_be_visible()


def test_a_thousand_services_are_usable_at_once_and_a_refresh_keeps_the_place(visitor: Any) -> None:
    made: dict[float, ServiceGraph] = {}

    def big(window: TimeRange) -> ServiceGraph:
        return made.setdefault(window.seconds, graphs.mesh(window, 1_000, 5_000))

    visitor.site.reads.services.make_graph = big
    visitor.site.reads.graphs.make_graph = big
    started = time.monotonic()
    page = visitor.go("services?live=off")
    page.wait_for_function(f"() => ({SHOWN})() === 1000")
    visitor.note("services-1000", {"seconds": round(time.monotonic() - started, 2)})
    assert page.locator("#services-grid .ag-center-cols-container .ag-row").count() < 100, "only what is seen is drawn"
    page.evaluate("() => window.dash_ag_grid.getApi('services-grid').ensureIndexVisible(600, 'top')")
    page.wait_for_function("() => document.querySelector('#services-grid [row-index=\"605\"]')")
    page.evaluate(REFRESH)
    page.wait_for_timeout(700)
    assert page.locator('#services-grid [row-index="605"]').count() > 0
    visitor.keep("services-1000-light")


def test_names_are_never_markup(visitor: Any) -> None:
    name = "<img src=x onerror=alert(1)>" + "x" * 270

    def odd(window: TimeRange) -> ServiceGraph:
        return graphs.build(window, (Place("a"), Place(name, versions=(name,))), (Call("a", name, 9, 0.2),))

    visitor.site.reads.services.make_graph = odd
    visitor.site.reads.graphs.make_graph = odd
    page = visitor.go("services?live=off")
    expect(names(page).first).to_have_text(name)
    names(page).first.click()
    expect(page.locator("#services-one h2").first).to_contain_text("<img src=x onerror=alert(1)>")
    visitor.keep("service-odd-light")
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_an_unknown_service_and_a_hub_that_fails_are_cards(visitor: Any) -> None:
    page = visitor.go("services?live=off&id=demo:shop:nobody")
    expect(page.locator("#services-one")).to_contain_text("Could not find the service")
    expect(page.locator("#services-one")).to_contain_text("Close are")
    visitor.site.reads.mood.failure = StorageError("could not run a query: too many rows", retryable=True)
    page.goto(f"{visitor.site.url}/ui/services?live=off")
    expect(page.locator("#services-message")).to_contain_text("Could not run a query")
