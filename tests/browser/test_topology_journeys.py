import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from meshhub.errors import StorageError
from meshhub.model import TimeRange
from meshhub.testing import graphs
from meshhub.testing.graphs import SHOP_CALLS, SHOP_PLACES, Call, Place
from topology.model import ServiceGraph

pytestmark = pytest.mark.browser

WINDOW = TimeRange.last(timedelta(minutes=15), now=datetime.now(UTC))
RATINGS = "demo:shop:reviews~demo:shop:ratings~http"
POSITIONS = """() => Object.fromEntries(
  meshhub.graph().nodes().filter((node) => !node.hasClass("box")).map((node) => [node.id(), node.position()]))"""
OPEN_FIRST_GROUP = "() => meshhub.graph().nodes('.group')[0].emit('dbltap')"
STRANGERS_IN_BOXES = """() => meshhub.graph().nodes(".box").map((box) => {
  const frame = box.boundingBox({ includeLabels: false, includeOverlays: false });
  const others = meshhub.graph().nodes().difference(box.union(box.descendants()).union(box.ancestors()));
  return others.filter((node) => {
    const { x, y } = node.position();
    return x > frame.x1 && x < frame.x2 && y > frame.y1 && y < frame.y2;
  }).map((node) => node.id());
}).flat()"""
IN_SIGHT = """() => {
  const seen = meshhub.graph().extent();
  const inside = ({ x2, y2 }) => x2 <= seen.x2 && y2 <= seen.y2;
  return meshhub.graph().nodes(".box").every((box) => inside(box.boundingBox()));
}"""
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


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


def refresh(page: Page) -> None:
    """Have the page ask anew, and wait until it has drawn the answer."""
    page.evaluate(
        """() => new Promise((done) => {
          const heard = (event) => {
            if (!event.detail.fresh) return;
            document.removeEventListener("meshhub-drawn", heard);
            done();
          };
          document.addEventListener("meshhub-drawn", heard);
          dash_clientside.set_props("frame-tick", {n_intervals: Date.now()});
        })"""
    )


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_the_mesh_is_drawn_and_its_worst_edge_is_named_first(visitor: Any) -> None:
    page = visitor.go("")
    placed(page, 13)
    expect(page.locator("#topology-panel .worst li").first).to_contain_text("reviews → ratings")
    expect(page.locator("#topology-more")).to_contain_text("Every way to 11 nodes leads through gateway")
    expect(page.locator("#topology-count")).to_contain_text("13 services · 16 edges · 15 min to")
    expect(page.locator("#frame-age")).to_contain_text("data 1.4 s old")
    page.locator(".legend summary").click()
    visitor.keep("topology-light")
    page.evaluate("(id) => meshhub.graph().getElementById(id).emit('mouseover')", RATINGS)
    expect(page.locator("#graph-hint")).to_contain_text("5xx 12.2 % ≥ 10 %")


def test_a_selection_is_explained_and_is_a_link(visitor: Any) -> None:
    page = visitor.go("topology")
    placed(page, 13)
    tap(page, RATINGS)
    expect(page.locator("#topology-panel h2")).to_have_text(re.compile("reviews.*ratings"))
    assert parameters(page)["select"] == [RATINGS]
    more = page.locator("#topology-more")
    for title in ("Routes", "Failed last", "Slowest"):
        expect(more.get_by_role("heading", name=title)).to_be_visible()
    assert "id=" in (more.locator(".table a[href*='/ui/requests']").first.get_attribute("href") or "")
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
    arranged = page.evaluate(POSITIONS)
    page.evaluate("() => meshhub.graph().getElementById('demo:shop:cart').position({x: 900, y: 900})")
    before = page.evaluate(POSITIONS)

    def grown(window: TimeRange) -> ServiceGraph:
        calls = (Call("catalog", "search", 7), Call("search", "ratings", 3), *SHOP_CALLS[1:])
        return graphs.build(window, (Place("search"), *SHOP_PLACES[1:]), calls)

    visitor.site.reads.graphs.make_graph = grown
    refresh(page)
    page.wait_for_function("() => meshhub.graph().getElementById('demo:shop:search').scratch('meshhubPlaced')")
    after = page.evaluate(POSITIONS)
    assert {name: after[name] for name in before if name in after} == {n: p for n, p in before.items() if n in after}
    assert after["demo:shop:cart"] == {"x": 900, "y": 900}, "what is dragged stays"
    new = after.pop("demo:shop:search")
    assert all(abs(new["x"] - p["x"]) > 100 or abs(new["y"] - p["y"]) > 50 for p in after.values())
    visitor.site.reads.graphs.make_graph = graphs.shop
    page.wait_for_function("() => meshhub.graph().getElementById('demo:shop:search').empty()")
    page.locator("#topology-arrange").click()
    page.wait_for_function("() => meshhub.graph().getElementById('demo:shop:cart').position('x') !== 900")
    assert page.evaluate(POSITIONS) == arranged


