"""Questions about the wiring of the mesh: what reports, what does not, and what mends it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from dashboard.queries import Queries
from dashboard.reads.bounds import bounds
from dashboard.reads.findings import FindingReads
from envoy_config.doctor.checkup import examine
from envoy_config.doctor.evidence import Evidence
from envoy_config.doctor.model import Checkup, Configuration, Expected
from envoy_config.doctor.standings import SILENT_AFTER
from envoy_config.emit.hub import CLUSTER
from meshhub.clock import Clock
from meshhub.model import TimeRange
from storage.records.doctor import CountersRow, LastLogsRow, LogsRow, PeerRow, SpansRow, StatsRow

WINDOW = timedelta(minutes=5)
"""What is judged: the time before now."""

LOOK_BACK = timedelta(hours=24)
"""How far back the last report of a proxy is looked for."""

MAX_PROXIES = 20_000


class OwnedMesh(Protocol):
    """What is known of the proxies that this hub configures."""

    def expected(self) -> Sequence[Expected]:
        """The proxies of the mesh file, and what they should send."""
        ...

    def configurations(self) -> dict[str, Configuration]:
        """What each proxy runs with, by node id, "<instance>.<namespace>"."""
        ...


@dataclass(frozen=True, slots=True)
class NoOwnedMesh:
    """No mesh file: nothing is expected."""

    def expected(self) -> Sequence[Expected]:
        return ()

    def configurations(self) -> dict[str, Configuration]:
        return {}


class DoctorReads:
    """The wiring of the mesh. Blocks; thread-safe."""

    def __init__(self, queries: Queries, findings: FindingReads, clock: Clock, owned: OwnedMesh | None = None) -> None:
        self._queries = queries
        self._findings = findings
        self._clock = clock
        self._owned = owned or NoOwnedMesh()

    def checkup(self, length: timedelta = WINDOW) -> Checkup:
        """Every proxy and signal of now, and what is wrong, worst first.

        Raises:
            StorageError: the engine does not answer, or the question went over its limits.
        """
        window = TimeRange.last(length, now=self._clock.now())
        since = window.end - max(LOOK_BACK, length)
        recent = window.end - SILENT_AFTER
        known = {"since": since.timestamp(), "recent": recent.timestamp(), "limit": MAX_PROXIES}
        ask = self._asker(bounds(window) | known)
        return examine(
            Evidence(
                window,
                since,
                logs=ask("access_logs", LogsRow),
                spans=ask("spans", SpansRow),
                stats=ask("stats", StatsRow),
                counters=ask("counters", CountersRow, hub_cluster=CLUSTER),
                last_logs=ask("last_logs", LastLogsRow),
                peers=ask("peers", PeerRow),
                propagation=self._findings.propagation(window),
                expected=self._owned.expected(),
                configurations=self._owned.configurations(),
            )
        )

    def _asker(self, known: dict[str, Any]) -> Callable[..., list[Any]]:
        def ask(about: str, into: type[Any], **further: Any) -> list[Any]:
            return self._queries.query(f"doctor_{about}", known | further, into)

        return ask
