"""All that a demo runs, started in order and stopped in reverse."""

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from secrets import token_urlsafe

from meshhub.demo.control import control_app
from meshhub.demo.envoys import Envoy
from meshhub.demo.hub import HubClient, HubPorts, HubProcess
from meshhub.demo.mesh import RunningMesh
from meshhub.demo.oncall import OnCall, Page, write_alerting
from meshhub.demo.pki import LIFETIME
from meshhub.demo.ports import LOOPBACK, listening_socket, port_of
from meshhub.demo.progress import Progress
from meshhub.demo.serving import LoopbackServer
from meshhub.demo.traffic import Traffic
from meshhub.demo.workdir import WorkDirectory
from meshhub.secret import Secret

TOUR_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the user asked for.

    `root` has the work directories; `seconds` None runs until stopped; `rate` is visits per second; `sampling` the
    percentage of requests that are traced; `data_dir` None keeps nothing of what the hub stored.
    """

    root: Path
    seconds: float | None = None
    as_json: bool = False
    rate: float = 20.0
    sampling: int = 20
    data_dir: Path | None = None


class Session:
    """One run of the demo. Use it as a context: what was started is stopped at its end, however it ends."""

    def __init__(self, options: DemoOptions, progress: Progress) -> None:
        self._options = options
        self._progress = progress
        self._stack = AsyncExitStack()
        random = Random()
        self._work = WorkDirectory.create(options.root)
        self._stack.callback(self._work.remove)
        ports = HubPorts.choose()
        self.ports = ports
        self.client = HubClient(ports.url)
        self._stack.push_async_callback(self.client.close)
        data_dir = options.data_dir or self._work.subdirectory("data")
        self.on_call = OnCall(self._paged)
        pager = listening_socket()
        receiver = f"http://{LOOPBACK}:{port_of(pager)}"
        self._receiver = receiver
        self._pager = LoopbackServer({pager: self.on_call.application()})
        alerting = write_alerting(self._work.path, receiver, ports.url)
        self._mesh = RunningMesh(
            self._work,
            otlp_port=ports.otlp_grpc,
            ads_port=ports.ads,
            sampling=options.sampling,
            random=random,
            now=datetime.now(UTC),
        )
        sections = {"alerting": alerting, "ads": self._mesh.ads_settings}
        self._hub = HubProcess(ports, data_dir=data_dir.absolute(), work=self._work.path, sections=sections)
        self._stack.push_async_callback(self._hub.stop)
        self._stack.push_async_callback(self._mesh.stop)
        self.traffic = Traffic(self._mesh.gateway, rate=options.rate, random=random)
        self._visitors: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Session":
        return self

    async def __aexit__(self, *_: object) -> None:
        with self._progress.step("Stopping everything"):
            await self.send_visitors_home()
            if self._renewing is not None:
                self._renewing.cancel()
            await self._stack.aclose()

    async def start(self) -> None:
        """Start the hub, the mesh, the visitors and the control port.

        Raises:
            MeshhubError: a part could not be started.
            OSError: a port was taken meanwhile.
        """
        for change in self.ports.moved:
            self._progress.warn(change)
        self._pager.start()
        self._stack.push_async_callback(self._pager.stop)
        self._mesh.prepare(self._progress)
        with self._progress.step("Starting the hub"):
            await self._hub.start(self.client)
        await self._mesh.start(self._progress)
        with self._progress.step("Letting the first visitors in"):
            await self.traffic.tour(rounds=TOUR_ROUNDS)
        self._visitors = asyncio.create_task(self.traffic.run())
        self._renewing = asyncio.create_task(self._renew())
        self._open_control()

    async def send_visitors_home(self) -> None:
        """End the traffic: no new visits, those under way are answered."""
        if self._visitors is not None:
            self._visitors.cancel()
            with suppress(asyncio.CancelledError):
                await self._visitors
            self._visitors = None

    def check(self) -> list[Envoy]:
        """The proxies that ended though nobody asked them to.

        Raises:
            MeshhubError: the hub has ended.
        """
        self._hub.check()
        return self._mesh.died()

    async def _renew(self) -> None:
        """New certificates long before the old ones end; the hub hands them on."""
        while True:
            await asyncio.sleep(LIFETIME.total_seconds() / 3)
            self._mesh.renew_certificates(datetime.now(UTC))

    def _paged(self, page: Page) -> None:
        if page.action == "trigger":
            self._progress.warn(f"paged: {page.summary}\n{page.reason}")
        else:
            self._progress.say(f"on-call: {page.action} {page.dedup_key[:8]}")

    def _open_control(self) -> None:
        token = token_urlsafe()
        listener = listening_socket()
        server = LoopbackServer({listener: control_app(self._mesh.faults, Secret(token))})
        server.start()
        self._stack.push_async_callback(server.stop)
        self._work.publish(
            control_url=f"http://{LOOPBACK}:{port_of(listener)}",
            token=token,
            hub_url=self.ports.url,
            pager_url=self._receiver,
        )
