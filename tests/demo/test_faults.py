import asyncio
from random import Random
from statistics import median

import pytest

from meshhub.demo.faults import ERROR_SHARE, SLOW, Fault, FaultBoard, FaultKind, FaultSwitch, targets
from meshhub.demo.shop import Kind, Pace, Workload
from meshhub.errors import NotFound

CART = Workload("cart", Kind.HTTP, Pace(5), failure_share=0.01)
SAMPLES = 4000


class RecordingInstances:
    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    async def kill(self, service: str) -> None:
        self.calls.append(("kill", service))

    async def revive(self, service: str) -> None:
        self.calls.append(("revive", service))

    async def throttle(self, service: str) -> None:
        self.calls.append(("throttle", service))

    async def release(self, service: str) -> None:
        self.calls.append(("release", service))


def test_a_healthy_service_keeps_its_pace_and_its_few_failures() -> None:
    board, random = FaultBoard(), Random(1)
    delays = [board.delay(CART, random) for _ in range(SAMPLES)]
    failures = sum(board.fails(CART, random) for _ in range(SAMPLES))
    assert median(delays) == pytest.approx(0.005, rel=0.1)
    assert failures / SAMPLES == pytest.approx(0.01, abs=0.006)


def test_latency_slows_only_its_service() -> None:
    board, random = FaultBoard(), Random(1)
    board.switch(Fault(FaultKind.LATENCY, "cart"), on=True)
    assert median(board.delay(CART, random) for _ in range(SAMPLES)) == pytest.approx(SLOW.median_ms / 1000, rel=0.1)
    other = Workload("catalog", Kind.HTTP, Pace(5))
    assert max(board.delay(other, random) for _ in range(SAMPLES)) < 0.1


def test_errors_fail_their_share() -> None:
    board, random = FaultBoard(), Random(1)
    board.switch(Fault(FaultKind.ERRORS, "cart"), on=True)
    failures = sum(board.fails(CART, random) for _ in range(SAMPLES))
    assert failures / SAMPLES == pytest.approx(ERROR_SHARE, abs=0.03)


def test_a_fault_is_switched_once_and_cleared() -> None:
    async def scenario() -> list[tuple[str, str]]:
        instances = RecordingInstances()
        faults = FaultSwitch(FaultBoard(), instances)
        dead = Fault(FaultKind.DEAD_INSTANCE, "ratings")
        slow = Fault(FaultKind.LATENCY, "cart")
        for fault in (dead, slow, dead):
            await faults.switch(fault, on=True)
        assert list(faults.active) == [dead, slow]
        await faults.clear()
        assert list(faults.active) == []
        await faults.switch(dead, on=False)
        return instances.calls

    assert asyncio.run(scenario()) == [("kill", "ratings"), ("revive", "ratings")]


def test_a_service_that_cannot_have_the_fault_is_refused_with_those_that_can() -> None:
    faults = FaultSwitch(FaultBoard(), RecordingInstances())
    with pytest.raises(NotFound, match=r"could not switch dead-instance at bank.example: it must be one of cart, "):
        asyncio.run(faults.switch(Fault(FaultKind.DEAD_INSTANCE, "bank.example"), on=True))
    assert faults.active == ()


def test_a_slow_proxy_is_throttled_and_released() -> None:
    async def scenario() -> list[tuple[str, str]]:
        instances = RecordingInstances()
        faults = FaultSwitch(FaultBoard(), instances)
        await faults.switch(Fault(FaultKind.SLOW_PROXY, "cart"), on=True)
        await faults.clear()
        return instances.calls

    assert asyncio.run(scenario()) == [("throttle", "cart"), ("release", "cart")]


def test_mistakes_in_context_change_what_is_passed_on_and_nothing_else() -> None:
    board = FaultBoard()
    headers = {"x-request-id": "2f1c", "traceparent": "00-0a-0b-01", "cookie": "private"}
    kept = {"x-request-id": "2f1c", "traceparent": "00-0a-0b-01"}
    assert board.passed_on(CART, headers) == kept
    board.switch(Fault(FaultKind.FOREIGN_IDS, "cart"), on=True)
    assert [board.passed_on(CART, headers) for _ in range(2)] == [
        kept | {"x-request-id": "cart-1"},
        kept | {"x-request-id": "cart-2"},
    ]
    board.switch(Fault(FaultKind.LOST_CONTEXT, "cart"), on=True)
    assert board.passed_on(CART, headers) == {}
    assert board.passed_on(Workload("catalog", Kind.HTTP, Pace(5)), headers) == kept


@pytest.mark.parametrize("kind", [FaultKind.LOST_CONTEXT, FaultKind.FOREIGN_IDS, FaultKind.N_PLUS_ONE])
def test_only_callers_can_make_mistakes_in_calls(kind: FaultKind) -> None:
    assert "storefront" in targets(kind)
    assert not {"ratings", "sessions", "bank.example"} & set(targets(kind))


@pytest.mark.parametrize("kind", list(FaultKind))
def test_the_gateway_stays_up(kind: FaultKind) -> None:
    assert "gateway" not in targets(kind)
    assert "reviews" in targets(kind)
