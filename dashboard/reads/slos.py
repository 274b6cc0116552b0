"""Questions about SLOs: how they stand, why, and how they would have stood."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerting.backtest import Backtest
from alerting.evaluation.board import Board
from alerting.evaluation.sources import MAX_SERVICES, SERVICES_SECONDS
from alerting.evaluation.state import Evaluation, SloState
from alerting.history import past
from alerting.reason.explain import Explainer
from alerting.reason.model import CONFIG, Change, Explanation
from alerting.specification.generation import GENERATED, as_yaml, default_slos
from alerting.specification.loading import WHAT, read_specifications
from alerting.specification.model import Note, Party, Slo
from dashboard.queries import Queries
from dashboard.reads.graphs import GraphReads
from dashboard.reads.wiring import WiringReads
from meshhub.clock import Clock
from meshhub.errors import ConfigurationError, Fault, NotFound
from meshhub.model import TimeRange
from storage.records.slo import CalledService
from topology.analysis.analyse import blast_of
from topology.model import NodeKind, ServiceGraph

MAX_PREVIEWED = 10
MAX_PREVIEW_DAYS = 31
HISTORY = timedelta(days=7)
BLAST_WINDOW = timedelta(minutes=15)
PREVIEW_ORIGIN = "the specification"


@dataclass(frozen=True, slots=True)
class SloDetail:
    """One SLO: how it stands, why, and what it said before."""

    state: SloState
    explanation: Explanation
    past: Backtest


@dataclass(frozen=True, slots=True)
class Preview:
    """What a specification would have said over the past, by name, and what was taken otherwise than written."""

    backtests: tuple[Backtest, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Defaults:
    """SLOs for the services that have none, as text to keep."""

    slos: tuple[Slo, ...]
    text: str


class SloReads:
    """How promises are kept. Thread-safe."""

    def __init__(self, queries: Queries, clock: Clock, graphs: GraphReads, board: Board, wiring: WiringReads) -> None:
        self._queries = queries
        self._clock = clock
        self._graphs = graphs
        self._board = board
        self._wiring = wiring
        self._explainer = Explainer(queries, self._blast, self._applied)

    def overview(self) -> Evaluation:
        """How every SLO stands, as the last evaluation found it. Asks nothing of the store."""
        return self._board.current

    def detail(self, name: str, length: timedelta = HISTORY) -> SloDetail:
        """One SLO by its name, with its past of this length.

        Raises:
            NotFound: there is none that was evaluated.
        """
        state = self._state(name)
        now = self._clock.now()
        return SloDetail(state, self._explainer.explain(state, now), past(self._queries, state.slo, length, now))

    def explain(self, state: SloState, now: datetime) -> Explanation:
        """Why an SLO stands as it does, at a time."""
        return self._explainer.explain(state, now)

    def explanation(self, name: str) -> Explanation:
        """Why one SLO stands as it does.

        Raises:
            NotFound: there is none that was evaluated.
        """
        return self._explainer.explain(self._state(name), self._clock.now())

    def preview(self, text: str, length: timedelta) -> Preview:
        """What the SLOs of a specification would have said in the time of this length up to now.

        Raises:
            ConfigurationError: the specification is wrong, with every fault, or has too many SLOs.
        """
        found = read_specifications([(PREVIEW_ORIGIN, text)])
        if len(found.slos) > MAX_PREVIEWED:
            reason = f"has {len(found.slos)} SLOs: at most {MAX_PREVIEWED} can be tried at once"
            raise ConfigurationError(WHAT, [Fault(PREVIEW_ORIGIN, None, reason)])
        now = self._clock.now()
        return Preview(tuple(past(self._queries, slo, length, now) for slo in found.slos), found.notes)

    def defaults(self) -> Defaults:
        """SLOs for the services of the last day that have none."""
        now = int(self._clock.now().timestamp())
        window = {"start": now - SERVICES_SECONDS, "end": now + 60, "limit": MAX_SERVICES}
        services = self._queries.query("slo_services", window, CalledService)
        written = [state.slo for state in self._board.current.states.values() if state.slo.origin != GENERATED]
        made = default_slos(services, written)
        return Defaults(tuple(made), as_yaml(made))

    def _state(self, name: str) -> SloState:
        evaluation = self._board.current
        found = evaluation.states.get(name)
        if found is None:
            why = f": {evaluation.trouble}" if evaluation.trouble else ""
            raise NotFound(
                f"could not find the SLO {name[:200]}: it is none of the {len(evaluation.states)} evaluated{why}"
            )
        return found

    def _applied(self, service: Party, window: TimeRange) -> Sequence[Change]:
        """The configuration that was put in force for a service."""
        found = self._wiring.put_in_force(
            window, cluster=service.cluster, namespace=service.namespace, service=service.service
        )
        return [Change(each.at, each.text, CONFIG) for each in found]

    def _blast(self, service: Party) -> str:
        """Who is hurt when a service fails, by the graph of the last minutes."""
        graph = self._graphs.graph(TimeRange.last(BLAST_WINDOW, now=self._clock.now()))
        node = _node(graph, service)
        return blast_of(graph, node).text if node else ""


def _node(graph: ServiceGraph, service: Party) -> str:
    """The id of the one node that a party is; empty where there is none or more than one."""
    found = [
        node.id
        for node in graph.nodes
        if node.kind in (NodeKind.SERVICE, NodeKind.GATEWAY)
        and node.service == service.service
        and service.namespace in ("", node.namespace)
        and service.cluster in ("", node.cluster)
    ]
    return found[0] if len(found) == 1 else ""
