import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from meshhub.testing import traces
from traces.otlp_json import write_otlp

pytestmark = pytest.mark.browser


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def opened(visitor: Any, trace_id: str, more: str = "") -> Page:
    page: Page = visitor.go(f"trace?id={trace_id}{more}")
    expect(page.locator(".t-row").first).to_be_visible()
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_trace_is_drawn_and_its_failed_span_explained(visit: Callable[..., Any], scheme: str) -> None:
    visitor = visit(scheme)
    page = opened(visitor, traces.TRACE_ID)
    expect(page.locator(".t-row")).to_have_count(17)
    expect(page.locator("#trace-head")).to_contain_text("The clock of payment (payment-v1-1) was 420 ms behind")
    expect(page.locator("#trace-panel")).to_contain_text("On the critical path")
    visitor.keep(f"trace-{scheme}")
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    expect(page.locator(".trace-span h2")).to_contain_text("egress /payments/91")
    expect(page.locator(".trace-span")).to_contain_text("The upstream did not answer within the route's timeout.")
    visitor.keep(f"trace-span-{scheme}")
    address = page.url
    page.get_by_text("Copy its link").click()
    expect(page.locator("#toast")).to_have_text("Copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == address
    page.keyboard.press("Escape")
    expect(page.locator("#trace-panel h2")).to_have_text("Where the time went")
    assert "span" not in parameters(page)
    page.goto(address)
    expect(page.locator(".t-row.chosen .what")).to_have_text("egress /payments/91")


def test_rows_are_walked_folded_and_zoomed_by_keyboard(visitor: Any) -> None:
    page = opened(visitor, traces.TRACE_ID)
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(page.locator(".t-row.cursor")).to_have_attribute("data-index", "1")
    page.keyboard.press("x")
    expect(page.locator(".t-row")).to_have_count(3)
    page.keyboard.press("x")
    expect(page.locator(".t-row")).to_have_count(17)
    whole = page.locator(".t-tick").last.inner_text()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".t-tick").last).not_to_have_text(whole)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("0")
    expect(page.locator(".t-tick").last).to_have_text(whole)
    page.locator("[data-act=fold]").click()
    expect(page.locator(".t-row")).to_have_count(2)
    page.locator("[data-act=deeper]").click()
    expect(page.locator(".t-row")).to_have_count(3)
    page.keyboard.press("ArrowUp")
    expect(page.locator(".t-tick").last).not_to_have_text(whole)
    part = page.locator(".t-tick").last.inner_text()
    page.wait_for_function(
        "() => ((given) => given.get('fold') === '@1' && given.get('zoom'))(new URLSearchParams(location.search))"
    )
    page.reload()
    expect(page.locator(".t-row")).to_have_count(3)
    expect(page.locator(".t-tick").last).to_have_text(part)


def test_the_minimap_zooms(visitor: Any) -> None:
    page = opened(visitor, traces.TRACE_ID)
    box = page.locator(".minimap").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 20, steps=4)
    page.mouse.up()
    expect(page.locator(".t-tick").first).to_have_text(re.compile(r"^93\.[0-9] ms$"))
    visitor.keep("trace-zoomed-light")
    page.locator(".minimap").dblclick()
    expect(page.locator(".t-tick").first).to_have_text("0 µs")