def test_labels_scope_and_grouping_are_in_the_url_and_come_back(visitor: Any) -> None:
    page = visitor.go("topology")
    placed(page, 13)
    page.get_by_text("p95", exact=True).first.click()
    page.wait_for_function("(id) => meshhub.graph().getElementById(id).data('label').includes('p95')", arg=RATINGS)
    page.locator("#topology-display").click()
    page.locator("#topology-groups").get_by_text("Boxes").click()
    placed(page, 5)
    page.keyboard.press("Escape")
    assert parameters(page) == {"labels": ["rate,mtls,p95"], "groups": ["closed"]}
    page.locator("#frame-scope").click()
    page.get_by_role("option", name="finance").click()
    placed(page, 3)
    visitor.keep("topology-namespaces-light")
    address = page.url
    other = visitor.page.context.new_page()
    other.goto(address)
    placed(other, 3)
    expect(other.locator("#frame-page")).to_contain_text("7 of 13 services, grouped in 2 boxes")
    other.evaluate("() => meshhub.graph().getElementById('namespace:finance@demo').emit('dbltap')")
    placed(other, 4)
    assert parameters(other)["open"] == ["namespace:finance@demo"]


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


def test_a_service_that_calls_itself_has_a_line_and_the_console_stays_quiet(visitor: Any) -> None:
    said: list[str] = []
    visitor.page.on("console", lambda message: said.append(message.text) if message.type == "warning" else None)
    visitor.site.reads.graphs.make_graph = lambda window: graphs.build(
        window, [Place("cart"), Place("b")], [Call("cart", "cart", 5), Call("cart", "b", 5)]
    )
    page = visitor.go("topology")
    placed(page, 2)
    drawn = "() => meshhub.graph().edges(':loop').map((edge) => Object.values(edge.sourceEndpoint())).flat()"
    ends = page.evaluate(drawn)
    assert [type(end) in (int, float) for end in ends] == [True, True]
    assert said == []


def test_menus_open_by_click_are_walked_by_keys_and_close(visitor: Any) -> None:
    page = visitor.go("topology")
    placed(page, 13)
    button, png = page.locator("#topology-export"), page.locator("#topology-png")
    expect(png).not_to_be_visible()
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(png).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#topology-mermaid")).to_be_focused()
    page.keyboard.press("Escape")
    expect(png).not_to_be_visible()
    expect(button).to_be_focused()
    button.click()
    page.locator("#frame-share").click()
    expect(png).not_to_be_visible()
    expect(page.locator("#frame-copy-link")).to_be_visible()
    page.mouse.click(30, 700)
    expect(page.locator("#frame-copy-link")).not_to_be_visible()


def test_two_hundred_services_are_drawn_by_namespace_in_both_schemes(visitor: Any) -> None:
    made = graphs.mesh(WINDOW, 200, 600)
    visitor.site.reads.graphs.make_graph = lambda _window: made
    page = visitor.go("topology")
    placed(page, 18)
    visitor.keep("topology-200-light")
    page.locator("#frame-theme").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.evaluate(FRAMES)
    visitor.keep("topology-200-dark")


