"""A real Chromium on the real web application, with made-up answers of the hub behind it."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.trace import NoOpTracerProvider
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from dashboard.settings import WebSettings
from dashboard.ui import content_security_policy, create_ui
from meshhub.clock import SystemClock
from meshhub.telemetry.provider import Exposition
from meshhub.testing.fake_reads import FakeReads
from meshhub.web.application import Pages, Parts, create_application
from meshhub.web.server import WebServer

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "browser"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
WINDOW = {"width": 1440, "height": 900}
TIMEOUT_MILLISECONDS = 15_000


@dataclass(frozen=True)
class Site:
    """The pages at `url`; what they show is set through `reads`."""

    url: str
    reads: FakeReads


@dataclass
class Visitor:
    """One browser page, and everything that went wrong in it."""

    page: Page
    site: Site
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a path below /ui/ and wait until the page stands."""
        self.page.goto(f"{self.site.url}/ui/{path}")
        self.page.wait_for_selector(".page, .card")
        return self.page

    def keep(self, name: str) -> None:
        """Keep a screenshot in artifacts/browser."""
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{name}.png")

    def note(self, name: str, figures: Mapping[str, float]) -> None:
        """Keep figures beside the screenshots."""
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        (ARTIFACTS / f"{name}.json").write_text(json.dumps(figures), encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Gone with the module: as long as playwright is there, an event loop runs in this thread, and no other can."""
    path = next(filter(None, map(shutil.which, NAMES)))
    expect.set_options(timeout=TIMEOUT_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _served() -> Iterator[Site]:
    clock = SystemClock()
    reads = FakeReads()
    ui = create_ui(reads, clock)
    settings = WebSettings(address="127.0.0.1:0")
    pages = Pages(ui.server, content_security_policy(ui))
    meter, tracer = NoOpMeterProvider().get_meter("test"), NoOpTracerProvider().get_tracer("test")
    parts = Parts((), pages, (), lambda _accept: Exposition(b"", "text/plain"), meter, tracer, "test")
    server = WebServer(settings)
    server.bind()
    server.start(create_application(settings, parts))
    yield Site(server.url, reads)
    server.stop()


@pytest.fixture
def site(_served: Site) -> Site:
    """The site as it is at first: the shop, and a hub that answers."""
    fresh = FakeReads()
    for name, value in vars(fresh).items():
        setattr(_served.reads, name, value)
    return _served


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors. After the test, none of them may have seen an error or a request to another host."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def make(scheme: str = "light") -> Visitor:
        context = browser.new_context(viewport=WINDOW, color_scheme=scheme)  # type: ignore[arg-type]
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
        context.set_default_timeout(TIMEOUT_MILLISECONDS)
        contexts.append(context)
        visitors.append(_watched(context.new_page(), site))
        return visitors[-1]

    yield make
    faults = [fault for visitor in visitors for fault in visitor.faults]
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def visitor(visit: Callable[..., Visitor]) -> Visitor:
    return visit()


def _watched(page: Page, site: Site) -> Visitor:
    visitor = Visitor(page, site)

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            visitor.faults.append(f"console: {message.text}")

    def on_request(request: Request) -> None:
        if not request.url.startswith((f"{site.url}/", "data:", "blob:")):
            visitor.faults.append(f"request to another host: {request.url}")

    page.on("console", on_console)
    page.on("request", on_request)
    page.on("pageerror", lambda error: visitor.faults.append(f"script: {error}"))
    page.on("dialog", lambda dialog: visitor.faults.append(f"dialog: {dialog.message}"))
    return visitor
