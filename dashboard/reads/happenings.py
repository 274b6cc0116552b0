"""What happened to a service besides its requests: versions seen for the first time, configuration put in force,
promises broken and kept again."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from alerting.pager import AlertStatus
from dashboard.queries import Queries
from dashboard.reads.alerts import AlertReads
from dashboard.reads.bounds import bounds
from dashboard.reads.service_model import Side
from dashboard.reads.wiring import WiringReads
from envoy_config.history.history import HistoryFault
from meshhub.clock import Clock
from meshhub.errors import NotFound
from meshhub.model import TimeRange
from storage.records.services import VersionBirth
from topology.model import NodeKind, ServiceNode

logger = logging.getLogger(__name__)

MAX_VERSIONS = 100
_CROSSINGS = {"firing": "began to fire", "resolved": "is over"}


class HappeningKind(StrEnum):
    """What it is about."""

    VERSION = "version"
    SLO = "slo"
    CONFIG = "config"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened at one moment. `text` is for people."""

    kind: HappeningKind
    time: datetime
    text: str


class HappeningReads:
    """What happened to services. Every method blocks and is thread-safe."""

    def __init__(self, queries: Queries, alerts: AlertReads, wiring: WiringReads, clock: Clock) -> None:
        self._queries = queries
        self._alerts = alerts
        self._wiring = wiring
        self._clock = clock

    def applied(self, window: TimeRange, node: ServiceNode | None = None) -> tuple[Happening, ...]:
        """The configuration that was put in force in a window, for a service or for any, by time. Empty where its
        history cannot be read: charts are worth showing without."""
        about = {} if node is None else {"cluster": node.cluster, "namespace": node.namespace, "service": node.service}
        try:
            found = self._wiring.put_in_force(window, **about)
        except HistoryFault as error:
            logger.warning("%s", error)
            return ()
        return tuple(Happening(HappeningKind.CONFIG, each.at, each.text) for each in found)

    def births(self, node: ServiceNode, window: TimeRange) -> tuple[Happening, ...]:
        """The versions of a service that were seen for the first time in a window, by time.

        The oldest of all that is stored was not born: it was there. Minutes are as exact as it gets.
        """
        if not node.service:
            return ()
        for side in (Side.OWN, Side.CALLERS):
            found = self._queries.query("service_version_births", _question(node, window, side), VersionBirth)
            named = [birth for birth in found if birth.version]
            if named:
                return tuple(
                    Happening(HappeningKind.VERSION, time, f"version {birth.version} of {node.service} first seen")
                    for birth in named[1:]
                    if window.start <= (time := datetime.fromtimestamp(birth.first_minute, UTC)) < window.end
                )
        return ()

    def crossings(self, node: ServiceNode, window: TimeRange) -> tuple[Happening, ...]:
        """When alerts about a service began to fire and were over in a window, by time: those that go on, or ended
        in the last hour. Empty where alerting does not run."""
        try:
            about = {each.alert.fingerprint: each for each in self._alerts.alerts() if _is_about(each, node)}
            if not about:
                return ()
            events = self._alerts.events(max(self._clock.now() - window.start, timedelta(0)))
        except NotFound:
            return ()
        return tuple(
            Happening(HappeningKind.SLO, event.at, f"{about[event.fingerprint].alert.name} {_CROSSINGS[event.what]}")
            for event in sorted(events, key=lambda event: (event.at, event.fingerprint))
            if event.fingerprint in about and event.what in _CROSSINGS and window.start <= event.at < window.end
        )


def _question(node: ServiceNode, window: TimeRange, side: Side) -> dict[str, object]:
    """By every name that peers may know the service by: they may leave out its cluster."""
    outside = int(node.kind is NodeKind.EXTERNAL)
    clusters = sorted({node.cluster, ""})
    return bounds(window) | {
        "side": side.value,
        "services": [node.service],
        "sources": [],
        "destinations": [(outside, cluster, node.namespace, node.service) for cluster in clusters],
        "limit": MAX_VERSIONS,
    }


def _is_about(status: AlertStatus, node: ServiceNode) -> bool:
    labels = status.alert.labels
    return (
        bool(node.service)
        and labels.get("service") == node.service
        and labels.get("namespace", "") in ("", node.namespace)
    )
