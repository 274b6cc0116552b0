"""What the panels of the topology page work with, and the sections that several of them have."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from dash import html
from dash.development.base_component import Component

from dashboard.ui import comparing
from dashboard.ui.figures.annotations import Mark
from dashboard.ui.figures.look import Look
from dashboard.ui.links import Links
from dashboard.ui.marks import marks_of
from dashboard.ui.reads import HappeningReads, InsightReads
from dashboard.ui.state.topology import TopologyState
from dashboard.ui.theme import CHANGE_MARKS
from dashboard.ui.views.parts import Content, icon, link, section
from dashboard.ui.views.sparks import golden
from meshhub.errors import MeshhubError
from meshhub.model import TimeRange
from topology.analysis.model import BlastRadius, GraphAnalysis, SinglePoint
from topology.diff.model import Change, EdgeChange, NodeChange
from topology.model import ServiceGraph, ServiceNode
from topology.series import CallSeries, EdgeSeries, NodeSeries

logger = logging.getLogger(__name__)

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class About:
    """A selection, and all that can be asked about it. What cannot be answered is None: the rest is still worth
    showing."""

    graph: ServiceGraph
    window: TimeRange
    look: Look
    state: TopologyState
    insights: InsightReads
    happenings: HappeningReads
    links: Links
    shape: Callable[[], GraphAnalysis]

    def edge_series(self, edge_id: str) -> CallSeries | None:
        """The course of an edge's calls."""
        answer: EdgeSeries | None = self._ask(lambda: self.insights.edge_series(edge_id, self.window))
        return answer.calls if answer else None

    def node_series(self, node_id: str) -> NodeSeries | None:
        """The course of the calls of a node."""
        return self._ask(lambda: self.insights.node_series(node_id, self.window))

    def blast_radius(self, node_id: str) -> BlastRadius | None:
        """Who fails if a node does."""
        return self._ask(lambda: self.insights.blast_radius(self.graph, node_id))

    def marks(self, node: ServiceNode) -> tuple[Mark, ...]:
        """What happened to a node, by time."""
        return self._ask(lambda: marks_of(self.happenings, node, self.window)) or ()

    def analysis(self) -> GraphAnalysis | None:
        """What the shape of the graph says."""
        return self._ask(self.shape)

    def single_point(self, node_id: str) -> SinglePoint | None:
        """Whether there is no way around a node."""
        analysis = self.analysis()
        points = analysis.single_points if analysis else ()
        return next((point for point in points if point.node == node_id), None)

    def _ask(self, question: Callable[[], AnswerT]) -> AnswerT | None:
        try:
            return question()
        except MeshhubError as error:
            logger.info("could not fill a part of the panel: %s", error)
            return None


def signals(
    calls: CallSeries | None, title: str = "Over the window", *, marks: Sequence[Mark] = ()
) -> Component | None:
    """The golden signals of some calls, and what happened meanwhile."""
    drawn = golden(calls, marks=marks) if calls else None
    return section(title, drawn) if drawn else None


def changed(change: EdgeChange | NodeChange | None, about: About) -> Component | None:
    """What the comparison says; None if nothing is compared."""
    if change is None:
        return None
    against = f"vs {comparing.words(about.state.view.compare, about.window)}"
    if change.change is Change.UNCHANGED:
        return section("Compared", html.P("No significant change."), aside=against)
    words = [html.P(note.text) for note in change.words]
    return section("Compared", [change_mark(change.change), *words], aside=against)


def change_mark(change: Change) -> Component:
    """A change by colour, shape and word."""
    mark = CHANGE_MARKS.get(change)
    if mark is None:
        return html.Span(change.replace("-", " "), className="muted")
    return html.Span([html.Span(mark.glyph, className="glyph"), mark.word], className=f"health change-{change}")


def look_further(targets: Sequence[tuple[str, str, str]]) -> Component | None:
    """Links to other views: icon, text, address."""
    if not targets:
        return None
    items: list[Content] = [html.Li(link([icon(glyph), " ", text], href)) for glyph, text, href in targets]
    return section("Look further", html.Ul(items, className="further"))  # type: ignore[arg-type]
