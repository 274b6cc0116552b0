"""The hub: builds its parts from the settings, starts them in order and stops them in reverse."""

import asyncio
import logging
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from datetime import timedelta
from functools import partial

from fastapi import APIRouter

from alerting.evaluation.board import Board
from alerting.evaluation.service import EvaluationService
from alerting.lease.leadership import Alone, Leadership
from alerting.ledger.ledger import Ledger
from collector.journal.directory import DirectoryLock
from collector.service import Collector
from collector.span_calls import DELAY, MOST_WAITING, SpanCalls
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
from meshhub.app.alerting import LEDGER, HubVitals, leadership_of, make_alerting, notifications_of, observe_leadership
from meshhub.app.backups import HubBackups
from meshhub.app.checkup.gathering import HubCheckup, Leader
from meshhub.app.engine_watch import EngineWatch
from meshhub.app.observed_queries import ObservedQueries
from meshhub.app.owned_mesh import AdsMesh
from meshhub.app.processes import Intake, ProcessReport, Reporter, SeenProcess, intake_of, shown
from meshhub.app.remote_ads import CHANGES, Changes, RemoteAds, report_of
from meshhub.app.remote_ads import KIND as ADS_REPORT
from meshhub.app.shared import ACCESS_LOG, ALERTING_LOG, WIRING_LOG, Shared, are_apart
from meshhub.app.wiring_watch import WiringWatch
from meshhub.clock import Clock, SystemClock
from meshhub.errors import MeshhubError, StorageError
from meshhub.jaeger_grpc.server import JaegerGrpcServer
from meshhub.model import Signal
from meshhub.secret import Secret
from meshhub.settings import Settings
from meshhub.settings.exposure import open_addresses
from meshhub.settings.roles import HubRole
from meshhub.telemetry.provider import Telemetry
from meshhub.web.application import UI_PATH, Core, Pages, Parts, create_application, create_core
from meshhub.web.health import Check
from meshhub.web.server import WebServer
from storage.client import Store
from storage.shared.log import Log

DEFAULT_OTLP_GRPC_PORT = 4317
HISTORY_TIMEOUT = timedelta(seconds=5)

STARTED = f"meshhub {__version__} started"
"""The log line that says it; its fields say where the hub is."""

logger = logging.getLogger(__name__)


