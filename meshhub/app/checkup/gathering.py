"""Gathers the facts from the hub's parts."""

import resource
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from alerting.evaluation.board import Board
from collector.service import Collector
from dashboard.reads.checkup import HubCheck
from meshhub.app.checkup.certificates import read_certificates
from meshhub.app.checkup.checks import judge
from meshhub.app.checkup.facts import EngineFact, Facts, RetentionFact, SchemaFact
from meshhub.clock import Clock
from meshhub.errors import MeshhubError
from meshhub.settings import Settings
from storage.client import Store
from storage.migrations import State
from storage.records.hub import EngineFacts

_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_NO_LIMIT = 1 << 60


@dataclass(frozen=True, slots=True)
class Leader:
    """Who evaluates SLOs, as far as this hub knows: empty where it does not; and whether that is this hub."""

    leader: str
    is_leader: bool


class HubCheckup:
    """See dashboard.reads.checkup.Checkup."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        collector: Collector,
        board: Board,
        clock: Clock,
        leadership: Callable[[], Leader],
    ) -> None:
        self._settings = settings
        self._store = store
        self._collector = collector
        self._board = board
        self._clock = clock
        self._leadership = leadership
        self._started = clock.now().timestamp() - clock.monotonic()

    def run(self) -> list[HubCheck]:
        """Look at everything now."""
        return judge(self._facts())

    def _facts(self) -> Facts:
        settings, statistics, now = self._settings, self._collector.statistics(), self._clock.now()
        disk = shutil.disk_usage(settings.data_dir)
        leadership = self._leadership()
        engine, trouble = self._engine()
        limits = settings.storage.limits
        return Facts(
            now=now,
            drift_seconds=now.timestamp() - self._clock.monotonic() - self._started,
            lag_seconds={signal.value: each.lag_seconds for signal, each in statistics.signals.items()},
            loader_errors={
                signal.value: each.loader_error for signal, each in statistics.signals.items() if each.loader_error
            },
            journal_bytes=statistics.journal_bytes,
            journal_bound=int(settings.collector.journal.max_bytes),
            quarantined=statistics.quarantined,
            ports=self._collector.ports,
            ready=self._collector.ready,
            disk_free=disk.free,
            disk_total=disk.total,
            engine=engine,
            engine_trouble=trouble,
            schema=self._schema() if engine else None,
            retention=self._retention() if engine else None,
            evaluation_trouble=self._board.current.trouble,
            leader=leadership.leader,
            is_leader=leadership.is_leader,
            certificates=read_certificates(settings),
            open_files=sum(1 for _ in Path("/proc/self/fd").iterdir()) if Path("/proc/self/fd").exists() else 0,
            open_files_limit=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            memory_limit=_memory_limit(),
            query_memory=limits.max_memory_bytes * limits.concurrent_queries,
            embedded=self._store.embedded,
        )

    def _engine(self) -> tuple[EngineFact | None, str]:
        try:
            before = self._clock.now().timestamp()
            [found] = self._store.query("engine_facts", {}, EngineFacts)
            after = self._clock.now().timestamp()
        except MeshhubError as error:
            return None, str(error)
        there = found.unix_micro / 1e6
        ahead = there - after if there > after else min(there - before, 0.0)
        return EngineFact(found.version, ahead, found.free_bytes, found.total_bytes, found.parts), ""

    def _schema(self) -> SchemaFact | None:
        try:
            status = self._store.migrations.status()
        except MeshhubError:
            return None
        applied = [each.number for each in status if each.state is not State.PENDING]
        changed = tuple(each.number for each in status if each.state is State.CHANGED)
        return SchemaFact(max(applied, default=0), status[-1].number, len(status) - len(applied), changed)

    def _retention(self) -> RetentionFact | None:
        try:
            return RetentionFact(self._store.retention_differences())
        except MeshhubError:
            return None


def _memory_limit() -> int:
    for path in _CGROUP_LIMITS:
        try:
            text = path.read_text(encoding="ascii").strip()
        except OSError:
            continue
        return int(text) if text.isdigit() and int(text) < _NO_LIMIT else 0
    return 0
