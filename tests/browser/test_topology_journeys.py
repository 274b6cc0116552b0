import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from meshhub.errors import StorageError
from meshhub.model import TimeRange
from meshhub.testing import graphs
from meshhub.testing.graphs import SHOP_CALLS, SHOP_PLACES, Call, Place
from topology.model import ServiceGraph

pytestmark = pytest.mark.browser

RATINGS = "demo:shop:reviews~demo:shop:ratings~http"
POSITIONS = """() => Object.fromEntries(
  meshhub.graph().nodes().filter((node) => !node.hasClass("box")).map((node) => [node.id(), node.position()]))"""
REFRESH = "() => dash_clientside.set_props('frame-tick', {n_intervals: Date.now()})"


def placed(page: Page, nodes: int) -> None:
    expect(page.locator("#topology-canvas")).to_have_attribute("data-placed", str(nodes))


def tap(page: Page, element: str) -> None:
    """Click an element of the graph where it is drawn."""
    place = page.evaluate(
        """(id) => {
          const element = meshhub.graph().getElementById(id);
          const at = element.isNode() ? element.renderedPosition() : element.renderedMidpoint();
          const frame = meshhub.graph().container().getBoundingClientRect();
          return [frame.x + at.x, frame.y + at.y];
        }""",
        element,
    )
    page.mouse.click(*place)


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_mesh_is_drawn_and_its_worst_edge_is_named_first(visit: Callable[..., Any], scheme: str) -> None:
    visitor = visit(scheme)
    page = visitor.go("")
    placed(page, 13)
    expect(page.locator("#topology-panel .worst li").first).to_contain_text("reviews → ratings")
    expect(page.locator("#topology-count")).to_contain_text("13 services · 16 edges · 15 min to")
    expect(page.locator("#frame-age")).to_contain_text("data 1.4 s old")
    page.locator(".legend summary").click()
    visitor.keep(f"topology-{scheme}")


def test_a_selection_is_explained_and_is_a_link(visitor: Any) -> None:
    page = visitor.go("topology")
    placed(page, 13)
    tap(page, RATINGS)
    expect(page.locator("#topology-panel h2")).to_have_text(re.compile("reviews.*ratings"))
    assert parameters(page)["select"] == [RATINGS]
    visitor.keep("topology-edge-light")
    page.reload()
    expect(page.locator("#topology-panel h2")).to_have_text(re.compile("reviews.*ratings"))
    page.locator("#topology-panel").get_by_text("ratings", exact=True).first.click()
    expect(page.locator("#topology-panel h2")).to_have_text("ratings")
    page.go_back()
    expect(page.locator("#topology-panel h2")).to_have_text(re.compile("reviews.*ratings"))
    page.keyboard.press("Escape")
    expect(page.locator("#topology-panel h2")).to_have_text("The mesh")
    assert "select" not in parameters(page)


def test_a_refresh_moves_nothing_and_places_what_is_new(visitor: Any) -> None:
    page = visitor.go("topology")
    placed(page, 13)
    before = page.evaluate(POSITIONS)

    def grown(window: TimeRange) -> ServiceGraph:
        calls = (Call("catalog", "search", 7), Call("search", "ratings", 3), *SHOP_CALLS[1:])
        return graphs.build(window, (Place("search"), *SHOP_PLACES[1:]), calls)

    visitor.site.reads.graphs.make_graph = grown
    page.evaluate(REFRESH)
    page.wait_for_function("() => meshhub.graph().getElementById('demo:shop:search').scratch('meshhubPlaced')")
    after = page.evaluate(POSITIONS)
    assert {name: after[name] for name in before if name in after} == {n: p for n, p in before.items() if n in after}
    new = after.pop("demo:shop:search")
    assert all(abs(new["x"] - p["x"]) > 100 or abs(new["y"] - p["y"]) > 50 for p in after.values())


def test_what_is_dragged_stays_until_it_is_arranged_anew(visitor: Any) -> None:
    page = visitor.go("topology")
    placed(page, 13)
    before = page.evaluate(POSITIONS)
    page.evaluate("() => meshhub.graph().getElementById('demo:shop:cart').position({x: 900, y: 900})")
    page.evaluate(REFRESH)
    page.wait_for_timeout(500)
    assert page.evaluate(POSITIONS)["demo:shop:cart"] == {"x": 900, "y": 900}
    page.locator("#topology-arrange").click()
    page.wait_for_function("() => meshhub.graph().getElementById('demo:shop:cart').position('x') !== 900")
    assert page.evaluate(POSITIONS) == before


