"""The topology page in a headless Chromium: until it can be used, and what a refresh keeps the browser from doing.

    python -m benchmarks.page [--services 10 200 1000] [--refreshes 3] [--pictures FOLDER]

The real web application with made-up answers, judged beforehand as a hub has done that somebody looked at. "usable" is
from the start of the navigation until the graph is drawn and the pointer and keys work, by the page's own clock. "CPU"
is of the page's main thread, which is what to compare on a busy machine. A long task is one that the browser reports
(50 ms or more, wall time): while it lasts, nothing answers. Refreshes are of two kinds: nothing changed, and all
numbers did.
"""

import argparse
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.trace import NoOpTracerProvider
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from dashboard.settings import WebSettings
from dashboard.ui import content_security_policy, create_ui
from meshhub.clock import SystemClock
from meshhub.model import TimeRange
from meshhub.telemetry.provider import Exposition
from meshhub.testing import graphs
from meshhub.testing.fake_reads import FakeReads
from meshhub.testing.graphs import SHOP_CALLS, SHOP_PLACES
from meshhub.web.application import Pages, Parts, create_application
from meshhub.web.server import WebServer
from topology.model import EdgeView, ServiceGraph

EDGES = {200: 600, 1_000: 10_000}
"""Edges of a mesh of so many services; of ten it is the shop."""

TIMEOUT_MILLISECONDS = 120_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) window.longTasks.push(each.duration);
}).observe({ type: "longtask", buffered: true });
document.addEventListener("meshhub-drawn", () => { window.drawnAt = window.drawnAt || performance.now(); });
"""

REFRESH = """() => new Promise((done) => {
  window.longTasks = [];
  const heard = (event) => {
    if (!event.detail.fresh) return;
    document.removeEventListener("meshhub-drawn", heard);
    /* What the browser still has to do comes before the second frame. */
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100)));
  };
  document.addEventListener("meshhub-drawn", heard);
  dash_clientside.set_props("frame-tick", {n_intervals: Date.now()});
})"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one thing took: CPU milliseconds of the main thread, and the long tasks meanwhile, in milliseconds."""

    cpu: float
    long_tasks: list[float]

    @property
    def longest(self) -> float:
        return max(self.long_tasks, default=0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, nargs="+", default=[10, 200, 1_000])
    parser.add_argument("--refreshes", type=int, default=3)
    parser.add_argument("--pictures", type=Path, help="keep screenshots of every size, light and dark, in this folder")
    options = parser.parse_args()
    path = next(filter(None, map(shutil.which, BROWSERS)))
    with _site() as (url, reads), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        _visit(browser, url, reads, 10, 0, None)
        rows = [
            _visit(browser, url, reads, services, options.refreshes, options.pictures) for services in options.services
        ]
        browser.close()
    names = {name: len(name) + 3 for name in rows[0]}
    print("".join(f"{name:>{width}}" for name, width in names.items()))
    for row in rows:
        print("".join(f"{row[name]:>{width},.0f}" for name, width in names.items()))
    target = Path("benchmarks/results/page.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


@contextmanager
def _site() -> Iterator[tuple[str, FakeReads]]:
    clock, reads = SystemClock(), FakeReads()
    ui = create_ui(reads, clock)
    pages = Pages(ui.server, content_security_policy(ui))
    meter, tracer = NoOpMeterProvider().get_meter("bench"), NoOpTracerProvider().get_tracer("bench")
    parts = Parts((), pages, (), lambda _accept: Exposition(b"", "text/plain"), meter, tracer, "bench")
    settings = WebSettings(address="127.0.0.1:0")
    server = WebServer(settings)
    server.bind()
    server.start(create_application(settings, parts))
    try:
        yield server.url, reads
    finally:
        server.stop()


def _visit(
    browser: Browser, url: str, reads: FakeReads, services: int, refreshes: int, pictures: Path | None
) -> dict[str, float]:
    """The figures of a mesh of this size; milliseconds but for the counts."""
    made = {"graph": _mesh(services)}
    reads.insights.health(made["graph"])
    reads.graphs.make_graph = lambda _window: made["graph"]
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    context.set_default_timeout(TIMEOUT_MILLISECONDS)
    page = context.new_page()
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text) if message.type in ("warning", "error") else None)
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(f"{url}/ui/topology", wait_until="commit")
    page.wait_for_function("() => window.drawnAt && Number(document.getElementById('topology-canvas').dataset.placed)")
    usable = float(page.evaluate("() => window.drawnAt"))
    opened = Measured(_cpu(session), page.evaluate("() => window.longTasks"))
    if pictures is not None:
        _keep(page, pictures, services)
    same = [_refresh(page, session) for _ in range(refreshes)]
    changed = []
    for turn in range(refreshes):
        made["graph"] = _busier(made["graph"], 1.1 + turn / 10)
        reads.insights.health(made["graph"])
        changed.append(_refresh(page, session))
    context.close()
    for text in sorted(set(warnings)):
        print(f"{services} services: console says: {text[:160]}")
    return {
        "services": services,
        "usable": usable,
        "CPU until then": opened.cpu,
        "longest task": opened.longest,
        "refresh CPU, same": median([each.cpu for each in same] or [0.0]),
        "longest task, same": max([each.longest for each in same] or [0.0]),
        "refresh CPU, changed": median([each.cpu for each in changed] or [0.0]),
        "longest task, changed": max([each.longest for each in changed] or [0.0]),
        "console warnings": len(warnings),
    }


def _mesh(services: int) -> ServiceGraph:
    window = TimeRange.last(timedelta(minutes=15), now=SystemClock().now())
    edges = EDGES.get(services, services * 3)
    return graphs.build(window, SHOP_PLACES, SHOP_CALLS) if services <= 10 else graphs.mesh(window, services, edges)


def _busier(graph: ServiceGraph, factor: float) -> ServiceGraph:
    """The same edges with other numbers."""

    def grown(view: EdgeView) -> EdgeView:
        rates = replace(
            view.rates, requests=int(view.rates.requests * factor), per_second=view.rates.per_second * factor
        )
        return replace(view, rates=rates)

    edges = tuple(replace(edge, headline=grown(edge.headline)) for edge in graph.edges)
    return replace(graph, edges=edges)


def _refresh(page: Page, session: CDPSession) -> Measured:
    before = _cpu(session)
    page.evaluate(REFRESH)
    return Measured(_cpu(session) - before, page.evaluate("() => window.longTasks"))


def _cpu(session: CDPSession) -> float:
    """Milliseconds of CPU that the page's main thread took so far."""
    metrics: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(float(each["value"]) for each in metrics if each["name"] == "TaskDuration")


def _keep(page: Page, folder: Path, services: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"topology-{services}-light.png")
    page.locator("#frame-theme").click()
    page.wait_for_function("() => document.documentElement.dataset.mantineColorScheme === 'dark'")
    page.screenshot(path=folder / f"topology-{services}-dark.png")
    page.locator("#frame-theme").click()


if __name__ == "__main__":
    main()
