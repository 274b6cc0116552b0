"""What the topology page shows: a graph with all that is said about it, and the part of it that is drawn."""

from dataclasses import dataclass

from dashboard.ui.burning import NOTHING_BURNS, Burning
from dashboard.ui.figures.look import Look
from dashboard.ui.state.topology import TopologyState
from meshhub.model import TimeRange
from topology.diff.model import GraphDiff
from topology.health.model import HealthReport
from topology.model import ServiceGraph


@dataclass(frozen=True, slots=True)
class Seen:
    """The graph of a window, with everything that is said about it.

    `asked` is the window of the URL, or the frame of its replay. `graph` has what a comparison says was removed too.
    """

    asked: TimeRange
    graph: ServiceGraph
    report: HealthReport
    diff: GraphDiff | None
    burning: Burning = NOTHING_BURNS


@dataclass(frozen=True, slots=True)
class Scene:
    """What is left of `seen` to be shown, and what was found in it."""

    seen: Seen
    shown: ServiceGraph
    found: frozenset[str] | None

    def look(self, state: TopologyState) -> Look:
        """How it is to be drawn."""
        return Look.of(state.view.labels, self.seen.report, self.seen.diff, self.found, self.seen.burning)
