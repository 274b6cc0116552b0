"""/api/v1/graph: the service graph, what changed in it, what its shape says."""

from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Header, HTTPException, Query, Response

from dashboard.api.analysis_body import AnalysisBody
from dashboard.api.analysis_view import show_analysis
from dashboard.api.comparison import COMPARE_TEXT, window_before
from dashboard.api.diff_body import DiffBody
from dashboard.api.diff_view import show_diff
from dashboard.api.etag import IfNoneMatch, tagged
from dashboard.api.graph_answers import GraphAnswers
from dashboard.api.graph_body import GraphBody
from dashboard.api.graph_format import JSON, preferred_format
from dashboard.api.graph_part import part_of
from dashboard.api.graph_view import show_graph, with_age
from dashboard.api.parameters import (
    INVALID,
    UNAVAILABLE,
    UNUSABLE,
    WINDOW_TEXT,
    End,
    Length,
    Start,
    json_body,
    json_response,
    window_of,
)
from dashboard.api.problems import problem_responses
from dashboard.api.windows import UnusableWindow
from dashboard.reads.collection import without_collection
from dashboard.reads.hub import DataAge
from meshhub.clock import Clock
from meshhub.model import TimeRange
from topology.analysis.model import BlastRadius, GraphAnalysis
from topology.diff.model import GraphDiff
from topology.export import FORMATS
from topology.health import HealthReport
from topology.model import Perspective, ServiceGraph

MAX_EXPRESSION = 4_000
MAX_ID = 1_000

FormatName = Literal["json", "graphml", "dot", "mermaid", "cytoscape"]
Expression = Annotated[str, Query(max_length=MAX_EXPRESSION, examples=["ns=shop and (err > 5% or p99 > 500ms)"])]

UNREADABLE = f"{UNUSABLE} Or an expression cannot be read: `position` counts its characters from 0, `hint` may help."


class GraphReads(Protocol):
    """dashboard.reads.graphs.GraphReads."""

    def graph(self, window: TimeRange, *, perspective: Perspective = ..., idle: bool = ...) -> ServiceGraph: ...


class InsightReads(Protocol):
    """dashboard.reads.insights.InsightReads."""

    def health(self, graph: ServiceGraph) -> HealthReport: ...

    def diff(self, before: TimeRange, after: TimeRange) -> GraphDiff: ...

    def analysis(self, graph: ServiceGraph) -> GraphAnalysis: ...

    def blast_radius(self, graph: ServiceGraph, node_id: str) -> BlastRadius: ...


class Ages(Protocol):
    """dashboard.reads.hub.HubReads."""

    def age(self) -> DataAge: ...


def add_routes(router: APIRouter, graphs: GraphReads, insights: InsightReads, hub: Ages, clock: Clock) -> None:
    """Add the routes of this family."""
    _add_graph(router, graphs, insights, hub, clock)
    _add_diff(router, insights, clock)
    _add_analysis(router, graphs, insights, clock)