class Hub:
    """One process of a hub, with the roles of its settings, on one data directory.

    To be started and stopped on one event loop.
    """

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
        self._shared = Shared(settings, self._clock) if are_apart(settings) else None
        self._access = Access(settings, self._clock, self._log_of(ACCESS_LOG))
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
        self._remote_ads = self._make_remote_ads()
        self._board = Board()
        self._evaluation = self._make_evaluation()
        self._notifications = notifications_of(settings)
        self._web = WebServer(settings.web)
        self._leadership: Leadership = Alone()
        self._followers: list[Callable[[], None]] = [self._access.ledger.follow]
        self._is_up = False
        self._is_stopping = False
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
        """Drain: say that it is not ready, and after a while end answering, then accepting, then loading. Safe to
        repeat."""
        if not self._is_stopping:
            self._is_stopping = True
            await asyncio.sleep(self._settings.drain_delay_seconds if self._is_up else 0)
        await self._running.aclose()

    async def _start(self) -> None:
        running, to_thread, settings = self._running, asyncio.to_thread, self._settings
        running.push_async_callback(to_thread, self._telemetry.stop)
        running.push_async_callback(to_thread, self._store.close)
        if self._shared is not None:
            running.push_async_callback(to_thread, self._shared.close)
        running.push_async_callback(to_thread, self._access.close)
        running.push_async_callback(to_thread, self._web.stop)  # whatever fails below, the address is free again
        self._web.bind()
        running.push_async_callback(to_thread, self._watch.stop)
        await self._start_collector()
        if settings.has(HubRole.ADS):
            await to_thread(self._take_changes)
            running.push_async_callback(self._ads.stop)
            await self._ads.start()  # early: proxies wait for it, and it needs nothing of what follows
        # The engine before the pages: an embedded one that cannot be opened ends the start.
        await to_thread(self._watch.start, must_answer=self._store.embedded)
        running.push_async_callback(to_thread, self._web.stop)
        reads = self._make_reads()
        await to_thread(self._keep_wiring, reads)
        running.push_async_callback(to_thread, reads.graphs.stop)
        if settings.has(HubRole.WEB):
            reads.graphs.start()
        if settings.has(HubRole.WEB) or settings.has(HubRole.ALERTING):
            await to_thread(self._start_alerting, reads)
        if settings.has(HubRole.COLLECTOR if self._shared is None else HubRole.ALERTING):
            running.push_async_callback(to_thread, self._span_calls.stop)
            self._span_calls.start()
        ports = await to_thread(self._answer, reads)
        where = {"data_dir": settings.data_dir, "url": self.url, **self._collector.ports, **ports, **self._ads.ports}
        if self._shared is not None:
            await to_thread(self._join_the_others, self._shared)
            where["roles"] = ",".join(settings.roles)
        self._is_up = True
        logger.info(STARTED, extra=where)

    async def _start_collector(self) -> None:
        """Take telemetry, or at least the data directory."""
        if self._settings.has(HubRole.COLLECTOR):
            self._running.push_async_callback(self._collector.stop)
            await self._collector.start()
            self._keep_history()
        else:
            self._running.callback(DirectoryLock.acquire(self._settings.data_dir).release)

    def _answer(self, reads: Reads) -> dict[str, int]:
        """Serve pages and API with the role for it, and in any case how this process is; the ports of Jaeger's API."""
        if not self._settings.has(HubRole.WEB):
            application = create_application(self._settings.web, self._make_parts([], None), self._access.guard)
            self._web.start(application)
            return {}
        self._care(reads)
        jaeger = JaegerGrpcServer(self._settings.jaeger_grpc, reads.compat, self._access.jaeger_lets)
        self._running.push_async_callback(asyncio.to_thread, jaeger.stop)
        jaeger.start()
        self._serve_web(reads)
        if self._shared is None:
            self._offer_first_token()
        else:
            self._followers.append(self._offer_first_token)
        return jaeger.ports

    def _offer_first_token(self) -> None:
        """Show a token for the first administrator, where nobody could come in otherwise."""
        try:
            token = self._access.first_token()
        except StorageError:
            return  # processes share them: the next time
        if token is not None:
            _show_once(token)

    def _take_changes(self) -> None:
        """Begin to serve with what people changed at other processes, if the engine answers."""
        if self._shared is None or not self._ads.on:
            return
        changes = Changes(self._ads, self._shared.log(CHANGES), self._settings.data_dir)
        self._followers.append(changes.follow)
        try:
            changes.follow()
        except StorageError as error:
            logger.warning("serving without what was changed meanwhile, until the engine answers: %s", error)

    def _join_the_others(self, shared: Shared) -> None:
        """Follow what other processes of the hub do, and tell them how this one is."""
        others: dict[str, Callable[[], str]] = {}
        if self._settings.has(HubRole.ADS) and self._ads.on:
            others[ADS_REPORT] = report_of(self._ads)
        self._running.push_async_callback(asyncio.to_thread, shared.stop)
        shared.follow(self._followers)
        reporter = Reporter(shared.engine, self._describe)
        self._running.push_async_callback(asyncio.to_thread, reporter.stop)
        reporter.start(others)

    def _describe(self) -> ProcessReport:
        """How this process is."""
        trouble = {}
        for check in self._checks():
            try:
                check.probe()
            except MeshhubError as error:
                trouble[check.name] = str(error)
        settings = self._settings
        return ProcessReport(
            f"{socket.gethostname()}:{self._web.port}/{'+'.join(settings.roles)}",
            tuple(settings.roles),
            __version__,
            self.url,
            trouble,
            leads=self._leadership.leads if settings.has(HubRole.ALERTING) else None,
            intake=intake_of(self._collector, settings) if settings.has(HubRole.COLLECTOR) else None,
        )

    def _processes(self) -> list[SeenProcess]:
        """All processes of the hub; where it is one process, that."""
        return [SeenProcess(self._describe(), 0.0)] if self._shared is None else self._shared.processes.seen()

    def _log_of(self, name: str) -> Log | None:
        return None if self._shared is None else self._shared.log(name)

    def _make_remote_ads(self) -> RemoteAds | None:
        """The server of another process, where this one has none."""
        if self._shared is None or self._settings.has(HubRole.ADS):
            return None
        return RemoteAds(self._shared.processes, self._shared.log(CHANGES))

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
        history = History(self._settings.data_dir / HISTORY, self._log_of(WIRING_LOG))
        self._followers.append(history.follow)
        self._running.push_async_callback(asyncio.to_thread, history.close)
        wiring, served = self._settings.wiring, self._settings.ads.mesh_file
        if wiring.mesh_file is None and served is not None:
            wiring = wiring.model_copy(update={"mesh_file": served})  # one mesh file is shown as it is served
        reads.wiring.connect(history, wiring)
        self._ads.keep(history)
        reads.proxies.connect(self._remote_ads or self._ads)

    def _schema_keeper(self) -> Callable[[], list[str]]:
        """Who sees to the schema: this hub, or somebody else that it waits for."""
        return self._store.bring_schema_in_place if self._settings.storage.migrate else self._store.await_schema

    def _care(self, reads: Reads) -> None:
        """Checks of the hub itself, and backups of it."""
        reads.checkup.connect(
            HubCheckup(self._settings, self._store, self._collector, self._board, self._clock, self._who_leads)
        )
        reads.hub.connect(lambda: [shown(each) for each in self._processes()])
        backups = HubBackups(self._store.backups, self._settings.data_dir, self._clock, self._collector.waiting)
        self._running.push_async_callback(asyncio.to_thread, backups.stop)
        reads.backups.connect(backups)

    def _make_reads(self, tenant: str | None = None) -> Reads:
        """The reads of everything, or of one tenant's data."""
        store = self._store if tenant is None else self._store.of_tenant(tenant)
        observed = ObservedQueries(store, self._telemetry.meter, self._telemetry.tracer)
        board = self._board if tenant is None else None
        owned = (self._remote_ads or AdsMesh(self._ads)) if tenant is None else None
        return Reads(observed, self._clock, self._settings.topology, board, self._settings.storage.retention, owned)

    def _make_evaluation(self) -> EvaluationService:
        observed = ObservedQueries(self._store, self._telemetry.meter, self._telemetry.tracer)
        made = EvaluationService(
            self._settings.alerting, observed, self._clock, self._telemetry.meter, self._board, listener=None
        )
        made.load()
        return made

    def _start_alerting(self, reads: Reads) -> None:
        """Evaluation, pager and dispatcher. Stopped in reverse: nothing is evaluated that nobody would be told of.

        Without the role of alerting: what SLOs and alerts are shown from, and what people do about them.
        """
        settings, stack = self._settings, ExitStack()
        self._running.push_async_callback(asyncio.to_thread, stack.close)
        if not settings.has(HubRole.ALERTING) and self._shared is None:
            return
        self._leadership = stack.enter_context(leadership_of(settings, self._shared, self._clock))
        vitals = HubVitals(self._intake, self._processes, self._watch.check, self._board, self._clock)
        ledger = Ledger(settings.data_dir / LEDGER, self._log_of(ALERTING_LOG))
        service = make_alerting(ledger, self._notifications, reads, vitals, self._board, self._clock, self._leadership)
        stack.callback(service.stop)
        service.start()
        if settings.has(HubRole.ALERTING):
            watch = WiringWatch(reads.doctor.checkup, service, self._clock, settings.alerting.wiring_every_seconds)
            stack.callback(watch.stop)
            watch.start()
            observe_leadership(self._telemetry.meter, lambda: service.active)
        self._evaluation.connect(service)
        reads.alerts.connect(service)
        stack.callback(self._evaluation.stop)
        self._evaluation.start()

    def _intake(self) -> Intake:
        if self._shared is None:
            return intake_of(self._collector, self._settings)
        return self._shared.processes.intake()

    def _who_leads(self) -> Leader:
        if self._shared is None:
            return Leader("one hub on its data directory", True)
        leading = next((each.report.name for each in self._processes() if each.report.leads and not each.silent), "")
        return Leader(leading, self._leadership.leads)

    def _serve_web(self, reads: Reads) -> None:
        streams = Streams()
        tenants = TenantApplications(lambda tenant: self._make_tenant(tenant, streams))
        self._running.push_async_callback(asyncio.to_thread, tenants.close)
        routers = [*self._make_routers(reads, streams), *self._access.routers()]
        parts = self._make_parts(routers, self._make_pages(reads))
        guard = partial(self._access.guard, tenants=tenants)
        self._web.start(create_application(self._settings.web, parts, guard), streams.end)

    def _make_tenant(self, tenant: str, streams: Streams) -> tuple[Core, Callable[[], None]]:
        """The application of one tenant. Alerts and SLOs are of the whole hub: it has none."""
        reads = self._make_reads(tenant)
        routers = [*self._make_routers(reads, streams), create_me_router()]
        core = create_core(self._settings.web, self._make_parts(routers, self._make_pages(reads)))
        return core, reads.graphs.stop

    def _make_pages(self, reads: Reads) -> Pages:
        port = self._collector.ports.get("otlp_grpc", DEFAULT_OTLP_GRPC_PORT)
        ui = create_ui(reads, self._clock, f"{UI_PATH}/", otlp_port=port)
        return Pages(ui.server, content_security_policy(ui))

    def _make_parts(self, routers: list[APIRouter], pages: Pages | None) -> Parts:
        telemetry = self._telemetry
        return Parts(
            routers=routers,
            pages=pages,
            checks=self._checks(),
            expose=telemetry.exposition,
            meter=telemetry.meter,
            tracer=telemetry.tracer,
            version=__version__,
            roles=self._settings.roles,
        )

    def _checks(self) -> list[Check]:
        """What must be well for this process to be ready. A collector alone does without the engine for a while, and so
        does the server of proxies: what waits for them must not be turned away."""
        has = self._settings.has
        checks = {
            Check("stopping", self._check_stopping): True,
            Check("receivers", self._check_receivers): has(HubRole.COLLECTOR),
            Check("engine", self._watch.check): has(HubRole.WEB) or has(HubRole.ALERTING),
            Check("ads", self._ads.check): has(HubRole.ADS),
            Check("lease", self._check_lease): has(HubRole.ALERTING) and self._shared is not None,
        }
        return [check for check, counts in checks.items() if counts]

    def _make_routers(self, reads: Reads, streams: Streams) -> list[APIRouter]:
        return [
            create_router(reads, self._clock, streams),
            create_compat_router(reads.compat),
            create_alertmanager_router(reads.alerts, self._clock),
        ]

    def _spans_waiting(self) -> int:
        """How many segments of spans are not loaded; too many to count calls by where another process does that."""
        if self._shared is None:
            waiting = self._collector.waiting()
            return waiting[Signal.TRACES] + waiting[Signal.ZIPKIN]
        if not self._leadership.leads:
            return MOST_WAITING + 1
        lags = self._shared.processes.intake().lag_seconds
        behind = max(lags.get(Signal.TRACES, 0.0), lags.get(Signal.ZIPKIN, 0.0))
        return MOST_WAITING + 1 if behind > DELAY.total_seconds() else 0

    def _check_stopping(self) -> None:
        if self._is_stopping:
            raise MeshhubError("the process is stopping")

    def _check_lease(self) -> None:
        if self._leadership.trouble:
            raise MeshhubError(f"nobody can tell which process evaluates SLOs: {self._leadership.trouble}")

    def _check_receivers(self) -> None:
        if not self._collector.ready:
            raise MeshhubError("the receivers take no requests: the hub starts or stops, or the journal is full")


def _show_once(token: Secret) -> None:
    """On standard output, where no log is: a token is in no log."""
    text = (
        "Nobody could log in yet, so a token for an administrator was made. It is shown this once:\n\n"
        f"  {token.reveal()}\n\n"
        "Make others with `meshhub token create`, and revoke this one with `meshhub token revoke`.\n"
    )
    sys.stdout.write(text)
    sys.stdout.flush()
