"""Faults that can be switched on while the demo runs, and what they do to the shop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from random import Random
from typing import Protocol

from meshhub.demo import shop
from meshhub.demo.shop import Kind, Pace
from meshhub.errors import NotFound

SLOW = Pace(700, 0.3)
"""How much longer a service with the latency fault takes."""

ERROR_SHARE = 0.4
"""How many requests a service with the errors fault refuses."""

ITEMS = 8
"""How often a service with the n-plus-one fault makes each of its calls."""


PROPAGATED = ("x-request-id", "traceparent", "tracestate")
"""What a service passes on from a request to the calls it makes for it: without it no hub can join the hops."""


class FaultKind(StrEnum):
    """What can go wrong. Latency and errors are the application's, so its proxy only reports them; a dead instance's
    proxy is gone too; a slow proxy gets CPU time only now and then, as under a low CPU limit. The others are mistakes
    of an application: it does not pass on the context of a request, or puts an id of its own form in its place, or
    makes one call per item.
    """

    LATENCY = "latency"
    ERRORS = "errors"
    DEAD_INSTANCE = "dead-instance"
    SLOW_PROXY = "slow-proxy"
    LOST_CONTEXT = "lost-context"
    FOREIGN_IDS = "foreign-ids"
    N_PLUS_ONE = "n-plus-one"


_OF_CALLERS = {FaultKind.LOST_CONTEXT, FaultKind.FOREIGN_IDS, FaultKind.N_PLUS_ONE}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A fault at a service; it hits all its instances, but a dead instance is its last one."""

    kind: FaultKind
    service: str

    def __str__(self) -> str:
        return f"{self.kind} {self.service}"


class FaultBoard:
    """Which faults are on. The shop's services ask it at every request."""

    def __init__(self) -> None:
        self._on: set[Fault] = set()
        self._foreign = count(1)

    @property
    def active(self) -> tuple[Fault, ...]:
        """The faults that are on, sorted."""
        return tuple(sorted(self._on))

    def switch(self, fault: Fault, *, on: bool) -> None:
        if on:
            self._on.add(fault)
        else:
            self._on.discard(fault)

    def is_on(self, kind: FaultKind, service: str) -> bool:
        return Fault(kind, service) in self._on

    def delay(self, workload: shop.Workload, random: Random) -> float:
        """How long, in seconds, this request keeps the workload busy."""
        extra = SLOW.seconds(random) if self.is_on(FaultKind.LATENCY, workload.service) else 0.0
        return workload.pace.seconds(random) + extra

    def passed_on(self, workload: shop.Workload, headers: Mapping[str, str]) -> dict[str, str]:
        """What the workload passes on of a request's headers to the calls that it makes for it."""
        if self.is_on(FaultKind.LOST_CONTEXT, workload.service):
            return {}
        passed = {name: headers[name] for name in PROPAGATED if name in headers}
        if self.is_on(FaultKind.FOREIGN_IDS, workload.service):
            passed["x-request-id"] = f"{workload.service}-{next(self._foreign)}"
        return passed

    def times(self, workload: shop.Workload) -> int:
        """How often the workload makes each of its calls, one after the other."""
        return ITEMS if self.is_on(FaultKind.N_PLUS_ONE, workload.service) else 1

    def fails(self, workload: shop.Workload, random: Random) -> bool:
        """Whether the workload refuses this request."""
        broken = self.is_on(FaultKind.ERRORS, workload.service)
        return random.random() < (ERROR_SHARE if broken else workload.failure_share)


class Instances(Protocol):
    """The running instances of the shop's services."""

    async def kill(self, service: str) -> None:
        """End a service's last instance as a crash would."""

    async def revive(self, service: str) -> None:
        """Start what `kill` ended."""

    async def throttle(self, service: str) -> None:
        """Give the proxies of a service CPU time only now and then."""

    async def release(self, service: str) -> None:
        """End what `throttle` began."""


class FaultSwitch:
    """Switches faults on and off; refuses those that make no sense in this shop."""

    def __init__(self, board: FaultBoard, instances: Instances) -> None:
        self._board = board
        self._instances = instances

    @property
    def active(self) -> tuple[Fault, ...]:
        return self._board.active

    async def switch(self, fault: Fault, *, on: bool) -> None:
        """Switch one fault; switching it twice is the same as once.

        Raises:
            NotFound: the service is not one that can have this fault. The message names those that can.
        """
        candidates = targets(fault.kind)
        if fault.service not in candidates:
            raise NotFound(
                f"could not switch {fault.kind} at {fault.service}: it must be one of {', '.join(candidates)}."
            )
        if on == self._board.is_on(fault.kind, fault.service):
            return
        if fault.kind is FaultKind.DEAD_INSTANCE:
            await (self._instances.kill if on else self._instances.revive)(fault.service)
        elif fault.kind is FaultKind.SLOW_PROXY:
            await (self._instances.throttle if on else self._instances.release)(fault.service)
        self._board.switch(fault, on=on)

    async def clear(self) -> None:
        """Switch every fault off."""
        for fault in self._board.active:
            await self.switch(fault, on=False)


def targets(kind: FaultKind) -> Sequence[str]:
    """The services that can have a fault, sorted: those with an application, a proxy, or calls of their own."""
    if kind in _OF_CALLERS:
        return tuple(service for service in shop.services(Kind.HTTP) if shop.callees(service))
    if kind in {FaultKind.DEAD_INSTANCE, FaultKind.SLOW_PROXY}:
        return shop.services(Kind.HTTP, Kind.GRPC, Kind.TCP)
    return shop.services(Kind.HTTP, Kind.GRPC, Kind.TCP, Kind.EXTERNAL)
