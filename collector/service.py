"""The collector as a whole: the one object that a hub starts and stops."""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from opentelemetry.metrics import Meter, Observation

from collector import instruments as names
from collector.allocation import keep_freed_memory
from collector.authentication import Authentication, MadeTokens
from collector.instruments import Instruments
from collector.intake import Intake
from collector.isolation import Isolation
from collector.journal.directory import DirectoryLock
from collector.journal.journal import Journal
from collector.loader import Loader, SegmentSink
from collector.quarantine import Quarantine
from collector.receivers.http.exchange import TelemetryApplication
from collector.receivers.http.receiver import HttpReceiver
from collector.receivers.otlp_grpc import OtlpGrpcReceiver
from collector.receivers.otlp_http import OTLP_ENDPOINTS
from collector.receivers.remote_write import RemoteWriteApplication
from collector.receivers.zipkin import ZipkinEndpoint
from collector.scrape.service import ScrapeService
from collector.settings import CollectorSettings
from meshhub.model import Signal

ANSWER_SECONDS = 5.0
"""How long requests under way are waited for when the collector stops."""

OWN_TRANSPORT = "own"
"""How metrics call the way of what the hub sends to itself."""

SCRAPE_TRANSPORT = "scrape"
"""How metrics call the way of what the hub fetches."""

logger = logging.getLogger(__name__)


