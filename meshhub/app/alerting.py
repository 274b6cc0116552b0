"""Alerting in the hub: what it is told of the hub itself and of the service graph, and the service made of it."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from opentelemetry.metrics import Meter, Observation

from alerting import instruments
from alerting.burning import Reasons
from alerting.evaluation.board import Board
from alerting.inhibition import ServiceKey, fits
from alerting.lease.election import Election
from alerting.lease.engine import EngineLeases
from alerting.lease.leadership import Alone, Bystander, Leadership
from alerting.ledger.ledger import Ledger
from alerting.routing.loading import NOTHING, Notifications, load_notifications
from alerting.service import AlertingService
from alerting.vitals import Vitals
from dashboard.reads import Reads
from meshhub.app.kubernetes_lease import kubernetes_leases
from meshhub.app.processes import Intake, SeenProcess
from meshhub.app.shared import Shared
from meshhub.clock import Clock
from meshhub.errors import MeshhubError
from meshhub.model import TimeRange
from meshhub.settings import Settings
from meshhub.settings.roles import HubRole
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
    ledger: Ledger,
    notifications: Notifications,
    reads: Reads,
    vitals: "HubVitals",
    board: Board,
    clock: Clock,
    leadership: Leadership,
) -> AlertingService:
    """The service on a ledger."""
    return AlertingService(
        ledger,
        notifications,
        clock,
        vitals.read,
        dependencies=GraphDependencies(reads.graphs.graph, clock),
        annotator=Reasons(board, reads.slos.explain),
        leadership=leadership,
    )


@contextmanager
def leadership_of(settings: Settings, shared: Shared | None, clock: Clock) -> Iterator[Leadership]:
    """Who evaluates and tells: this process where it is alone or is elected; never one without the role.

    Raises:
        MeshhubError: there is no Kubernetes API to ask.
    """
    own = settings.alerting
    if shared is None:
        yield Alone()
    elif not settings.has(HubRole.ALERTING):
        yield Bystander()
    elif own.lease == "engine":
        leases = EngineLeases(shared.log(f"lease/{own.lease_name}"))
        yield Election(leases, shared.candidate, own.lease_seconds, clock)
    else:
        with kubernetes_leases(own.lease_namespace, own.lease_name) as kept:
            yield Election(kept, shared.candidate, own.lease_seconds, clock)


def observe_leadership(meter: Meter, leads: Callable[[], bool]) -> None:
    """Have the meter read whether this process is the one that evaluates."""
    meter.create_observable_gauge(
        instruments.LEADS,
        [lambda _options: [Observation(int(leads()))]],
        "1",
        "1 while this process is the one that evaluates SLOs and tells receivers, else 0.",
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
        self,
        intake: Callable[[], Intake],
        processes: Callable[[], Sequence[SeenProcess]],
        check_engine: Callable[[], None],
        board: Board,
        clock: Clock,
    ) -> None:
        """`intake` is how what takes telemetry is, `processes` are all of the hub; both raise StorageError where that
        cannot be known."""
        self._intake = intake
        self._processes = processes
        self._check_engine = check_engine
        self._board = board
        self._clock = clock
        self._known = Intake()
        self._arrived: float | None = None

    def read(self) -> Vitals:
        """The numbers of now. What cannot be known while the engine does not answer is as it was last known."""
        silent: tuple[str, ...] = ()
        try:
            known = self._intake()
            silent = tuple(each.report.name for each in self._processes() if each.silent)
        except MeshhubError:
            known = self._known
        silence = self._silent(known.accepted)
        self._known = known
        return Vitals(
            lag_seconds=known.lag_seconds,
            disk_share=known.disk_share,
            journal_full=known.journal_full,
            silent_seconds=silence,
            quarantined=known.quarantined,
            engine_trouble=self._engine_trouble(),
            evaluation_trouble=self._board.current.trouble,
            silent_processes=silent,
        )

    def _silent(self, accepted: int) -> float | None:
        """How long nothing has arrived since something did. A count that falls is one of processes that began anew."""
        now = self._clock.monotonic()
        if accepted != self._known.accepted:
            self._arrived = now
        return None if self._arrived is None else now - self._arrived

    def _engine_trouble(self) -> str:
        try:
            self._check_engine()
        except MeshhubError as error:
            return str(error)
        return ""
