"""The hub: builds its parts from the settings, starts them in order and stops them in reverse."""

import asyncio
import logging
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial

from fastapi import APIRouter

from alerting.evaluation.board import Board
from alerting.evaluation.service import EvaluationService
from collector.service import Collector
from collector.span_calls import SpanCalls
from dashboard.api.compat.alertmanager import create_router as create_alertmanager_router
from dashboard.api.compat.router import create_compat_router
from dashboard.api.router import create_router
from dashboard.api.streams import Streams
from dashboard.reads import Reads
from dashboard.ui import content_security_policy, create_ui
from envoy_config.ads.service import AdsService
from envoy_config.history.history import FILE as HISTORY
from envoy_config.history.history import History
from meshhub import __version__
from meshhub.access.login import create_me_router
from meshhub.app.access import Access, TenantApplications
from meshhub.app.alerting import HubVitals, make_alerting, notifications_of
from meshhub.app.backups import HubBackups
from meshhub.app.checkup.gathering import HubCheckup, Leadership
from meshhub.app.engine_watch import EngineWatch
from meshhub.app.observed_queries import ObservedQueries
from meshhub.app.owned_mesh import AdsMesh
from meshhub.app.wiring_watch import WiringWatch
from meshhub.clock import Clock, SystemClock
from meshhub.errors import MeshhubError
from meshhub.jaeger_grpc.server import JaegerGrpcServer
from meshhub.model import Signal
from meshhub.secret import Secret
from meshhub.settings import Settings
from meshhub.settings.exposure import open_addresses
from meshhub.telemetry.provider import Telemetry
from meshhub.web.application import UI_PATH, Core, Pages, Parts, create_application, create_core
from meshhub.web.health import Check
from meshhub.web.server import WebServer
from storage.client import Store

DEFAULT_OTLP_GRPC_PORT = 4317
HISTORY_TIMEOUT = timedelta(seconds=5)

STARTED = f"meshhub {__version__} started"
"""The log line that says it; its fields say where the hub is."""

logger = logging.getLogger(__name__)


