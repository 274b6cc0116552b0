"""Faults that can be switched on while the demo runs, and what they do to the shop."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Protocol

from meshhub.demo import shop
from meshhub.demo.shop import Kind, Pace
from meshhub.errors import NotFound

SLOW = Pace(700, 0.3)
"""How much longer a service with the latency fault takes."""

ERROR_SHARE = 0.4
"""How many requests a service with the errors fault refuses."""


class FaultKind(StrEnum):
    """Latency and errors are the application's, so its proxy only reports them; a dead instance's proxy is gone too."""

    LATENCY = "latency"
    ERRORS = "errors"
    DEAD_INSTANCE = "dead-instance"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A fault at a service; latency and errors hit all its instances, a dead instance is its last one."""

    kind: FaultKind
    service: str

    def __str__(self) -> str:
        return f"{self.kind} {self.service}"


class FaultBoard:
    """Which faults are on. The shop's services ask it at every request."""

    def __init__(self) -> None:
        self._on: set[Fault] = set()

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
        self._board.switch(fault, on=on)

    async def clear(self) -> None:
        """Switch every fault off."""
        for fault in self._board.active:
            await self.switch(fault, on=False)


def targets(kind: FaultKind) -> Sequence[str]:
    """The services that can have a fault, sorted: those with an application, or those with a proxy."""
    if kind is FaultKind.DEAD_INSTANCE:
        return shop.services(Kind.HTTP, Kind.GRPC, Kind.TCP)
    return shop.services(Kind.HTTP, Kind.GRPC, Kind.TCP, Kind.EXTERNAL)
