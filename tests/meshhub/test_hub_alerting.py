"""The whole hub pages once and resolves once, though it is killed with kill -9 in between."""

import json
import queue
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from meshhub.testing.hub import RunningHub, running_hub, until
from meshhub.testing.otlp import Proxy, access_log, inbound, logs_request
from meshhub.testing.webhook_receiver import WebhookReceiver, running_receiver

pytestmark = pytest.mark.timeout(240)

HAPPENS_SECONDS = 90.0
QUIET_SECONDS = 6.0
SHOP, CART = Proxy("alerted-shop"), Proxy("alerted-cart")


class Traffic(threading.Thread):
    """Twenty requests to the cart every half second, `failing` of them with 503; through hubs that come and go."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.failing = 0
        self.target = ""
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(0.5):
            now = time.time_ns()
            codes = ["503"] * self.failing + ["200"] * (20 - self.failing)
            records = [access_log(now, inbound(SHOP, CART, response_code=code)) for code in codes]
            body = logs_request(CART, records).SerializeToString()
            headers = {"content-type": "application/x-protobuf"}
            try:
                httpx.post(f"{self.target}/v1/logs", content=body, headers=headers, timeout=5, trust_env=False)
            except httpx.HTTPError:
                continue

    def stop(self) -> None:
        self._stopped.set()
        if self.is_alive():
            self.join(30)


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with running_receiver() as running:
        yield running


def configuration(folder: Path, receiver: WebhookReceiver) -> dict[str, str]:
    """Settings of a hub that pages the receiver when the cart fails."""
    burn = {"long": "20s", "short": "10s", "burn": 14.4}
    promise = {"name": "cart", "service": "test/alerted-cart", "objective": 99, "window": "1d", "burn_rates": [burn]}
    (folder / "slos.yaml").write_text(yaml.safe_dump({"slos": [promise]}))
    pager = {"routing_key": "key", "url": f"{receiver.url}/v2/enqueue"}
    notifications = {
        "allow_private_addresses": True,
        "receivers": [{"name": "ops", "pagerduty": [pager]}],
        "route": {"receiver": "ops", "group_by": ["slo"], "group_wait": "1s", "group_interval": "2s"},
    }
    (folder / "notifications.yaml").write_text(yaml.safe_dump(notifications))
    return {
        "alerting.slos": str(folder / "slos.yaml"),
        "alerting.notifications": str(folder / "notifications.yaml"),
        "alerting.evaluate_every_seconds": "1",
    }


def next_event(receiver: WebhookReceiver) -> tuple[str, str]:
    """The action and the key of the next event that arrives."""
    event = json.loads(receiver.received.get(timeout=HAPPENS_SECONDS).body)
    return event["event_action"], event["dedup_key"]


def _states(hub: RunningHub) -> list[str]:
    return [each["state"] for each in hub.get("/api/v1/notifications").json()["notifications"]]


def kill(hub: RunningHub) -> None:
    hub.process.send_signal(signal.SIGKILL)
    hub.wait()


def test_one_page_and_one_resolve_though_the_hub_is_killed(tmp_path: Path, receiver: WebhookReceiver) -> None:
    settings = configuration(tmp_path, receiver)
    data = tmp_path / "data"
    traffic = Traffic()
    try:
        with running_hub(data, settings=settings) as hub:
            traffic.target, traffic.failing = hub.otlp_http, 10
            traffic.start()
            action, key = next_event(receiver)
            assert action == "trigger"
            until(lambda: _states(hub) == ["delivered"])  # else it is, rightly, sent again
            kill(hub)
        with running_hub(data, settings=settings) as hub:
            traffic.target = hub.otlp_http
            with pytest.raises(queue.Empty):
                receiver.received.get(timeout=QUIET_SECONDS)
            (alert,) = hub.get("/api/v1/alerts").json()["alerts"]
            assert (alert["state"], alert["labels"]["slo"]) == ("firing", "cart")
            traffic.failing = 0
            kill(hub)
        with running_hub(data, settings=settings) as hub:
            traffic.target = hub.otlp_http
            assert next_event(receiver) == ("resolve", key)
            with pytest.raises(queue.Empty):
                receiver.received.get(timeout=QUIET_SECONDS)
            assert hub.terminate() == 0
    finally:
        traffic.stop()
