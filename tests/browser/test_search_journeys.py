from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_requests_are_searched_and_the_search_is_a_link(visit: Callable[..., Any], scheme: str) -> None:
    visitor = visit(scheme)
    page = visitor.go("requests")
    expect(page.locator("#requests-progress")).to_contain_text("100 requests found")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    visitor.keep(f"search-{scheme}")
    page.locator("#requests-query").fill("status >= 500")
    page.locator("#requests-query").press("Escape")
    page.locator("#requests-query").press("Enter")
    page.wait_for_url("**q=status**")
    assert parameters(page)["q"] == ["status >= 500"]
    page.reload()
    expect(page.locator("#requests-query")).to_have_value("status >= 500")
    page.get_by_text("What do failed ones have in common?").click()
    expect(page.locator("#requests-difference")).to_contain_text("30× as often")
    visitor.keep(f"search-differs-{scheme}")
    page.locator("#requests-difference").get_by_text("10.0.0.7:8080").click()
    expect(page.locator("#requests-query")).to_have_value('(status >= 500) and upstream_host = "10.0.0.7:8080"')


def test_a_part_of_the_scatter_is_picked_and_zoomed_to(visitor: Any) -> None:
    page = visitor.go("requests")
    expect(page.locator(".request-scatter .points path").first).to_be_visible()
    box = page.locator(".request-scatter .nsewdrag").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 480, box["y"] + 60, steps=5)
    page.mouse.up()
    expect(page.locator("#requests-difference h2")).to_have_text("What differs")
    assert len(parameters(page)["pick"][0].split("~")) == 4
    page.get_by_text("Zoom to this part of the window").click()
    page.wait_for_url("**window=**")
    assert "pick" not in parameters(page)
    expect(page.locator("#requests-progress")).to_contain_text("requests found")


def test_faults_stand_below_the_field_and_completions_help(visitor: Any) -> None:
    page = visitor.go("requests?q=servce+%3D+x")
    expect(page.locator("#requests-fault")).to_contain_text("Character 1")
    visitor.keep("search-fault-light")
    page.locator("#requests-query").fill("servi")
    expect(page.locator("#expression-suggestions")).to_contain_text("service")
    page.keyboard.press("Tab")
    expect(page.locator("#requests-query")).to_have_value("service ")


def test_a_row_leads_to_its_journey_or_its_trace(visitor: Any) -> None:
    page = visitor.go("requests?q=error&rows=20")
    expect(page.locator(".ag-row").first).to_be_visible()
    page.locator(".ag-row [col-id=trace] a").first.click()
    page.wait_for_url("**/ui/trace?**")
    page.go_back()
    page.locator(".ag-row [col-id=request] a").first.click(position={"x": 8, "y": 6})
    page.wait_for_url("**id=0f9b3c1e**")
    expect(page.get_by_text("Nothing is known of this request")).to_be_visible()
    assert parameters(page)["q"] == ["error"]


def test_the_order_is_part_of_the_link(visitor: Any) -> None:
    page = visitor.go("requests?sort=slowest")
    expect(page.locator("#requests-sort")).to_have_value("Slowest first")
    expect(page.locator(".ag-row[row-index='0'] [col-id=duration]")).to_have_text("2 s")
    page.locator("#requests-sort").click()
    page.get_by_role("option", name="Newest first").click()
    page.wait_for_url(lambda url: "sort" not in url)
