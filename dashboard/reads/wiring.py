"""The configuration of the mesh: what was put in force when, by whom and why."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.reads.wiring_bundles import Bundles
from envoy_config.diff import DocumentDiff, compare
from envoy_config.history.history import History
from envoy_config.history.model import AppliedDocument, Version
from envoy_config.settings import WiringSettings
from meshhub.clock import Clock
from meshhub.errors import NotFound
from meshhub.model import TimeRange

HIDDEN = "(secret: kept for rollback, not shown)\n"
"""What stands for the text of a secret document."""


@dataclass(frozen=True, slots=True)
class VersionDetail:
    """A version with its texts, and what it changed: `changes` is against `before`, the one of its scope before it."""

    version: Version
    documents: tuple[AppliedDocument, ...]
    before: Version | None
    changes: tuple[DocumentDiff, ...]


class WiringReads:
    """Every method blocks, is thread-safe and raises HistoryFault where the history cannot be read."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._connected: History | None = None
        self._bundles: Bundles | None = None

    def connect(self, history: History, settings: WiringSettings | None = None) -> None:
        """Ask this history, and the mesh file of these settings, from now on."""
        self._connected = history
        self._bundles = Bundles(settings or WiringSettings(), history, self._clock)

    @property
    def bundles(self) -> Bundles:
        """What the mesh file stands for.

        Raises:
            NotFound: there is none in this process.
        """
        if self._bundles is None:
            raise NotFound("could not look at the bundles of the mesh: this process has no mesh file")
        return self._bundles

    def history(self, *, mesh: str = "", limit: int = 100, before: int | None = None) -> tuple[Version, ...]:
        """The latest versions, newest first; `before` is the id of the last one seen. Empty where none is kept."""
        found = self._connected
        return found.versions(mesh=mesh, limit=limit, before=before) if found else ()

    def version(self, version: int) -> VersionDetail:
        """One version; secret documents without their texts.

        Raises:
            NotFound: there is none of this id.
        """
        history = self._history
        found = history.version(version)
        earlier = history.versions(scope=found.scope, limit=1, before=version)
        before = earlier[0] if earlier else None
        return VersionDetail(found, self._shown(version), before, self._changes(before, version))

    def compare(self, before: int, after: int) -> tuple[DocumentDiff, ...]:
        """What is different from one version to another, document by document.

        Raises:
            NotFound: there is none of one of these ids.
        """
        return self._changes(self._history.version(before), self._history.version(after).id)

    def in_force(
        self, at: datetime, *, cluster: str = "", namespace: str = "", service: str = ""
    ) -> tuple[Version, ...]:
        """What was in force at a time for a workload, newest first; empty where none is kept."""
        found = self._connected
        return found.in_force(at, cluster=cluster, namespace=namespace, service=service) if found else ()

    def put_in_force(
        self, window: TimeRange, *, cluster: str = "", namespace: str = "", service: str = ""
    ) -> tuple[Version, ...]:
        """What was put in force in a window for a workload, by time; empty where none is kept."""
        found = self._connected
        return found.within(window, cluster=cluster, namespace=namespace, service=service) if found else ()

    @property
    def _history(self) -> History:
        if self._connected is None:
            raise NotFound("could not look at the history of the configuration: this process keeps none")
        return self._connected

    def _shown(self, version: int) -> tuple[AppliedDocument, ...]:
        return tuple(
            AppliedDocument(each.name, HIDDEN, secret=True) if each.secret else each
            for each in self._history.documents(version)
        )

    def _changes(self, before: Version | None, after: int) -> tuple[DocumentDiff, ...]:
        old = self._history.documents(before.id) if before else ()
        return compare(old, self._history.documents(after))