def _add_graph(router: APIRouter, graphs: GraphReads, insights: InsightReads, hub: Ages, clock: Clock) -> None:
    answers = GraphAnswers()
    responses = problem_responses(status_400=UNREADABLE, status_422=INVALID, status_503=UNAVAILABLE)
    written = {each.media_type: {"schema": {"type": "string"}} for each in FORMATS.values()}

    @router.get(
        "/graph",
        summary="The service graph of a window",
        description=f"Who called whom, and how it went, by both sides. {WINDOW_TEXT} It is widened to whole ten "
        "seconds, one of an hour or more to whole minutes or longer steps: by a sixtieth at most at either end. "
        "The format is `format`, or what Accept prefers.",
        response_model=GraphBody,
        responses={200: {"content": written}, 304: {"description": "The ETag still holds."}, **responses},
    )
    def read_graph(
        window: Length = None,
        start: Start = None,
        end: End = None,
        reports: Annotated[bool, Query(description="Include what each side reported of every edge.")] = True,
        health: Annotated[bool, Query(description="Judge every node and edge, against the time before, too.")] = True,
        freshness: Annotated[
            bool, Query(description="Say how old the newest data is. The ETag, which is weak then, is of the rest.")
        ] = True,
        view: Annotated[Perspective, Query(description="What a node is.")] = Perspective.SERVICE,
        idle: Annotated[bool, Query(description="Include services that had traffic in the last day only.")] = False,
        find: Annotated[Expression, Query(description="Only what this holds for, and the ends of its edges.")] = "",
        hide: Annotated[Expression, Query(description="Not what this holds for.")] = "",
        format: Annotated[FormatName | None, Query(description="json unless Accept says otherwise.")] = None,  # noqa: A002 - the parameter's name
        accept: Annotated[str, Header(max_length=1_000, include_in_schema=False)] = "",
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        graph = graphs.graph(window_of(window, start, end, clock), perspective=view, idle=idle)
        name = format or preferred_format(accept)

        def write() -> bytes:
            report = insights.health(graph) if health else None
            part = part_of(graph, report, find, hide)
            if name != JSON:
                return bytes(Response(FORMATS[name].write(part, report)).body)
            with without_collection():
                return bytes(json_response(show_graph(part, None, reports=reports, health=report)).body)

        body = answers.body(graph, (name, view, idle, reports, health, find, hide, graph.window), write)
        if name != JSON:
            return tagged(Response(body, media_type=FORMATS[name].media_type), if_none_match)
        if not freshness:
            return tagged(json_body(body), if_none_match)
        return tagged(json_body(with_age(body, hub.age())), if_none_match, of=body)


def _add_diff(router: APIRouter, insights: InsightReads, clock: Clock) -> None:
    @router.get(
        "/graph/diff",
        summary="What changed between two windows",
        description=f"Nodes and edges that came, went, became worse or better, worst first, with how sure that is. "
        f"{WINDOW_TEXT} It is compared with the window before.",
        response_model=DiffBody,
        responses={
            304: {"description": "The ETag still holds."},
            **problem_responses(status_400=UNUSABLE, status_422=INVALID, status_503=UNAVAILABLE),
        },
    )
    def read_diff(
        window: Length = None,
        start: Start = None,
        end: End = None,
        compare: Annotated[str | None, Query(description=COMPARE_TEXT, examples=["previous"])] = None,
        before_start: Annotated[str | None, Query(description="Start of the window before, RFC 3339.")] = None,
        before_end: Annotated[str | None, Query(description="Its end; the start of the window if left out.")] = None,
        unchanged: Annotated[bool, Query(description="Include what did not change.")] = False,
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        after = window_of(window, start, end, clock)
        try:
            before = window_before(compare, before_start, before_end, after, clock)
        except UnusableWindow as error:
            raise HTTPException(400, str(error)) from error
        return tagged(json_response(show_diff(insights.diff(before, after), unchanged=unchanged)), if_none_match)


def _add_analysis(router: APIRouter, graphs: GraphReads, insights: InsightReads, clock: Clock) -> None:
    @router.get(
        "/graph/analysis",
        summary="What the shape of the graph says",
        description="Who is affected if a service fails, circles, single points of failure, longest chains of calls, "
        f"fan-out, orphaned services. {WINDOW_TEXT}",
        response_model=AnalysisBody,
        responses={
            304: {"description": "The ETag still holds."},
            **problem_responses(
                status_400=UNUSABLE,
                status_404="The graph has no such node.",
                status_422=INVALID,
                status_503=UNAVAILABLE,
            ),
        },
    )
    def read_analysis(
        window: Length = None,
        start: Start = None,
        end: End = None,
        node: Annotated[
            str | None, Query(max_length=MAX_ID, description="Id of a node: tell the blast radius of this one only.")
        ] = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        graph = graphs.graph(window_of(window, start, end, clock))
        radii = None if node is None else (insights.blast_radius(graph, node),)
        analysis = insights.analysis(graph)
        body = show_analysis(graph.window, analysis, analysis.blast if radii is None else radii)
        return tagged(json_response(body), if_none_match)
