"""The pages on a hub of their own: what proxies sent over OTLP is on the graph, and each request is found by its id."""

import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from meshhub.testing.hub import RunningHub, running_hub, until
from meshhub.testing.otlp import Proxy, access_log, inbound, logs_request, outbound

pytestmark = pytest.mark.browser

FRONT, BACK = Proxy("browser-front"), Proxy("browser-back")
MILLISECOND = 1_000_000


@pytest.fixture(scope="module")
def real_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with running_hub(tmp_path_factory.mktemp("browser-hub")) as hub:
        yield hub


def send_call(hub: RunningHub, request_id: str, code: str) -> None:
    """One call, as both proxies report it."""
    start = time.time_ns() - 50 * MILLISECOND
    shared: dict[str, Any] = {"request_id": request_id, "response_code": code, "method": "GET", "path": "/things/7"}
    for proxy, attributes, at in (
        (FRONT, outbound(FRONT, BACK, **shared), start),
        (BACK, inbound(FRONT, BACK, **shared), start + MILLISECOND),
    ):
        body = logs_request(proxy, [access_log(at, attributes)])
        answer = httpx.post(
            f"{hub.otlp_http}/v1/logs",
            content=body.SerializeToString(),
            headers={"Content-Type": "application/x-protobuf"},
            trust_env=False,
        )
        assert answer.status_code == 200


def test_a_request_that_proxies_sent_is_on_the_graph_and_found_by_its_id(
    browser: Browser, real_hub: RunningHub
) -> None:
    request_id = str(uuid.uuid4())
    send_call(real_hub, request_id, "503")
    until(lambda: real_hub.get(f"/api/v1/requests/{request_id}").status_code == 200)
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(20_000)
    page.goto(f"{real_hub.url}/ui/")
    expect(page.get_by_text("2 services · 1 edge")).to_be_visible(timeout=20_000)
    page.goto(f"{real_hub.url}/ui/requests?id={request_id}")
    expect(page.locator(".waterfall .row.hop")).to_have_count(1, timeout=20_000)
    expect(page.get_by_text("503").first).to_be_visible()
    page.goto(f"{real_hub.url}/ui/hub")
    expect(page.get_by_text("access_logs").first).to_be_visible(timeout=20_000)
    page.close()
