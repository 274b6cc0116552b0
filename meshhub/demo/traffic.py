"""The demo's visitors: requests at random moments, and a record of where each went."""

import asyncio
import json
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from meshhub.demo.calls import Answer
from meshhub.demo.shop import GATEWAY, VISITS, Visit

AUTHORITY = "shop.example"
RECORDS_KEPT = 5000
FAILED = 500
"""Statuses from here on are failures; such a request may not have reached all that it says nothing of."""

MAX_OPEN = 100
"""Visits under way at once; when the shop is that slow, further visitors stay away."""


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """One answered visit. `passed` names each workload the request reached, once, the gateway first."""

    visit: str
    request_id: str
    sampled: bool
    status: int
    passed: tuple[str, ...]

    @property
    def services(self) -> frozenset[str]:
        return frozenset(name.partition(":")[0] for name in self.passed)


class Gateway(Protocol):
    """How visitors reach the shop."""

    async def call(
        self, method: str, authority: str, path: str, headers: Mapping[str, str], *, body: bytes, seconds: float
    ) -> Answer: ...


class Traffic:
    """An open stream of visits: Poisson arrivals that do not wait for answers, as independent people come."""

    def __init__(self, gateway: Gateway, *, rate: float, random: Random) -> None:
        """`rate` is visits per second."""
        self._gateway = gateway
        self._rate = rate
        self._random = random
        self._open: set[asyncio.Task[None]] = set()
        self._records: deque[VisitRecord] = deque(maxlen=RECORDS_KEPT)
        self._sorts: set[bool] = set()
        self.both_sorts = asyncio.Event()
        """Set when both a sampled and an unsampled request were answered well: there are examples of either sort."""
        self.answers: Counter[int] = Counter()
        """Answers by status; 0 counts visits that got none."""

    @property
    def records(self) -> Sequence[VisitRecord]:
        """The latest answered visits that a service of the shop saw, oldest first."""
        return tuple(self._records)

    async def tour(self, *, rounds: int) -> None:
        """Make every kind of visit in turn, so that even a short run uses every route and every edge."""
        for _ in range(rounds):
            await asyncio.gather(*(self._visit(visit) for visit in VISITS))

    async def run(self) -> None:
        """Send visits until cancelled, then wait for those under way."""
        try:
            while True:
                await asyncio.sleep(self._random.expovariate(self._rate))
                if len(self._open) < MAX_OPEN:
                    task = asyncio.create_task(self._visit(self._choose()))
                    self._open.add(task)
                    task.add_done_callback(self._open.discard)
        finally:
            if self._open:
                await asyncio.wait(self._open)

    def _choose(self) -> Visit:
        return self._random.choices(VISITS, weights=[visit.weight for visit in VISITS])[0]

    async def _visit(self, visit: Visit) -> None:
        path = visit.path.replace("{key}", str(self._random.randrange(visit.keys)))
        body = b'{"quantity": 1}' if visit.method == "POST" else b""
        headers = {"user-agent": "demo-visitor/1.0"}
        try:
            answer = await self._gateway.call(visit.method, AUTHORITY, path, headers, body=body, seconds=15.0)
        except OSError:
            self.answers[0] += 1
            return
        self.answers[answer.status] += 1
        record = record_of(visit.name, answer)
        if record is not None:
            self._record(record)

    def _record(self, record: VisitRecord) -> None:
        self._records.append(record)
        if record.status < FAILED:
            self._sorts.add(record.sampled)
        if len(self._sorts) == 2:
            self.both_sorts.set()


def record_of(visit: str, answer: Answer) -> VisitRecord | None:
    """Read what the first service says of a request; None if the answer is a proxy's own."""
    try:
        content = json.loads(answer.body)
        passed = tuple(dict.fromkeys([f"{GATEWAY}:v1", *content["passed"]]))
        return VisitRecord(visit, content["request_id"], content["sampled"], answer.status, passed)
    except (ValueError, KeyError, TypeError):
        return None


def examples(records: Sequence[VisitRecord], *, each: int) -> list[VisitRecord]:
    """Choose requests that show the most: of the sampled and of the unsampled ones, those that passed most workloads.

    Args:
        each: how many at most of either sort. No two of a sort passed the same workloads unless there are not enough.
    """
    chosen = []
    for sampled in (True, False):
        candidates = [r for r in records if r.sampled is sampled and r.status < FAILED]
        ranked = sorted(candidates, key=lambda r: (-len(r.passed), r.request_id))
        distinct = list({frozenset(r.passed): r for r in reversed(ranked)}.values())[::-1]
        rest = [r for r in ranked if r not in distinct]
        chosen += (distinct + rest)[:each]
    return chosen
