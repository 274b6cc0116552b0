"""Alerting in the hub: what it is told of the hub itself and of the service graph, and the service made of it."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from alerting.burning import Reasons
from alerting.evaluation.board import Board
from alerting.inhibition import ServiceKey, fits
from alerting.ledger.ledger import Ledger
from alerting.routing.loading import NOTHING, Notifications, load_notifications
from alerting.service import AlertingService
from alerting.vitals import Vitals
from collector.service import Collector
from dashboard.reads import Reads
from meshhub.clock import Clock
from meshhub.errors import MeshhubError
from meshhub.model import TimeRange
from meshhub.settings import Settings
from topology.model import ServiceGraph

LEDGER = "alerting.sqlite"
GRAPH_WINDOW = timedelta(minutes=15)
GRAPH_SECONDS = 15.0


def notifications_of(settings: Settings) -> Notifications:
    """Who is told of what.

    Raises:
        ConfigurationError: the file is wrong.
    """
    path = settings.alerting.notifications
    return NOTHING if path is None else load_notifications(path, time.time, settings.alerting.external_url)


def make_alerting(
    settings: Settings, notifications: Notifications, reads: Reads, vitals: "HubVitals", board: Board, clock: Clock
) -> AlertingService:
    """The service, on the ledger in the data directory.

    Raises:
        LedgerFault: the ledger cannot be opened.
    """
    return AlertingService(
        Ledger(settings.data_dir / LEDGER),
        notifications,
        clock,
        vitals.read,
        dependencies=GraphDependencies(reads.graphs.graph, clock),
        annotator=Reasons(board, reads.slos.explain),
    )


class GraphDependencies:
    """Whom services call, by the graph of the last minutes (alerting.inhibition.Dependencies). Thread-safe."""

    def __init__(self, read_graph: Callable[[TimeRange], ServiceGraph], clock: Clock) -> None:
        self._read_graph = read_graph
        self._clock = clock
        self._lock = threading.Lock()
        self._at = float("-inf")
        self._callees: dict[ServiceKey, set[ServiceKey]] = {}

    def reach(self, service: ServiceKey) -> frozenset[ServiceKey]:
        """See Dependencies. Where the graph cannot be read, what was known before counts."""
        with self._lock:
            self._refresh()
            reached: set[ServiceKey] = set()
            waiting = [key for key in self._callees if fits(service, key)]
            while waiting:
                for callee in self._callees.get(waiting.pop(), ()):
                    if callee not in reached:
                        reached.add(callee)
                        waiting.append(callee)
            return frozenset(reached)

    def _refresh(self) -> None:
        if self._clock.monotonic() - self._at < GRAPH_SECONDS:
            return
        self._at = self._clock.monotonic()
        try:
            graph = self._read_graph(TimeRange.last(GRAPH_WINDOW, now=self._clock.now()))
        except MeshhubError:
            return
        keys = {node.id: (node.cluster, node.namespace, node.service) for node in graph.nodes if node.service}
        self._callees = {}
        for edge in graph.edges:
            if edge.source in keys and edge.destination in keys:
                self._callees.setdefault(keys[edge.source], set()).add(keys[edge.destination])


class HubVitals:
    """How the hub is, from what its parts know at this moment."""

    def __init__(
        self, collector: Collector, check_engine: Callable[[], None], board: Board, settings: Settings, clock: Clock
    ) -> None:
        self._collector = collector
        self._check_engine = check_engine
        self._board = board
        self._bound = settings.collector.journal.max_bytes
        self._clock = clock
        self._accepted = 0
        self._arrived: float | None = None

    def read(self) -> Vitals:
        """The numbers of now."""
        statistics = self._collector.statistics()
        return Vitals(
            lag_seconds={signal.value: each.lag_seconds for signal, each in statistics.signals.items()},
            disk_share=statistics.journal_bytes / self._bound if self._bound else 0.0,
            journal_full=statistics.journal_full,
            silent_seconds=self._silent(sum(each.accepted for each in statistics.signals.values())),
            quarantined=statistics.quarantined,
            engine_trouble=self._engine_trouble(),
            evaluation_trouble=self._board.current.trouble,
        )

    def _silent(self, accepted: int) -> float | None:
        """How long nothing has arrived since something did."""
        now = self._clock.monotonic()
        if accepted != self._accepted:
            self._accepted, self._arrived = accepted, now
        return None if self._arrived is None else now - self._arrived

    def _engine_trouble(self) -> str:
        try:
            self._check_engine()
        except MeshhubError as error:
            return str(error)
        return ""
