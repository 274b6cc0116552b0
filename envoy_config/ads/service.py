"""The ADS server with what it serves: follows the mesh file, the overrides and the certificates, and keeps history."""

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from opentelemetry.metrics import Meter

from envoy_config.ads import overrides as laid
from envoy_config.ads.building import Builder, Built
from envoy_config.ads.instruments import instrument
from envoy_config.ads.overview import ProxyOverview
from envoy_config.ads.server import AdsServer
from envoy_config.ads.settings import AdsSettings
from envoy_config.ads.state import Board
from envoy_config.history.history import History
from envoy_config.history.model import Applied, AppliedDocument, Deed, Scope
from envoy_config.intent import Mesh, load_mesh
from envoy_config.intent.faults import InjectedFault
from meshhub.clock import Clock
from meshhub.errors import MeshhubError, NotFound, UnusableRequest

BUNDLE = "envoy"
TARGET = "ads"
AUTHOR = "the mesh file"

Stamp = tuple[int, int, int] | None

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """What is in force, and since when. `faults` are why something newer, or the certificates of a proxy, are not."""

    mesh: Mesh | None = None
    overrides: laid.Overrides = laid.NO_OVERRIDES
    faults: tuple[str, ...] = ()
    since: datetime | None = None

    def followed_by(self, mesh: Mesh, overrides: laid.Overrides, faults: tuple[str, ...], now: datetime) -> "Served":
        """What is in force from now on: the same with other faults, unless the mesh or an override differs."""
        is_same = (mesh, overrides) == (self.mesh, self.overrides)
        return Served(mesh, overrides, faults, self.since if is_same else now)


class Unserved(UnusableRequest):
    """A change that is kept but not in force, because something else is wrong with what is to be served."""


