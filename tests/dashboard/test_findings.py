"""The finders on the real engine: each mistake planted in the traffic is named and explained."""

import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.reads.findings import FindingReads, Findings
from meshhub.model import Signal, TimeRange
from meshhub.testing.otlp import Proxy, Request, access_log, inbound, load, logs_request, outbound
from storage.client import Store
from traces.finders.model import Finding, Severity

MILLISECOND = 1_000_000


@dataclass
class Town:
    """A mesh of its own in a window of time of its own: gateway → shop → cart."""

    store: Store
    folder: Path
    start: int = field(default_factory=lambda: time.time_ns() - (2 * 86_400 + secrets.randbelow(80_000)) * 10**9)
    name: str = field(default_factory=lambda: secrets.token_hex(4))
    sent: list[Request] = field(default_factory=list)

    @property
    def gateway(self) -> Proxy:
        return Proxy(f"gateway-{self.name}", role="gateway")

    @property
    def shop(self) -> Proxy:
        return Proxy(f"shop-{self.name}")

    @property
    def cart(self) -> Proxy:
        return Proxy(f"cart-{self.name}")

    def call(self, source: Proxy, target: Proxy, at_ms: float, request: str, trace: str, **said: str) -> None:
        """Both sides of a call; `server_us` is what the callee's proxy measured."""
        server_us = said.pop("server_us", said.get("duration_us", "1000"))
        at = self.start + int(at_ms * MILLISECOND)
        client = access_log(at, outbound(source, target, request_id=request, **said), trace_id=trace)
        said |= {"duration_us": server_us, "request_attempts": "1"}
        server = access_log(at + MILLISECOND // 10, inbound(source, target, request_id=request, **said), trace_id=trace)
        self.sent += [logs_request(source, [client]), logs_request(target, [server])]

    def found(self) -> Findings:
        if self.sent:
            load(self.store, self.folder, Signal.LOGS, self.sent)
            self.sent = []
        start = datetime.fromtimestamp(self.start // 10**9 // 60 * 60, UTC)
        return FindingReads(self.store).findings(TimeRange(start, start + timedelta(minutes=3)))

    def of(self, code: str) -> list[Finding]:
        return [finding for finding in self.found().findings if finding.code == code]


@pytest.fixture
def town(embedded_store: Store, tmp_path: Path) -> Town:
    return Town(embedded_store, tmp_path)


def visits(town: Town, number: int, then: Callable[[int, str, str], None]) -> None:
    """So many requests through the gateway to the shop; `then` makes the shop's calls."""
    for index in range(number):
        request, trace = str(uuid.uuid4()), secrets.token_hex(16)
        town.call(town.gateway, town.shop, index * 200, request, trace, duration_us="100000")
        then(index * 200 + 10, request, trace)


def test_sound_traffic_has_no_findings(town: Town) -> None:
    visits(town, 6, lambda at, request, trace: town.call(town.shop, town.cart, at, request, trace))
    assert town.found().findings == ()


def test_a_service_that_makes_new_request_ids_is_named(town: Town) -> None:
    visits(town, 6, lambda at, _request, trace: town.call(town.shop, town.cart, at, str(uuid.uuid4()), trace))
    (finding,) = town.of("request-id-not-propagated")
    assert (finding.source.service, finding.severity) == (town.shop.service, Severity.CRITICAL)
    assert finding.numbers == {"calls": 6, "lost": 6}
    assert len(finding.examples) == 3
    assert "6 calls of 6 (100 %)" in finding.evidence
    assert not town.of("trace-not-propagated")


def test_a_service_that_starts_new_traces_is_named(town: Town) -> None:
    visits(town, 6, lambda at, request, _: town.call(town.shop, town.cart, at, request, secrets.token_hex(16)))
    (finding,) = town.of("trace-not-propagated")
    assert (finding.source.service, finding.numbers["lost"]) == (town.shop.service, 6)
    assert not town.of("request-id-not-propagated")


def test_work_of_its_own_is_not_held_against_a_service(town: Town) -> None:
    """Calls that begin while it serves nothing."""
    visits(town, 6, lambda at, *_: town.call(town.shop, town.cart, at + 150, str(uuid.uuid4()), secrets.token_hex(16)))
    assert not town.of("request-id-not-propagated")


def test_who_brings_ids_that_are_not_uuids_is_named(town: Town) -> None:
    for index in range(4):
        request, trace = f"order-{town.name}-{index}", secrets.token_hex(16)
        town.call(town.gateway, town.shop, index * 200, request, trace, duration_us="100000")
        town.call(town.shop, town.cart, index * 200 + 5, request, trace)
    (finding,) = town.of("foreign-request-ids")
    assert (finding.source.service, finding.numbers["requests"]) == (town.gateway.service, 4)
    assert "Clients of" in finding.title
    assert all(example.startswith(f"order-{town.name}") for example in finding.examples)


def test_a_retry_storm_is_named_with_examples(town: Town) -> None:
    tries = {"request_attempts": "3", "response_code": "503"}
    visits(town, 6, lambda at, request, trace: town.call(town.shop, town.cart, at, request, trace, **tries))
    (finding,) = town.of("retry-storm")
    assert finding.destination is not None
    assert (finding.source.service, finding.destination.service) == (town.shop.service, town.cart.service)
    assert (finding.severity, finding.numbers["amplification"]) == (Severity.CRITICAL, 3.0)
    assert len(finding.examples) == 3


@pytest.mark.parametrize(
    ("apart", "manner", "severity"),
    [
        (2, "one after the other", Severity.WARNING),
        (9, "one after the other", Severity.WARNING),
        (0.1, "side by side", Severity.NOTE),
    ],
    ids=["at once", "with work between", "together"],
)
def test_one_call_per_item_is_found_whatever_the_item(
    town: Town, apart: float, manner: str, severity: Severity
) -> None:
    def items(at: float, request: str, trace: str) -> None:
        for item in range(8):
            town.call(
                town.shop,
                town.cart,
                at + item * apart,
                request,
                trace,
                path=f"/items/{item}?full=1",
                duration_us="1900",
            )

    visits(town, 3, items)
    (finding,) = town.of("repeated-calls")
    assert (finding.numbers["requests"], finding.numbers["calls"], finding.numbers["most"]) == (3, 24, 8)
    assert f"GET /items/* was called 8.0 times per request, {manner}" in finding.evidence
    assert finding.severity is severity


def test_a_chatty_edge_is_found(town: Town) -> None:
    def chat(at: float, request: str, trace: str) -> None:
        for topic in ("weather", "football", "prices", "gossip", "jokes"):
            town.call(town.shop, town.cart, at, request, trace, path=f"/{topic}")

    visits(town, 20, chat)
    (finding,) = town.of("chatty-edge")
    assert finding.numbers == {"calls": 100, "served": 20, "ratio": 5.0}


def test_time_lost_between_the_proxies_is_found(town: Town) -> None:
    slow = {"duration_us": "40000", "server_us": "10000"}
    visits(town, 20, lambda at, request, trace: town.call(town.shop, town.cart, at, request, trace, **slow))
    (finding,) = town.of("latency-in-proxies")
    assert finding.source.service == town.shop.service
    assert finding.title.startswith("75 % of shop-")
    assert finding.numbers["between"] == 20 * 30_000
    assert len(finding.examples) == 3


def test_a_window_without_traffic_has_no_findings(town: Town) -> None:
    assert town.found().findings == ()