def test_labels_scope_and_grouping_are_in_the_url_and_come_back(visitor: Any) -> None:
    page = visitor.go("topology")
    placed(page, 13)
    page.get_by_text("p95", exact=True).first.click()
    page.wait_for_function("(id) => meshhub.graph().getElementById(id).data('label').includes('p95')", arg=RATINGS)
    page.locator("#topology-groups").get_by_text("Namespaces").click()
    placed(page, 5)
    assert parameters(page) == {"labels": ["rate,mtls,p95"], "groups": ["closed"]}
    page.locator("#frame-scope").click()
    page.get_by_role("option", name="finance").click()
    placed(page, 3)
    visitor.keep("topology-namespaces-light")
    address = page.url
    other = visitor.page.context.new_page()
    other.goto(address)
    placed(other, 3)
    expect(other.locator("#frame-page")).to_contain_text("7 of 13 services in 2 namespaces")


def test_a_namespace_opens_by_a_double_click(visitor: Any) -> None:
    page = visitor.go("topology?groups=closed")
    placed(page, 5)
    page.evaluate("() => meshhub.graph().getElementById('namespace:shop').emit('dbltap')")
    placed(page, 11)
    assert parameters(page)["open"] == ["shop"]


def test_an_error_is_a_card_and_passes_by_itself(visitor: Any) -> None:
    visitor.site.reads.mood.failure = StorageError("could not run a query: the engine is restarting", retryable=True)
    page = visitor.go("topology")
    expect(page.locator(".card.error")).to_contain_text("The engine is restarting")
    visitor.keep("topology-error-light")
    visitor.site.reads.mood.failure = None
    page.get_by_text("Try again").click()
    placed(page, 13)


def test_the_first_proxy_is_connected_from_the_empty_page(visitor: Any) -> None:
    visitor.site.reads.graphs.make_graph = graphs.empty
    page = visitor.go("topology")
    expect(page.get_by_text("Connect your first proxy")).to_be_visible()
    visitor.keep("topology-empty-light")
    page.locator(".copyable .copy").nth(1).click()
    expect(page.locator("#toast")).to_have_text("Copied")
    assert "port_value: 4317" in page.evaluate("() => navigator.clipboard.readText()")
    visitor.site.reads.graphs.make_graph = graphs.shop
    placed(page, 13)
    expect(page.get_by_text("Connect your first proxy")).not_to_be_visible()


def test_names_that_look_like_markup_stay_text(visitor: Any) -> None:
    name = "<img src=x onerror=alert(1)>\"'`🙂" + "ä" * 300
    visitor.site.reads.graphs.make_graph = lambda window: graphs.build(
        window, [Place(name, namespace="<script>alert(2)</script>"), Place("b")], [Call(name, "b", 1, 0.5)]
    )
    page = visitor.go("topology")
    placed(page, 2)
    expect(page.locator("#topology-panel .worst li").first).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_hundred_services_are_drawn_by_namespace(visit: Callable[..., Any], scheme: str) -> None:
    visitor = visit(scheme)
    visitor.site.reads.graphs.make_graph = lambda window: graphs.mesh(window, 200, 600)
    page = visitor.go("topology")
    placed(page, 18)
    visitor.keep(f"topology-200-{scheme}")


def test_a_thousand_services_are_drawn_in_their_groups(visitor: Any) -> None:
    def seconds(nodes: int) -> float:
        started = time.monotonic()
        placed(visitor.go("topology"), nodes)
        return time.monotonic() - started

    seconds(13)
    ten = seconds(13)
    made: list[ServiceGraph] = []

    def large(window: TimeRange) -> ServiceGraph:
        made.append(made[0] if made else graphs.mesh(window, 1000, 10_000))
        return replace(made[0], window=window)

    large(TimeRange.last(timedelta(minutes=15), now=datetime.now(UTC)))
    visitor.site.reads.graphs.make_graph = large
    thousand = seconds(90)
    visitor.keep("topology-1000-light")
    visitor.note("usable-after-seconds", {"10 services": round(ten, 2), "1,000 services": round(thousand, 2)})