class AdsService:
    """Started and stopped on the hub's event loop; what it is asked from other threads is safe."""

    def __init__(self, settings: AdsSettings, data_dir: Path, clock: Clock, meter: Meter) -> None:
        self._settings = settings
        self._clock = clock
        self._path = data_dir / laid.FILE
        self.board = Board()
        self._server = AdsServer(settings, self.board, clock)
        self._builder = Builder(settings.certificates)
        self._working = threading.Lock()
        self._changing = threading.Lock()
        self._stamps: dict[Path, Stamp] = {}
        self._history: History | None = None
        self._unrecorded: Callable[[], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._following: asyncio.Task[None] | None = None
        self.served = Served()
        instrument(meter, self.board, clock, lambda: len(self.served.faults))

    @property
    def on(self) -> bool:
        """Whether it serves at all."""
        return self._settings.address is not None

    @property
    def ports(self) -> dict[str, int]:
        """The bound port by name, if it listens."""
        return {"ads": self._server.port} if self._server.port else {}

    def overview(self) -> ProxyOverview:
        """How the proxies stand to what they should have."""
        served = self.served
        return ProxyOverview(
            self.on,
            self.board.proxies,
            served.faults,
            self.board.refused,
            served.overrides,
            served.mesh.cluster if served.mesh else "",
            served.mesh.sampling_percent if served.mesh else None,
        )

    def keep(self, history: History) -> None:
        """Record in this history what is served, from now on."""
        self._history = history
        if self._unrecorded is not None:
            self._unrecorded()

    async def start(self) -> None:
        """Read what is to be served and listen. A wrong mesh file does not hinder: it is read again when it changes.

        Raises:
            MeshhubError: the address cannot be bound, or the certificates cannot be used.
        """
        if not self.on:
            return
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._refresh, AUTHOR, "read as the hub started")
        await self._server.start()
        self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Stop following and serving. Safe to repeat, and before the start."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait({self._following})
            self._following = None
        await self._server.stop()

    def check(self) -> None:
        """Readiness.

        Raises:
            MeshhubError: it is on and serves nothing.
        """
        if self.on and self.served.mesh is None:
            raise MeshhubError(f"no proxy is served: {'; '.join(self.served.faults) or 'the hub is starting'}")

    def set_sampling(self, percent: float | None, *, service: str | None, author: str) -> str:
        """Change sampling, of all services or of one; None goes back to the mesh file. What was changed, in words.

        Raises:
            NotFound: no mesh is served, or it has no such service.
            Unserved: the change is kept, but not in force.
            MeshhubError: the change could not be kept.
        """
        mesh = self._mesh()
        name = None if service is None else laid.full_name(laid.full_names(mesh), service)
        what = laid.sampling_words(percent, name)
        self.change(lambda overrides: overrides.with_sampling(percent, name), author, what)
        return what

    def set_fault(self, fault: InjectedFault | None, *, service: str, author: str) -> str:
        """Have a service's proxies inject a fault; None ends it. What was changed, in words.

        Raises:
            NotFound: no mesh is served, or it has no such service.
            Unserved: the change is kept, but not in force.
            MeshhubError: the change could not be kept.
        """
        name = laid.full_name(laid.full_names(self._mesh()), service)
        what = laid.fault_words(fault, name)
        self.change(lambda overrides: overrides.with_fault(fault, name), author, what)
        return what

    def change(self, change: Callable[[laid.Overrides], laid.Overrides], author: str, what: str) -> None:
        """Change the overrides. One change at a time, each made to what the one before left: none undoes another.

        Before the start it is kept, and served from the start on.

        Raises:
            Unserved: the change is kept, but not in force.
            MeshhubError: the change could not be kept.
        """
        with self._changing:
            changed = change(laid.read_overrides(self._path))
            try:
                laid.write_overrides(self._path, changed)
            except OSError as error:
                raise MeshhubError(f"could not keep the change in {self._path}: {error}") from error
            hindrance = self._refresh(author, what) if self._loop is not None else ""
        if hindrance:
            raise Unserved(
                f"could not put it in force ({what}): {hindrance}. It is kept, and served once this is mended."
            )

    def _mesh(self) -> Mesh:
        if self.served.mesh is None:
            raise NotFound(
                "could not change the mesh: this hub serves none. Set ads.address and ads.mesh_file, and see "
                "`meshhub ads status` for what is wrong with the file."
            )
        return self.served.mesh

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._settings.reload_seconds)
            try:
                await asyncio.to_thread(self._refresh_if_changed)
            except Exception:
                logger.exception("could not look at the mesh file")

    def _refresh_if_changed(self) -> None:
        with self._changing:  # what a change writes is its author's, not the mesh file's
            if any(_stamp(path) != stamp for path, stamp in self._stamps.items()):
                self._refresh(AUTHOR, "changed on disk")

    def _refresh(self, author: str, message: str) -> str:
        """Read, build and publish: all of it or nothing, and then why. On a thread of its own."""
        with self._working:
            path = self._settings.mesh_file
            if path is None:
                return ""
            self._stamps = {p: _stamp(p) for p in {*self._stamps, path, self._path}}
            try:
                mesh, overrides = load_mesh(path), laid.read_overrides(self._path)
                effective = laid.overlaid(mesh, overrides)
                self._stamps = {p: _stamp(p) for p in {path, self._path, *self._builder.files(mesh)}}
                built = self._builder.build(effective)
            except (MeshhubError, ValueError) as error:
                self.served = replace(self.served, faults=(str(error),))
                logger.error("what is served stays as it is: %s", error)
                return str(error)
            for fault in built.faults:
                logger.error("a proxy's certificate cannot be served: %s", fault)
            self._publish(built)
            self.served = self.served.followed_by(mesh, overrides, built.faults, self._clock.now())
            self._record(mesh, path, overrides, author, message)
            return ""

    def _publish(self, built: Built) -> None:
        if self._loop is None:
            return
        done = asyncio.run_coroutine_threadsafe(self._publish_here(built), self._loop)
        changed = done.result(60)
        logger.info("serving the mesh", extra={"proxies": len(built.snapshots), "proxies_changed": changed})

    async def _publish_here(self, built: Built) -> int:
        for node, snapshot in built.snapshots.items():
            self.board.expect(node, snapshot.version, built.certificates_end.get(node))
        changed = self._server.publish(dict(built.snapshots))
        self.board.forget({state.node for state in self.board.proxies} - built.snapshots.keys())
        return changed

    def _record(self, mesh: Mesh, path: Path, overrides: laid.Overrides, author: str, message: str) -> None:
        if self._history is None:
            self._unrecorded = partial(self._record, mesh, path, overrides, author, message)
            return
        documents = (
            AppliedDocument("mesh.yaml", path.read_text(encoding="utf-8"), secret=mesh.hub.token is not None),
            AppliedDocument(laid.FILE, overrides.text),
        )
        scope = Scope(mesh.cluster, BUNDLE, TARGET, cluster=mesh.cluster)
        try:
            self._history.record(Applied(scope, documents, author, message, Deed.SERVE), self._clock.now())
        except MeshhubError as error:
            logger.error("what is served is not in the history: %s", error)


def _stamp(path: Path) -> Stamp:
    """What changes when a file is written or replaced; None while it cannot be seen."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