class Hub:
    """One hub on one data directory. To be started and stopped on one event loop."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        """Nothing is opened, bound or reached yet.

        Raises:
            MeshhubError: the settings name something that cannot be used (a token file, the store).
        """
        for _, reason in open_addresses(settings):
            logger.warning("insecure: %s", reason)
        self._settings = settings
        self._clock = clock or SystemClock()
        self._telemetry = Telemetry(settings.telemetry, version=__version__)
        self._store = Store.open(settings.store, settings.data_dir, settings.storage)
        self._access = Access(settings, self._clock)
        self._watch = EngineWatch(self._store, self._schema_keeper(), self._telemetry.meter)
        self._collector = Collector(
            settings.collector,
            settings.data_dir,
            self._watch,
            self._telemetry.meter,
            self._access.authenticator.ingest_tenant,
        )
        self._span_calls = SpanCalls(self._store, self._clock, self._spans_waiting)
        self._ads = AdsService(settings.ads, settings.data_dir, self._clock, self._telemetry.meter)
        self._board = Board()
        self._evaluation = self._make_evaluation()
        self._notifications = notifications_of(settings)
        self._web = WebServer(settings.web)
        self._running = AsyncExitStack()

    @property
    def url(self) -> str:
        """The base URL of pages and API, with the port that was bound."""
        return self._web.url

    async def start(self) -> None:
        """Take addresses and data directory, accept telemetry, answer, and bring the schema in place.

        A server engine that does not answer is waited for while the receivers accept into the journal.

        Raises:
            DataDirectoryInUse: another hub has the data directory.
            MeshhubError: an address is taken, or the engine cannot be used. Nothing is left running.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Drain: end answering, then accepting, then loading. Safe to repeat."""
        await self._running.aclose()

    async def _start(self) -> None:
        running, to_thread = self._running, asyncio.to_thread
        running.push_async_callback(to_thread, self._telemetry.stop)
        running.push_async_callback(to_thread, self._store.close)
        running.push_async_callback(to_thread, self._access.close)
        running.push_async_callback(to_thread, self._web.stop)  # whatever fails below, the address is free again
        self._web.bind()
        running.push_async_callback(to_thread, self._watch.stop)
        running.push_async_callback(self._collector.stop)
        await self._collector.start()
        running.push_async_callback(self._ads.stop)
        await self._ads.start()  # early: proxies wait for it, and it needs nothing of what follows
        self._keep_history()
        # The engine before the pages: an embedded one that cannot be opened ends the start.
        await to_thread(self._watch.start, must_answer=self._store.embedded)
        running.push_async_callback(to_thread, self._span_calls.stop)
        self._span_calls.start()
        running.push_async_callback(to_thread, self._web.stop)
        reads = self._make_reads()
        await to_thread(self._keep_wiring, reads)
        running.push_async_callback(to_thread, reads.graphs.stop)
        reads.graphs.start()
        await to_thread(self._start_alerting, reads)
        self._care(reads)
        jaeger = JaegerGrpcServer(self._settings.jaeger_grpc, reads.compat, self._access.jaeger_lets)
        running.push_async_callback(to_thread, jaeger.stop)
        await to_thread(jaeger.start)
        await to_thread(self._serve_web, reads)
        token = await to_thread(self._access.first_token)
        if token is not None:
            _show_once(token)
        where = {
            "data_dir": self._settings.data_dir,
            "url": self.url,
            **self._collector.ports,
            **jaeger.ports,
            **self._ads.ports,
        }
        logger.info(STARTED, extra=where)

    def _keep_history(self) -> None:
        loop = asyncio.get_running_loop()

        def deliver(request: bytes) -> None:
            taken = asyncio.run_coroutine_threadsafe(self._collector.receive(Signal.METRICS, request), loop)
            taken.result(HISTORY_TIMEOUT.total_seconds())

        self._telemetry.history.connect(deliver)
        self._running.push_async_callback(self._end_history)

    async def _end_history(self) -> None:
        await asyncio.to_thread(self._telemetry.flush, HISTORY_TIMEOUT.total_seconds())
        self._telemetry.history.connect(None)

    def _keep_wiring(self, reads: Reads) -> None:
        """The history of the configuration, in the data directory."""
        history = History(self._settings.data_dir / HISTORY)
        self._running.push_async_callback(asyncio.to_thread, history.close)
        wiring, served = self._settings.wiring, self._settings.ads.mesh_file
        if wiring.mesh_file is None and served is not None:
            wiring = wiring.model_copy(update={"mesh_file": served})  # one mesh file is shown as it is served
        reads.wiring.connect(history, wiring)
        self._ads.keep(history)
        reads.proxies.connect(self._ads)

    def _schema_keeper(self) -> Callable[[], list[str]]:
        """Who sees to the schema: this hub, or somebody else that it waits for."""
        return self._store.bring_schema_in_place if self._settings.storage.migrate else self._store.await_schema

    def _care(self, reads: Reads) -> None:
        """Checks of the hub itself, and backups of it."""
        reads.checkup.connect(
            HubCheckup(self._settings, self._store, self._collector, self._board, self._clock, _own_leadership)
        )
        backups = HubBackups(self._store.backups, self._settings.data_dir, self._clock, self._collector.waiting)
        self._running.push_async_callback(asyncio.to_thread, backups.stop)
        reads.backups.connect(backups)

    def _make_reads(self, tenant: str | None = None) -> Reads:
        """The reads of everything, or of one tenant's data."""
        store = self._store if tenant is None else self._store.of_tenant(tenant)
        observed = ObservedQueries(store, self._telemetry.meter, self._telemetry.tracer)
        board = self._board if tenant is None else None
        owned = AdsMesh(self._ads) if tenant is None else None
        return Reads(observed, self._clock, self._settings.topology, board, self._settings.storage.retention, owned)

    def _make_evaluation(self) -> EvaluationService:
        observed = ObservedQueries(self._store, self._telemetry.meter, self._telemetry.tracer)
        made = EvaluationService(
            self._settings.alerting, observed, self._clock, self._telemetry.meter, self._board, listener=None
        )
        made.load()
        return made

    def _start_alerting(self, reads: Reads) -> None:
        """Evaluation, pager and dispatcher. Stopped in reverse: nothing is evaluated that nobody would be told of."""
        vitals = HubVitals(self._collector, self._watch.check, self._board, self._settings, self._clock)
        service = make_alerting(self._settings, self._notifications, reads, vitals, self._board, self._clock)
        self._running.push_async_callback(asyncio.to_thread, service.stop)
        service.start()
        watch = WiringWatch(
            reads.doctor.checkup, service.pager, self._clock, self._settings.alerting.wiring_every_seconds
        )
        self._running.push_async_callback(asyncio.to_thread, watch.stop)
        watch.start()
        self._evaluation.connect(service)
        reads.alerts.connect(service)
        self._running.push_async_callback(asyncio.to_thread, self._evaluation.stop)
        self._evaluation.start()

    def _serve_web(self, reads: Reads) -> None:
        streams = Streams()
        tenants = TenantApplications(lambda tenant: self._make_tenant(tenant, streams))
        self._running.push_async_callback(asyncio.to_thread, tenants.close)
        parts = self._make_parts(reads, streams)
        parts = replace(parts, routers=[*parts.routers, *self._access.routers()])
        guard = partial(self._access.guard, tenants=tenants)
        self._web.start(create_application(self._settings.web, parts, guard), streams.end)

    def _make_tenant(self, tenant: str, streams: Streams) -> tuple[Core, Callable[[], None]]:
        """The application of one tenant. Alerts and SLOs are of the whole hub: it has none."""
        reads = self._make_reads(tenant)
        parts = self._make_parts(reads, streams)
        core = create_core(self._settings.web, replace(parts, routers=[*parts.routers, create_me_router()]))
        return core, reads.graphs.stop

    def _make_parts(self, reads: Reads, streams: Streams) -> Parts:
        telemetry = self._telemetry
        ui = create_ui(
            reads, self._clock, f"{UI_PATH}/", otlp_port=self._collector.ports.get("otlp_grpc", DEFAULT_OTLP_GRPC_PORT)
        )
        return Parts(
            routers=self._make_routers(reads, streams),
            pages=Pages(ui.server, content_security_policy(ui)),
            checks=[
                Check("receivers", self._check_receivers),
                Check("engine", self._watch.check),
                Check("ads", self._ads.check),
            ],
            expose=telemetry.exposition,
            meter=telemetry.meter,
            tracer=telemetry.tracer,
            version=__version__,
        )

    def _make_routers(self, reads: Reads, streams: Streams) -> list[APIRouter]:
        return [
            create_router(reads, self._clock, streams),
            create_compat_router(reads.compat),
            create_alertmanager_router(reads.alerts, self._clock),
        ]

    def _spans_waiting(self) -> int:
        waiting = self._collector.waiting()
        return waiting[Signal.TRACES] + waiting[Signal.ZIPKIN]

    def _check_receivers(self) -> None:
        if not self._collector.ready:
            raise MeshhubError("the receivers take no requests: the hub starts or stops, or the journal is full")


def _own_leadership() -> Leadership:
    return Leadership("one hub on its data directory", True)


def _show_once(token: Secret) -> None:
    """On standard output, where no log is: a token is in no log."""
    text = (
        "Nobody could log in yet, so a token for an administrator was made. It is shown this once:\n\n"
        f"  {token.reveal()}\n\n"
        "Make others with `meshhub token create`, and revoke this one with `meshhub token revoke`.\n"
    )
    sys.stdout.write(text)
    sys.stdout.flush()