def test_a_thousand_services_are_drawn_grouped_and_singly_and_refreshed(visitor: Any) -> None:
    """They are judged beforehand, as a hub has done that somebody looked at."""

    def seconds(nodes: int) -> float:
        started = time.monotonic()
        placed(visitor.go("topology"), nodes)
        return time.monotonic() - started

    seconds(13)
    ten = seconds(13)
    made = graphs.mesh(WINDOW, 1000, 10_000)
    reads = visitor.site.reads
    reads.graphs.make_graph = lambda _window: made
    reads.insights.health(made)
    thousand = seconds(90)
    visitor.keep("topology-1000-light")
    visitor.note("usable-after-seconds", {"10 services": round(ten, 2), "1,000 services": round(thousand, 2)})
    page = visitor.page
    page.evaluate(OPEN_FIRST_GROUP)
    page.wait_for_function("() => meshhub.graph().nodes('.box').nonempty()")
    expect(page.locator("#topology-canvas")).not_to_have_attribute("data-placed", "90")
    assert page.evaluate(IN_SIGHT), "what was opened is looked at"
    assert page.evaluate(STRANGERS_IN_BOXES) == [], "a box that is opened stands apart from the others"
    visitor.keep("topology-1000-opened-light")
    page.evaluate("() => meshhub.query.change({ open: '' })")
    placed(page, 90)
    page.locator("#topology-display").click()
    page.locator("#topology-groups").get_by_text("Services").click()
    placed(page, 1000)
    expect(page.locator("#topology-count")).to_contain_text(
        "1,000 services · 10,000 edges · the 1,500 failing or busiest"
    )
    page.evaluate("() => { window.touched = 0; meshhub.graph().on('add remove data position', () => touched++); }")
    refresh(page)
    assert page.evaluate("() => touched") == 0, "what is the same is not touched"
    taken = page.evaluate("() => Number(document.getElementById('topology-canvas').dataset.milliseconds)")
    visitor.note("refresh-of-1000-open-milliseconds", {"takeover": taken})


def test_a_comparison_is_drawn_told_and_sorted(visit: Callable[..., Any]) -> None:
    visitor = visit("dark")
    page = visitor.go("topology")
    placed(page, 13)
    page.locator("#frame-compare-menu").click()
    page.locator("#frame-compare-day").click()
    page.wait_for_function("(id) => meshhub.graph().getElementById(id).hasClass('change-worse')", arg=RATINGS)
    assert parameters(page)["compare"] == ["1d"]
    expect(page.locator("#frame-compare")).to_have_text("vs 1 d ago")
    expect(page.locator("#topology-panel h2").first).to_have_text("What changed")
    expect(page.locator("#topology-panel .changed tbody tr").first).to_contain_text("worse reviews → ratings")
    visitor.keep("topology-compare-dark")
    page.locator("#topology-panel .changed th").get_by_text("rate").click()
    expect(page.locator("#topology-panel .changed th[aria-sort]")).to_contain_text("rate")
    assert parameters(page)["sort"] == ["rate"]
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.locator(".page.hub")).to_be_visible()
    assert parameters(page) == {"compare": ["1d"]}, "every page is asked for the same comparison"
    page.keyboard.press("c")
    expect(page.locator("#frame-compare")).to_have_text("Compare")
    page.keyboard.press("c")
    expect(page.locator("#frame-compare")).to_have_text("vs 1 d ago")


def test_find_marks_hide_removes_and_a_fault_says_where(visitor: Any) -> None:
    page = visitor.go("topology")
    placed(page, 13)
    page.keyboard.press("/")
    page.keyboard.type("ns = fin")
    expect(page.locator("#expression-suggestions[data-for='ns = fin'] li").first).to_contain_text("finance")
    page.keyboard.press("Tab")
    expect(page.locator("#topology-find")).to_have_value("ns = finance ")
    page.keyboard.type("and (err > 1% or p99 > 500ms)")
    page.wait_for_function("() => meshhub.graph().getElementById('demo:finance:payment').hasClass('found')")
    expect(page.locator("#topology-count")).to_contain_text("found")
    visitor.keep("topology-found-light")
    page.locator("#topology-hide").fill("kind = external or idle")
    page.wait_for_function("() => meshhub.graph().getElementById('external:bank.example').empty()")
    assert parameters(page)["hide"] == ["kind = external or idle"]
    page.locator("#topology-find").fill("ns = shop and errr > 1%")
    expect(page.locator("#topology-find-fault")).to_contain_text("Character 15")
    expect(page.locator("#topology-find-fault .at")).to_have_text("e")
    expect(page.locator("#topology-find-fault")).to_contain_text("Did you mean err?")
    page.reload()
    placed(page, 12)
    expect(page.locator("#topology-hide")).to_have_value("kind = external or idle")


