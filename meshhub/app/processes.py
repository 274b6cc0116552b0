"""The processes of one hub: what each says of itself every few seconds, and what is known of all of them."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter, ValidationError

from collector.service import Collector
from dashboard.reads.hub import Process
from meshhub.clock import Clock
from meshhub.errors import MeshhubError
from meshhub.settings import Settings
from storage.records.shared import Report
from storage.shared.log import SharedEngine

EVERY_SECONDS = 5.0
SILENT_SECONDS = 30.0
"""After which a process that did not say that it ends counts as gone."""

FORGOTTEN_SECONDS = 600
"""After which nothing is said any more of a process that is gone."""

FRESH_SECONDS = 2.0
PROCESS = "process"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Intake:
    """How a process that takes telemetry is; see alerting.vitals.Vitals. `accepted` records, since its start."""

    lag_seconds: dict[str, float] = field(default_factory=dict)
    disk_share: float = 0.0
    journal_full: bool = False
    accepted: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class ProcessReport:
    """What a process says of itself.

    `trouble` is what is wrong, by the names of its checks; `leads` is whether it is the one that evaluates, None where
    it never would be.
    """

    name: str
    roles: tuple[str, ...]
    version: str
    url: str
    trouble: dict[str, str] = field(default_factory=dict)
    ended: bool = False
    leads: bool | None = None
    intake: Intake | None = None


@dataclass(frozen=True, slots=True)
class SeenProcess:
    """A process, and how many seconds ago it was heard of."""

    report: ProcessReport
    age_seconds: float

    @property
    def silent(self) -> bool:
        """Whether it is gone without having said so."""
        return not self.report.ended and self.age_seconds > SILENT_SECONDS


_REPORT = TypeAdapter(ProcessReport)


def intake_of(collector: Collector, settings: Settings) -> Intake:
    """How the collector of this process is."""
    statistics = collector.statistics()
    bound = settings.collector.journal.max_bytes
    return Intake(
        {signal.value: each.lag_seconds for signal, each in statistics.signals.items()},
        statistics.journal_bytes / bound if bound else 0.0,
        statistics.journal_full,
        sum(each.accepted for each in statistics.signals.values()),
        statistics.quarantined,
    )


def worst(intakes: list[Intake]) -> Intake:
    """Several as if they were one: the worst of everything, and the sum of what is counted."""
    lags: dict[str, float] = {}
    for each in intakes:
        for signal, lag in each.lag_seconds.items():
            lags[signal] = max(lag, lags.get(signal, 0.0))
    return Intake(
        lags,
        max((each.disk_share for each in intakes), default=0.0),
        any(each.journal_full for each in intakes),
        sum(each.accepted for each in intakes),
        sum(each.quarantined for each in intakes),
    )


def shown(seen: SeenProcess) -> Process:
    """The process as the dashboard shows it."""
    report = seen.report
    return Process(
        report.name,
        report.roles,
        report.version,
        seen.age_seconds,
        tuple(sorted(report.trouble.items())),
        seen.silent,
        report.ended,
        report.leads,
    )


class Reporter:
    """Says how this process is, on a thread of its own. An engine that does not answer is told the next time."""

    def __init__(self, engine: SharedEngine, describe: Callable[[], ProcessReport]) -> None:
        self._engine = engine
        self._describe = describe
        self._others: Mapping[str, Callable[[], str]] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)

    def start(self, others: Mapping[str, Callable[[], str]]) -> None:
        """Begin; `others` are further reports by kind."""
        self._others = others
        self._thread.start()

    def stop(self) -> None:
        """Say that this process ends."""
        self._stopping.set()
        if not self._thread.is_alive():
            return
        self._thread.join()
        report = replace(self._describe(), ended=True, leads=None, trouble={})
        self._say(report.name, PROCESS, _REPORT.dump_json(report).decode())

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                report = self._describe()
                self._say(report.name, PROCESS, _REPORT.dump_json(report).decode())
                for kind, body in self._others.items():
                    self._say(report.name, kind, body())
            except Exception:
                logger.exception("could not say how this process is")
            self._stopping.wait(EVERY_SECONDS)

    def _say(self, name: str, kind: str, body: str) -> None:
        try:
            self._engine.report(name, kind, body)
        except MeshhubError as error:
            logger.debug("could not say how this process is: %s", error)


class Processes:
    """What all processes said last, asked for at most every two seconds. Thread-safe."""

    def __init__(self, engine: SharedEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = threading.Lock()
        self._at = float("-inf")
        self._reports: list[Report] = []

    def seen(self) -> list[SeenProcess]:
        """The processes that were heard of lately, by name.

        Raises:
            StorageError: the engine does not answer.
        """
        return [SeenProcess(_REPORT.validate_json(each.body), each.age_seconds) for each in self._read(PROCESS)]

    def newest(self, kind: str) -> Report | None:
        """The newest report of another kind.

        Raises:
            StorageError: the engine does not answer.
        """
        return min(self._read(kind), key=lambda each: each.age_seconds, default=None)

    def intake(self) -> Intake:
        """How the collectors are, all together.

        Raises:
            StorageError: the engine does not answer.
        """
        present = [each.report.intake for each in self.seen() if not each.silent and not each.report.ended]
        return worst([each for each in present if each is not None])

    def _read(self, kind: str) -> list[Report]:
        with self._lock:
            if self._clock.monotonic() - self._at >= FRESH_SECONDS:
                self._reports = self._engine.reports(FORGOTTEN_SECONDS)
                self._at = self._clock.monotonic()
            return [each for each in self._reports if each.kind == kind and (kind != PROCESS or _is_report(each.body))]


def _is_report(body: str) -> bool:
    """Whether it can be read: a process of another version may say more, or less."""
    try:
        _REPORT.validate_json(body)
    except ValidationError:
        return False
    return True
