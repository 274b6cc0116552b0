"""Liveness and readiness: GET /healthz, GET /readyz."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Response
from pydantic import BaseModel

from meshhub.errors import MeshhubError

PROBE_SECONDS = 2.0
"""How long /readyz waits for a check; one that takes longer counts as failed."""


@dataclass(frozen=True, slots=True)
class Check:
    """What must be well for the hub to be ready. `probe` may block; it raises MeshhubError with the reason."""

    name: str
    probe: Callable[[], None]


class CheckResult(BaseModel):
    """What a check found; `reason` is empty where it is well."""

    name: str
    ok: bool
    reason: str


class Readiness(BaseModel):
    """The answer of /readyz: ready only if every check is well."""

    ready: bool
    roles: list[str]
    checks: list[CheckResult]


class Liveness(BaseModel):
    """The answer of /healthz: the process answers."""

    status: str
    version: str
    roles: list[str]


class Prober:
    """Runs checks, each at most once at a time: an engine that hangs holds one thread, however often it is asked."""

    def __init__(self, checks: Sequence[Check], roles: Sequence[str]) -> None:
        self.roles = list(roles)
        self._checks = tuple(checks)
        self._running: dict[str, Future[None]] = {}
        self._threads = ThreadPoolExecutor(max(1, len(self._checks)), "readiness")

    async def readiness(self) -> Readiness:
        """Ask every check, all at once."""
        results = await asyncio.gather(*(self._ask(check) for check in self._checks))
        ready = all(result.ok for result in results)
        return Readiness(ready=ready, roles=self.roles, checks=list(results))

    def close(self) -> None:
        """Take no more checks; one that hangs is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, check: Check) -> CheckResult:
        running = self._running.get(check.name)
        if running is None or running.done():
            running = self._running[check.name] = self._threads.submit(check.probe)
        try:
            await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(running)), PROBE_SECONDS)
        except TimeoutError:
            return CheckResult(name=check.name, ok=False, reason=f"did not answer within {PROBE_SECONDS:g} s")
        except MeshhubError as error:
            return CheckResult(name=check.name, ok=False, reason=str(error))
        return CheckResult(name=check.name, ok=True, reason="")


def create_health_router(prober: Prober, version: str) -> APIRouter:
    """The routes for orchestrators and scripts."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="Whether the process answers")
    async def healthz() -> Liveness:
        return Liveness(status="ok", version=version, roles=prober.roles)

    @router.get(
        "/readyz",
        summary="Whether the process does what its roles are for",
        responses={HTTPStatus.SERVICE_UNAVAILABLE: {"model": Readiness, "description": "A check failed"}},
    )
    async def readyz(response: Response) -> Readiness:
        readiness = await prober.readiness()
        if not readiness.ready:
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return readiness

    return router