def test_the_graph_is_focused_walked_zoomed_and_moved_by_keyboard(visitor: Any) -> None:
    page = visitor.go("topology?select=demo:shop:catalog")
    placed(page, 13)
    page.keyboard.press("f")
    placed(page, 4)
    page.keyboard.press("2")
    placed(page, 6)
    assert parameters(page)["hops"] == ["2"]
    expect(page.locator("#topology-focus")).to_be_visible()
    page.keyboard.press("f")
    placed(page, 13)
    assert "focus" not in parameters(page)
    expect(page.locator("#topology-focus")).not_to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#topology-panel h2")).to_have_text("The mesh")
    page.keyboard.press("Tab")
    expect(page.locator("#topology-panel h2")).to_have_text("Unknown")
    page.keyboard.press("Tab")
    expect(page.locator("#topology-panel h2")).to_have_text("gateway")
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#topology-panel h2")).to_have_text("Unknown")
    zoom, pan = "() => meshhub.graph().zoom()", "() => meshhub.graph().pan().x"
    page.keyboard.press("0")
    before = page.evaluate(zoom)
    page.keyboard.press("+")
    assert page.evaluate(zoom) > before
    moved = page.evaluate(pan)
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(pan) == moved + 60
    page.keyboard.press("0")
    assert page.evaluate(zoom) == pytest.approx(before)


def test_a_window_is_replayed_paused_and_stepped(visitor: Any) -> None:
    page = visitor.go("topology")
    placed(page, 13)
    before = page.evaluate(POSITIONS)
    page.keyboard.press("p")
    bar = page.locator("#topology-replay-bar")
    expect(bar).to_be_visible()
    page.wait_for_function(
        "() => parseInt(document.getElementById('topology-frame-time').textContent.split('  ')[1]) >= 3"
    )
    expect(page.locator("#topology-count")).to_contain_text("20 s to")
    page.keyboard.press("p")
    expect(bar).to_have_attribute("data-playing", "off")
    at = parameters(page)["at"]
    page.keyboard.press(",")
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query)["at"] < at)
    page.keyboard.press(".")
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query)["at"] == at)
    visitor.keep("topology-replay-light")
    assert page.evaluate(POSITIONS) == before, "nothing moves from frame to frame"
    address = page.url
    page.locator("#topology-replay-end").click()
    expect(bar).not_to_be_visible()
    assert not {"at", "end"} & set(parameters(page))
    page.goto(address)
    expect(page.locator("#topology-count")).to_contain_text("20 s to")


def test_what_is_shown_is_saved(visitor: Any) -> None:
    page = visitor.go("topology?ns=finance")
    placed(page, 7)
    for item, ending, start in (
        ("png", "png", b"\x89PNG"),
        ("svg", "svg", b"<svg"),
        ("json", "json", b"{"),
        ("graphml", "graphml", b"<?xml"),
        ("dot", "dot", b"digraph"),
        ("mermaid", "mmd", b"flowchart"),
    ):
        page.locator("#topology-export").click()
        with page.expect_download() as saving:
            page.locator(f"#topology-{item}").click()
        assert saving.value.suggested_filename.endswith(f".{ending}")
        content = saving.value.path().read_bytes()
        assert content.startswith(start)
        if item not in ("png", "mermaid"):
            assert b"payment" in content
            assert b"storefront" not in content, "it is not shown"


def test_traffic_moves_where_it_is_wanted(visit: Callable[..., Any], browser: Browser, site: Any) -> None:
    page = visit().go("topology")
    placed(page, 13)
    page.wait_for_function("() => meshhub.moving() > 5")
    page.keyboard.press("m")
    page.wait_for_function("() => !meshhub.moving()")
    assert parameters(page)["motion"] == ["off"]
    context = browser.new_context(reduced_motion="reduce")
    calm = context.new_page()
    calm.goto(f"{site.url}/ui/topology")
    placed(calm, 13)
    calm.evaluate(FRAMES)
    assert not calm.evaluate("() => meshhub.moving()")
    context.close()


def test_two_services_of_one_name_are_told_apart(visitor: Any) -> None:
    def twins(window: TimeRange) -> ServiceGraph:
        graph = graphs.build(window, [Place("api"), Place("front")], [Call("front", "api", 5)])
        api, front = graph.nodes
        return replace(
            graph, nodes=(api, replace(front, service="api", cluster="west"), replace(api, id="x", cluster="east"))
        )

    visitor.site.reads.graphs.make_graph = twins
    page = visitor.go("topology")
    placed(page, 3)
    labels = page.evaluate("() => meshhub.graph().nodes('.box').map((box) => box.data('label'))")
    assert sorted(labels) == ["shop · demo", "shop · east", "shop · west"]
    expect(page.locator("#frame-clusters")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("api")
    for name in ("api · shop · demo", "api · shop · east", "api · shop · west"):
        expect(page.get_by_role("option", name=name, exact=True)).to_be_visible()
