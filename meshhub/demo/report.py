"""What a demo run must have left in the hub, whether the hub shows it, and the report that says so."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from meshhub.demo.traffic import VisitRecord
from meshhub.errors import MeshhubError

Edge = tuple[str, str]

SPANS = "any span"
"""What a sampled request must have beside the reports of the proxies it passed."""


@dataclass(frozen=True, slots=True)
class Journey:
    """What the hub shows of one request: the workloads ("service:version") it passed, and how many spans."""

    workloads: frozenset[str] = frozenset()
    spans: int = 0


class HubView(Protocol):
    """What the hub shows."""

    async def journey(self, request_id: str) -> Journey: ...

    async def edges(self) -> frozenset[Edge]: ...


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the hub must show: these requests at each workload they passed, and these (caller, callee) edges."""

    requests: tuple[VisitRecord, ...]
    edges: tuple[Edge, ...]

    @property
    def gaps(self) -> list[str]:
        """In words, what the traffic should have had and had not: then there is nothing to compare."""
        sorts = {record.sampled for record in self.requests}
        return [
            f"no {name} request was answered"
            for name, sort in (("sampled", True), ("unsampled", False))
            if sort not in sorts
        ]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the hub does not show of an expectation; nothing missing means it shows all of it."""

    requests: Mapping[str, tuple[str, ...]]
    """What is missing by request id: workloads, or SPANS."""
    edges: tuple[Edge, ...]

    @property
    def complete(self) -> bool:
        return not self.requests and not self.edges

    @property
    def missing(self) -> list[str]:
        """In words, what is missing."""
        return [
            *(f"request {request_id}: nothing of {', '.join(names)}" for request_id, names in self.requests.items()),
            *(f"edge {caller} -> {callee}" for caller, callee in self.edges),
        ]


async def look(hub: HubView, expected: Expectation) -> Shown:
    """Compare once."""
    absent = {}
    for record in expected.requests:
        journey = await hub.journey(record.request_id)
        missing = sorted(set(record.passed) - journey.workloads)
        if record.sampled and not journey.spans:
            missing.append(SPANS)
        if missing:
            absent[record.request_id] = tuple(missing)
    shown = await hub.edges()
    return Shown(absent, tuple(edge for edge in expected.edges if edge not in shown))


async def wait_until_shown(hub: HubView, expected: Expectation, *, seconds: float, pause: float = 0.5) -> Shown:
    """Compare until nothing is missing or the time is over, and return the last comparison.

    Raises:
        MeshhubError: at the end, the hub did not answer.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        over = asyncio.get_running_loop().time() >= deadline
        try:
            shown = await look(hub, expected)
            if shown.complete or over:
                return shown
        except MeshhubError:
            if over:
                raise
        await asyncio.sleep(pause)


def report(hub_url: str, answers: Mapping[int, int], expected: Expectation, shown: Shown) -> dict[str, Any]:
    """The run's report, for JSON. Its keys are an interface: scripts read them."""
    missing = [*expected.gaps, *shown.missing]
    return {
        "ok": not missing,
        "urls": {
            "ui": f"{hub_url}/ui",
            "api": f"{hub_url}/api/v1",
            "docs": f"{hub_url}/api/docs",
            "metrics": f"{hub_url}/metrics",
        },
        "visits": {"total": sum(answers.values()), "by_status": {str(k): v for k, v in sorted(answers.items())}},
        "requests": [_request(record, shown) for record in expected.requests],
        "edges": [
            {"source": caller, "destination": callee, "shown": (caller, callee) not in shown.edges}
            for caller, callee in expected.edges
        ],
        "missing": missing,
    }


def _request(record: VisitRecord, shown: Shown) -> dict[str, Any]:
    return {
        "request_id": record.request_id,
        "sampled": record.sampled,
        "visit": record.visit,
        "status": record.status,
        "services": list(record.passed),
        "shown": record.request_id not in shown.requests,
    }