def test_text_is_found_within_a_trace(visitor: Any) -> None:
    page = opened(visitor, traces.TRACE_ID)
    page.keyboard.press("/")
    page.keyboard.type("db.system=redis")
    page.keyboard.press("Enter")
    expect(page.locator("#trace-found")).to_have_text("1 span")
    expect(page.locator(".t-row.hit .what")).to_have_text("redis GET")
    assert parameters(page)["find"] == ["db.system=redis"]
    page.locator("#trace-find").fill("payments")
    page.keyboard.press("Enter")
    expect(page.locator("#trace-found")).to_have_text("6 spans")
    first = page.locator(".t-row.cursor").get_attribute("data-index")
    page.keyboard.press("Enter")
    expect(page.locator(".t-row.cursor")).not_to_have_attribute("data-index", str(first))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_way_to_look_at_a_trace(visit: Callable[..., Any], scheme: str) -> None:
    visitor = visit(scheme)
    page = opened(visitor, traces.TRACE_ID)
    page.locator("[data-tab=table]").click()
    page.locator(".trace-tab table a").first.click()
    expect(page.locator(".trace-span")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#trace-panel h2")).to_have_text("Where the time went")
    assert parameters(page)["tab"] == ["table"], "closing a span keeps the way to look"
    for tab, shown in (
        ("map", ".trace-map .map-node"),
        ("flame", ".flame-box"),
        ("statistics", ".trace-tab table"),
        ("table", ".trace-tab table"),
        ("logs", ".trace-tab .log"),
        ("json", ".trace-json"),
    ):
        page.locator(f"[data-tab={tab}]").click()
        expect(page.locator(shown).first).to_be_visible()
        assert parameters(page)["tab"] == [tab]
        visitor.keep(f"trace-{tab}-{scheme}")
    page.locator("[data-tab=timeline]").click()
    expect(page.locator(".t-row").first).to_be_visible()


def test_two_traces_are_compared(visitor: Any) -> None:
    page = opened(visitor, traces.TRACE_ID)
    page.locator("#trace-other").fill(traces.OTHER_ID)
    page.locator("#trace-compare").click()
    expect(page.locator(".compared-row.added")).to_have_count(3)
    visitor.keep("trace-compare-light")
    page.get_by_text("Leave the comparison").click()
    expect(page.locator(".t-row").first).to_be_visible()


def test_a_file_is_opened_without_anything_stored(visitor: Any, tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(write_otlp(traces.checkout("cd" * 16).spans)), encoding="utf-8")
    page = visitor.go("trace")
    expect(page.get_by_text("Look at a trace")).to_be_visible()
    visitor.keep("trace-empty-light")
    page.locator("#trace-file input").set_input_files(file)
    expect(page.locator(".t-row")).to_have_count(17)
    expect(page.locator("#trace-head")).to_contain_text("cd" * 16)
    assert parameters(page)["id"][0].startswith("file-")
    (tmp_path / "bad.json").write_text("hello", encoding="utf-8")
    page.locator("#trace-file input").set_input_files(tmp_path / "bad.json")
    expect(page.locator("#toast")).to_contain_text("could not read the file")


def test_a_hostile_trace_is_text_and_bounded(visitor: Any) -> None:
    page = opened(visitor, traces.HOSTILE_ID)
    expect(page.locator(".t-row")).to_have_count(5)
    page.locator(".t-row").first.click()
    expect(page.locator(".trace-span")).to_contain_text("cut: a download has it whole")
    for tab in ("map", "flame", "statistics", "table", "logs", "json"):
        page.locator(f"[data-tab={tab}]").click()
        page.wait_for_timeout(150)
    assert page.locator("img").count() == 0
    assert len(page.content()) < 900_000


def test_what_is_not_found_leads_on(visitor: Any) -> None:
    page = visitor.go(f"trace?id={'12' * 16}")
    expect(page.get_by_text("Nothing is known of this trace")).to_be_visible()
    visitor.keep("trace-missing-light")
    page.get_by_text("Look for a request with this id").click()
    expect(page.get_by_text("Nothing is known of this request")).to_be_visible()


def test_from_a_journey_to_its_trace_and_back(visitor: Any) -> None:
    page = visitor.go("requests?id=6f1c9d52-8f0e-9c1b-9c53-0b6a2d4f7e11")
    page.locator(".head a", has_text=traces.TRACE_ID).click()
    expect(page.locator(".t-row").first).to_be_visible()
    page.locator("#trace-head a", has_text="6f1c9d52").click()
    expect(page.locator(".waterfall .row.hop")).to_have_count(7)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ten_thousand_spans_are_smooth(visit: Callable[..., Any], scheme: str) -> None:
    visitor = visit(scheme)
    visitor.site.reads.traces.trace(traces.LARGE_ID)
    visitor.go("trace")
    watch = visitor.page.context.new_cdp_session(visitor.page)
    watch.send("Performance.enable", {"timeDomain": "threadTicks"})
    started, worked = time.monotonic(), time.process_time()
    page = opened(visitor, traces.LARGE_ID)
    usable, hub = time.monotonic() - started, time.process_time() - worked
    drawing = {each["name"]: each["value"] for each in watch.send("Performance.getMetrics")["metrics"]}
    assert page.locator(".t-row").count() < 80
    visitor.keep(f"trace-10000-{scheme}")
    frames = page.evaluate(
        """async () => {
          const view = document.querySelector(".trace-rows");
          const times = [];
          for (let step = 0; step < 60; step += 1) {
            view.scrollTop += 3777;
            const before = performance.now();
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            times.push(performance.now() - before);
          }
          times.sort((one, other) => one - other);
          return {middle: times[30], slowest: times[59]};
        }"""
    )
    expect(page.locator(".t-row").first).to_be_visible()
    cpu = {"CPU seconds of hub and test": round(hub, 2), "CPU seconds of the page": round(drawing["TaskDuration"], 2)}
    visitor.note(f"trace-10000-{scheme}", {"usable after seconds": round(usable, 2), **cpu, **frames})
