"""The demo under faults as its user lives through them: who is paged, why, when it is over, and what finders name."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
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


BUCKET_SECONDS = 10
NEW_REASONS = {"errors-now", "latency-now", "hosts-ejected", "connections-fail", "circuit-breaker-open"}


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


SHOWN_AS: dict[Fault, tuple[str, tuple[str, ...]]] = {
    Fault(FaultKind.ERRORS, "catalog"): ("storefront", ("5xx",)),
    Fault(FaultKind.LATENCY, "reviews"): ("storefront", ("p50", "p90", "p95")),
    Fault(FaultKind.DEAD_INSTANCE, "cart"): ("gateway", ("most UF", "connections failed")),
    Fault(FaultKind.DEAD_INSTANCE, "ratings"): ("reviews", ("outlier detection", "connections failed")),
    Fault(FaultKind.SLOW_PROXY, "pricing"): ("catalog", ("p50", "p90", "p95")),
}
"""Faults that leave each other's edges alone: whose call shows each, and what the reason says. Those of context and of
repeated calls make no call fail: findings name them."""


def test_the_graph_of_five_minutes_shows_faults_of_15_seconds_on_their_edges_with_the_reasons(shop: DemoState) -> None:
    """Which part of the data shows it is what counts: how soon a loaded machine stores it is another question."""
    seen: dict[Fault, datetime] = {}
    told: dict[Fault, str] = {}

    def look() -> None:
        graph = _get(f"{shop.hub_url}/api/v1/graph", window="5m")
        newest = _time(graph["window"]["end"]) - timedelta(seconds=graph["freshness"]["access_logs"] or 0)
        for each, (caller, words) in SHOWN_AS.items():
            reasons = _reasons(graph, caller, each.service)
            told[each] = "; ".join(reason["text"] for reason in reasons)
            new = "; ".join(reason["text"] for reason in reasons if reason["code"] in NEW_REASONS)
            if any(word in new for word in words):
                seen.setdefault(each, newest)

    _until_calm(shop)
    with ExitStack() as faults:
        since = datetime.now(UTC)
        for each in SHOWN_AS:
            faults.enter_context(fault(shop, each.kind, each.service))
        deadline = time.monotonic() + HAPPENS_SECONDS
        while seen.keys() != SHOWN_AS.keys():
            look()
            missing = {str(each): told[each] for each in SHOWN_AS if each not in seen}
            assert time.monotonic() < deadline, f"not shown in time: {missing}"
            time.sleep(0.5)  # what the hub knows comes from processes that tell nobody else
    late = {str(each): at - since for each, at in seen.items() if (at - since).total_seconds() > SOON_SECONDS}
    assert not late


def test_comparing_before_and_after_names_the_calls_that_a_fault_broke_and_no_others(shop: DemoState) -> None:
    _until_calm(shop)
    since = datetime.now(UTC)
    before = {"before_start": _text(since, -60), "before_end": _text(since)}
    broken = {("checkout", "payment"), ("gateway", "checkout")}

    def changed() -> dict[str, set[tuple[str, str]]]:
        now = datetime.now(UTC)
        if (now - since).total_seconds() < 2 * BUCKET_SECONDS:
            return {}
        compared = _get(
            f"{shop.hub_url}/api/v1/graph/diff", **before, start=_text(since, BUCKET_SECONDS), end=now.isoformat()
        )
        found: dict[str, set[tuple[str, str]]] = {}
        for edge in compared["edges"]:
            ends = edge["source"].rpartition(":")[2], edge["destination"].rpartition(":")[2]
            for word in edge["words"]:
                found.setdefault(word["code"], set()).add(ends)
        return found

    with fault(shop, FaultKind.ERRORS, "payment"):
        (found,) = eventually(lambda: [each for each in [changed()] if each.get("errors-rose", set()) >= broken])
    assert found["errors-rose"] == broken
    assert not {"added", "removed", "mtls-lost"} & found.keys()


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


def eventually(look: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What is found, once something is: what the hub knows comes from processes that tell nobody else."""
    deadline = time.monotonic() + HAPPENS_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not show in time"
        time.sleep(0.5)
    return found


def _until_calm(shop: DemoState) -> None:
    """Wait until what an earlier fault left has passed: no call fails more than it should."""

    def calm() -> list[dict[str, Any]]:
        edges = _get(f"{shop.hub_url}/api/v1/graph", window="30s")["edges"]
        states = [reason["code"] for edge in edges for reason in edge["health"]["reasons"]]
        return [{}] if edges and not {"error-share", "errors-now", "hosts-ejected"} & set(states) else []

    eventually(calm)


def _reasons(graph: dict[str, Any], caller: str, callee: str) -> list[dict[str, Any]]:
    """The reasons for the health of the calls from one to the other, whatever is known of their clusters."""
    edges = graph["edges"]
    own = [edge for edge in edges if (edge["source"]["service"], edge["destination"]["service"]) == (caller, callee)]
    return [reason for edge in own for reason in edge["health"]["reasons"]]


def _text(moment: datetime, seconds: int = 0) -> str:
    """The start of the ten seconds that have this moment, and so many later."""
    start = int(moment.timestamp()) // BUCKET_SECONDS * BUCKET_SECONDS
    return datetime.fromtimestamp(start + seconds, UTC).isoformat()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


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