class Receiver(Protocol):
    """Takes requests over one protocol."""

    port: int

    async def start(self) -> None: ...

    async def stop(self, grace_seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class SignalStatistics:
    """One signal, since the start: records; now: what waits for the engine. `accepted` is without the hub's own."""

    accepted: int
    rejected: int
    refused_requests: int
    sealed_segments: int
    lag_seconds: float
    loader_error: str


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the hub's health page shows of the collector."""

    signals: dict[Signal, SignalStatistics]
    journal_bytes: int
    journal_full: bool
    in_flight_bytes: int
    quarantined: int


class Collector:
    """Receives telemetry, journals it, loads it into a sink. To be started and stopped on one event loop."""

    def __init__(
        self,
        settings: CollectorSettings,
        data_dir: Path,
        sink: SegmentSink,
        meter: Meter,
        made_tokens: MadeTokens | None = None,
    ) -> None:
        """Nothing is opened, bound or started yet. `made_tokens` knows the tokens that are not in the settings.

        Raises:
            ConfigurationError: a token cannot be read.
        """
        self._settings = settings
        self._data_dir = data_dir
        self._instruments = Instruments(meter)
        self._journal = Journal(data_dir / "journal", settings.journal, self._instruments)
        self._intake = Intake(
            self._journal, Authentication.from_settings(settings.auth, made_tokens), settings.limits, self._instruments
        )
        self._quarantine = Quarantine(data_dir)
        self._loaders = {signal: self._loader(signal, sink) for signal in Signal}
        self._receivers = self._make_receivers()
        self._scraping = ScrapeService(settings.scrape, self._take_scrape, meter, self._instruments)
        self._running = AsyncExitStack()
        self._is_serving = False
        self._observe()

    @property
    def ready(self) -> bool:
        """Whether a request sent now would be taken, as far as the collector can tell."""
        return self._is_serving and not self._journal.space.is_full

    @property
    def ports(self) -> dict[str, int]:
        """The bound port of each receiver that listens: otlp_grpc, otlp_http, zipkin."""
        return {name: receiver.port for name, receiver in self._receivers.items() if receiver.port}

    async def start(self) -> None:
        """Take the data directory, recover the journal, load, and listen.

        Raises:
            DataDirectoryInUse: another process has the directory.
            MeshhubError: the directory or an address cannot be used. Nothing is left running.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise
        self._is_serving = True
        logger.info("receiving telemetry on %s", ", ".join(f"{name} :{port}" for name, port in self.ports.items()))

    async def stop(self) -> None:
        """Refuse what is new, answer what is under way, seal, and load what that leaves for as long as is allowed."""
        self._is_serving = False
        self._intake.stopping = True
        await self._running.aclose()

    async def receive(self, signal: Signal, request: bytes) -> None:
        """Take a request of the hub itself, such as its own metrics. On the loop that the collector runs on.

        Raises:
            Refused: nothing of it was taken.
        """
        await self._intake.receive(signal, request, tenant="", transport=OWN_TRANSPORT)

    async def _take_scrape(self, request: bytes, tenant: str) -> None:
        await self._intake.receive(Signal.METRICS, request, tenant, transport=SCRAPE_TRANSPORT)

    def statistics(self) -> Statistics:
        """The present numbers. Reads the quarantine's directory."""
        return Statistics(
            signals={signal: self._statistics_of(signal) for signal in Signal},
            journal_bytes=self._journal.space.used,
            journal_full=self._journal.space.is_full,
            in_flight_bytes=self._intake.admission.bytes,
            quarantined=len(self._quarantine.list()),
        )

    def waiting(self) -> dict[str, int]:
        """Segments of each signal that are journaled and not in the store; the open one does not count."""
        return {signal.value: len(self._journal.sealed[signal]) for signal in Signal}

    async def _start(self) -> None:
        """What is started is registered to be stopped in reverse."""
        keep_freed_memory()
        running = self._running
        lock = DirectoryLock.acquire(self._data_dir)
        running.callback(lock.release)
        running.callback(self._intake.close)
        await asyncio.to_thread(self._journal.open)
        running.push_async_callback(self._stop_loaders)
        for loader in self._loaders.values():
            loader.start()
        running.push_async_callback(asyncio.to_thread, self._journal.close)
        for receiver in self._receivers.values():
            await receiver.start()
            running.push_async_callback(receiver.stop, ANSWER_SECONDS)
        running.push_async_callback(self._scraping.stop)
        await self._scraping.start()

    async def _stop_loaders(self) -> None:
        seconds = self._settings.loader.drain_seconds
        await asyncio.gather(*(asyncio.to_thread(loader.stop, seconds) for loader in self._loaders.values()))

    def _loader(self, signal: Signal, sink: SegmentSink) -> Loader:
        sealed = self._journal.sealed[signal]
        quarantine_bytes = int(self._settings.quarantine.max_bytes)
        return Loader(
            signal,
            sealed,
            sink,
            Isolation(signal, sealed, self._quarantine, quarantine_bytes, self._instruments),
            self._settings.loader,
            self._instruments,
            jitter=lambda: random.uniform(0.5, 1.5),  # noqa: S311 -- spreads retries, guards nothing
        )

    def _make_receivers(self) -> dict[str, Receiver]:
        endpoints, tls, limits = self._settings.endpoints, self._settings.tls, self._settings.limits
        receivers: dict[str, Receiver] = {}
        if endpoints.otlp_grpc is not None:
            receivers["otlp_grpc"] = OtlpGrpcReceiver(endpoints.otlp_grpc, tls, limits, self._intake)
        if endpoints.otlp_http is not None:
            telemetry = TelemetryApplication(self._intake, limits, OTLP_ENDPOINTS)
            application = RemoteWriteApplication(self._intake, limits, telemetry)
            receivers["otlp_http"] = HttpReceiver("OTLP/HTTP", endpoints.otlp_http, tls, limits, application)
        if endpoints.zipkin is not None:
            spans = TelemetryApplication(self._intake, limits, (ZipkinEndpoint(),))
            receivers["zipkin"] = HttpReceiver("Zipkin", endpoints.zipkin, tls, limits, spans)
        return receivers

    def _statistics_of(self, signal: Signal) -> SignalStatistics:
        return SignalStatistics(
            accepted=self._accepted_from_others(signal),
            rejected=self._instruments.rejected.total(signal=signal.value),
            refused_requests=self._instruments.refused.total(signal=signal.value),
            sealed_segments=len(self._journal.sealed[signal]),
            lag_seconds=self._journal.sealed[signal].lag_seconds(),
            loader_error=self._loaders[signal].last_error,
        )

    def _accepted_from_others(self, signal: Signal) -> int:
        accepted = self._instruments.accepted
        own = accepted.total(signal=signal.value, transport=OWN_TRANSPORT)
        return accepted.total(signal=signal.value) - own

    def _observe(self) -> None:
        """Have the meter read what is not counted but measured."""
        gauge, sealed = self._instruments.gauge, self._journal.sealed

        def per_signal(read: Callable[[Signal], float]) -> Callable[[], Iterable[Observation]]:
            return lambda: [Observation(read(signal), {"signal": signal.value}) for signal in Signal]

        gauge(names.JOURNAL_BYTES, "By", "Disk use of all segments.", lambda: [Observation(self._journal.space.used)])
        gauge(names.IN_FLIGHT, "By", "Requests under way.", lambda: [Observation(self._intake.admission.bytes)])
        gauge(names.JOURNAL_SEGMENTS, "{segment}", "Segments to load.", per_signal(lambda signal: len(sealed[signal])))
        gauge(
            names.LAG,
            "s",
            "Age of the oldest segment to load.",
            per_signal(lambda signal: sealed[signal].lag_seconds()),
        )
