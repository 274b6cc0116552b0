"""The shop's services: one interpreter of shop.py's data, answering for every service on a port of its own."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from random import Random

from meshhub.demo.calls import Caller
from meshhub.demo.faults import FaultBoard
from meshhub.demo.narrator import Narrator, Story
from meshhub.demo.pricing import PricingClient
from meshhub.demo.sessions import read_session
from meshhub.demo.shop import Call, Endpoint, Kind, Workload, workload_kind


@dataclass(frozen=True, slots=True)
class Outbound:
    """The ports at which an instance's own proxy takes calls: one for HTTP and gRPC, one per TCP service."""

    http: int
    tcp: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """A service's answer. `passed` names the workloads that the request reached, in the order of their answers."""

    status: int
    passed: tuple[str, ...] = ()

    def body(self, headers: Mapping[str, str]) -> bytes:
        """The JSON body; it repeats the request's id and its sampling decision, for the visitors' records."""
        return json.dumps(
            {
                "passed": self.passed,
                "request_id": headers.get("x-request-id", ""),
                "sampled": headers.get("traceparent", "").endswith("-01"),
            }
        ).encode()


class Upstreams:
    """Makes an instance's calls through its own proxy."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._http = Caller(outbound.http)
        self._pricing: PricingClient | None = None

    async def call(self, call: Call, key: str, headers: Mapping[str, str]) -> Sequence[str]:
        """Make one call and name the workloads it passed; TCP and external services leave no name.

        Raises:
            TimeoutError: no answer in time.
            OSError: no answer, or one that says the callee failed.
        """
        kind = workload_kind(call.service)
        if kind is Kind.TCP:
            await read_session(self._outbound.tcp[call.service], key)
            return ()
        if kind is Kind.GRPC:
            await self._prices(call.service).quote(key, headers)
            return (f"{call.service}:v1",)
        path = call.path.replace("{key}", key)
        answer = await self._http.call(call.method, call.service, path, headers)
        if answer.status >= 500:
            raise ConnectionError(f"could not call {call.service}: status {answer.status}")
        return () if kind is Kind.EXTERNAL else tuple(json.loads(answer.body)["passed"])

    async def close(self) -> None:
        self._http.close()
        if self._pricing is not None:
            await self._pricing.close()

    def _prices(self, authority: str) -> PricingClient:
        if self._pricing is None:
            self._pricing = PricingClient(self._outbound.http, authority)
        return self._pricing


class Service:
    """One instance of a workload. An external service has no upstreams."""

    def __init__(
        self,
        workload: Workload,
        board: FaultBoard,
        random: Random,
        *,
        upstreams: Upstreams | None = None,
        narrator: Narrator | None = None,
    ) -> None:
        self.workload = workload
        self._board = board
        self._random = random
        self._upstreams = upstreams
        self._narrator = narrator

    async def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Reply:
        """Answer a request: work, perhaps fail, call upstreams."""
        segment, _, key = path.lstrip("/").partition("/")
        endpoint = self._endpoint(method, segment)
        if endpoint is None:
            return Reply(404, (self.workload.name,))
        passed_on = self._board.passed_on(self.workload, headers)
        name = f"{method} /{segment}"
        with self._narrator.tell(name, passed_on) if self._narrator else nullcontext(Story(passed_on)) as story:
            reply = await self._work(endpoint, key or "0", story.headers)
            story.status = reply.status
        return reply

    async def _work(self, endpoint: Endpoint, key: str, headers: Mapping[str, str]) -> Reply:
        await asyncio.sleep(self._board.delay(self.workload, self._random))
        if self._board.fails(self.workload, self._random):
            return Reply(self.workload.failure_status, (self.workload.name,))
        outcomes = await asyncio.gather(*(self._attempt(call, key, headers) for call in endpoint.calls))
        passed = [self.workload.name, *(name for outcome in outcomes if outcome is not None for name in outcome)]
        return Reply(500 if None in outcomes else 200, tuple(passed))

    async def _attempt(self, call: Call, key: str, headers: Mapping[str, str]) -> Sequence[str] | None:
        """The workloads a call passed; None if it failed and was not optional."""
        if self._upstreams is None:
            return ()
        try:
            for _ in range(1, self._board.times(self.workload)):
                await self._upstreams.call(call, str(self._random.randrange(1000)), headers)
            return await self._upstreams.call(call, key, headers)
        except OSError:  # TimeoutError is one
            return () if call.optional else None

    def _endpoint(self, method: str, segment: str) -> Endpoint | None:
        return next((e for e in self.workload.endpoints if (e.method, e.segment) == (method, segment)), None)
