"""The demo under faults as its user lives through them: who is paged, why, when it is over, and what finders name."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from meshhub.demo.control import ControlClient
from meshhub.demo.faults import Fault, FaultKind
from meshhub.demo.workdir import DemoState, find_running
from meshhub.errors import NotFound

pytestmark = [pytest.mark.envoy, pytest.mark.timeout(400)]

UP_SECONDS = 120.0
HAPPENS_SECONDS = 120.0
SOON_SECONDS = 15.0
"""From the moment the threshold was crossed to the page."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoState]:
    """A running demo."""
    root = tmp_path_factory.mktemp("demo") / "root"
    command = [sys.executable, "-m", "meshhub.cli", "demo", "--work-dir", str(root)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield _up(process, root)
        finally:
            process.kill()


@contextmanager
def fault(state: DemoState, kind: FaultKind, service: str) -> Iterator[None]:
    """Switched on while the block runs."""
    control = ControlClient(state)
    control.switch(Fault(kind, service), on=True)
    try:
        yield
    finally:
        control.switch(Fault(kind, service), on=False)


def test_a_fault_pages_once_with_the_right_edge_and_reason_and_is_resolved(shop: DemoState) -> None:
    def pages(action: str) -> list[dict[str, Any]]:
        return [page for page in _get(f"{shop.pager_url}/pages") if page["action"] == action]

    with fault(shop, FaultKind.ERRORS, "payment"):
        triggers = eventually(lambda: pages("trigger"))
    (page,) = triggers
    assert page["source"] == "shop/payment"
    assert page["summary"].startswith("payment-availability: ")
    assert "shop/checkout → shop/payment" in page["reason"]
    assert "Most end with 500." in page["reason"]
    assert any("/ui/requests?id=" in link for link in page["links"])

    (resolve,) = eventually(lambda: pages("resolve"))
    assert resolve["dedup_key"] == page["dedup_key"]
    assert len(pages("trigger")) == 1, "one incident is one page"

    log = _get(f"{shop.hub_url}/api/v1/notifications")["notifications"]
    (told,) = [each for each in log if each["reason"] == "first_notification"]
    alert = _get(f"{shop.hub_url}/api/v1/alerts/{told['alerts'][0]}")["alert"]
    crossed, delivered = (datetime.fromisoformat(at) for at in (alert["starts_at"], told["attempts"][-1]["at"]))
    assert (delivered - crossed).total_seconds() < SOON_SECONDS


def test_a_change_of_sampling_reaches_every_proxy(shop: DemoState) -> None:
    def proxies() -> dict[str, Any]:
        return {each["node"]: each for each in _get(f"{shop.hub_url}/api/v1/wiring/proxies")["proxies"]}

    def taken() -> list[dict[str, Any]]:
        found = list(proxies().values())
        return found if all(each["standing"] == "current" for each in found) else []

    eventually(taken)
    before = proxies()
    change = {"percent": 35, "author": "a test"}
    asked = time.monotonic()
    answer = httpx.post(f"{shop.hub_url}/api/v1/wiring/sampling", json=change, timeout=30, trust_env=False)
    answered = time.monotonic()
    assert answer.status_code == 200
    after = {each["node"]: each for each in eventually(taken, seconds=0.01)}
    done = time.monotonic()
    took = f"answered after {answered - asked:.3f} s, all current {done - answered:.3f} s later"
    sys.stdout.write(f"{len(after)} proxies: {took}\n")

    assert len(after) == 13
    assert all(kind["taken"] == kind["sent"] for each in after.values() for kind in each["kinds"])
    told = {node for node, each in after.items() if each["wanted"] != before[node]["wanted"]}
    assert set(after) - told == {"sessions-v1-1.shop"}, "TCP has no requests to sample"
    for node in told:
        sent = [{kind["api"]: kind["sent"] for kind in each[node]["kinds"]} for each in (before, after)]
        assert {api for api, version in sent[1].items() if version != sent[0][api]} == {"RDS"}


def test_the_graph_shows_a_fault_on_its_edge_with_the_reason(shop: DemoState) -> None:
    def failing() -> list[dict[str, Any]]:
        graph = _get(f"{shop.hub_url}/api/v1/graph", window="30s")
        return [
            edge
            for edge in graph["edges"]
            if (edge["source"]["service"], edge["destination"]["service"]) == ("checkout", "payment")
            and edge["health"]["state"] == "failing"
        ]

    eventually(lambda: [] if failing() else [{"state": "not failing"}])  # what an earlier fault left has passed
    with fault(shop, FaultKind.ERRORS, "payment"):
        (edge,) = eventually(failing)
    assert "5xx" in str(edge["health"])


@pytest.mark.parametrize(
    ("kind", "service", "code"),
    [
        (FaultKind.LOST_CONTEXT, "catalog", "request-id-not-propagated"),
        (FaultKind.LOST_CONTEXT, "catalog", "trace-not-propagated"),
        (FaultKind.FOREIGN_IDS, "storefront", "foreign-request-ids"),
        (FaultKind.N_PLUS_ONE, "cart", "repeated-calls"),
        (FaultKind.SLOW_PROXY, "checkout", "latency-in-proxies"),
        (FaultKind.ERRORS, "ratings", "retry-storm"),
    ],
)
def test_a_finder_names_the_service_that_was_told_to_make_a_mistake(
    shop: DemoState, kind: FaultKind, service: str, code: str
) -> None:
    def found() -> list[dict[str, Any]]:
        findings = _get(f"{shop.hub_url}/api/v1/findings", window="30s")["findings"]
        return [each for each in findings if each["code"] == code and service in _named(each)]

    with fault(shop, kind, service):
        finding = eventually(found)[0]
    assert finding["fix"]
    assert finding["evidence"]


def eventually(look: Callable[[], list[dict[str, Any]]], seconds: float = 0.5) -> list[dict[str, Any]]:
    """What is found, once something is: what the hub knows comes from processes that tell nobody else."""
    deadline = time.monotonic() + HAPPENS_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not show in time"
        time.sleep(seconds)
    return found


def _named(finding: dict[str, Any]) -> set[str]:
    return {end["service"] for end in (finding["source"], finding["destination"]) if end}


def _get(url: str, **parameters: str) -> Any:
    answer = httpx.get(url, params=parameters, timeout=30, trust_env=False)
    answer.raise_for_status()
    return answer.json()


def _up(process: subprocess.Popen[bytes], root: Path) -> DemoState:
    deadline = time.monotonic() + UP_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the demo ended"
        try:
            return find_running(root)
        except NotFound:
            time.sleep(0.2)
    raise AssertionError("the demo did not come up")
