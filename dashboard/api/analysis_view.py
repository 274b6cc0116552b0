"""Turns an analysis into the body of GET /api/v1/graph/analysis."""

from collections.abc import Sequence

from dashboard.api.analysis_body import AffectedBody, AnalysisBody, BlastRadiusBody, WayBody
from dashboard.api.window_body import show_window
from meshhub.model import TimeRange
from topology.analysis.model import Affected, BlastRadius, Chain, Cycle, GraphAnalysis


def show_analysis(window: TimeRange, analysis: GraphAnalysis, blast: Sequence[BlastRadius]) -> AnalysisBody:
    """The body; `blast` are the radii to tell."""
    return {
        "window": show_window(window),
        "entries": list(analysis.entries),
        "blast": [_blast(each) for each in blast],
        "cycles": [_way(each) for each in analysis.cycles],
        "single_points": [
            {"node": each.node, "behind": list(each.behind), "share": each.share, "text": each.text}
            for each in analysis.single_points
        ],
        "chains": [_way(each) for each in analysis.chains],
        "fan_out": [
            {
                "node": each.node,
                "callees": each.callees,
                "calls_per_request": each.calls_per_request,
                "text": each.text,
            }
            for each in analysis.fan_out
        ],
        "orphans": [{"node": each.node, "text": each.text} for each in analysis.orphans],
        "limits": list(analysis.limits),
    }


def _blast(radius: BlastRadius) -> BlastRadiusBody:
    return {
        "node": radius.node,
        "share": radius.share,
        "affected": [_affected(each) for each in radius.affected],
        "entries": [_affected(each) for each in radius.entries],
        "text": radius.text,
    }


def _affected(each: Affected) -> AffectedBody:
    return {"node": each.node, "share": each.share, "distance": each.distance, "rate_per_second": each.per_second}


def _way(way: Cycle | Chain) -> WayBody:
    return {"nodes": list(way.nodes), "edges": list(way.edges), "text": way.text}
