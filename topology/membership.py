"""Which reports make up which edge: what build_graph decides, for those who ask the store about one edge."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from storage.records.edges import ServiceEdgeReport
from topology.identity import Directory
from topology.model import Evidence

Ends = tuple[str, str, str]
"""Ids of the caller and the callee, and the family of transport."""


def reports_by_edge(reports: Sequence[ServiceEdgeReport]) -> Mapping[Ends, list[ServiceEdgeReport]]:
    """The reports of each edge; those of stats only where no access log has it, those of spans where neither has."""
    directory = Directory(reports)
    found: dict[Ends, list[ServiceEdgeReport]] = defaultdict(list)
    for report in reports:
        found[directory.source(report).id, directory.destination(report).id, report.family].append(report)
    for ends, members in found.items():
        best = min((Evidence.ACCESS_LOG, Evidence.STATS, Evidence.SPAN), key=lambda each: not _of(each, members))
        found[ends] = _of(best, members)
    return found


def _of(evidence: Evidence, members: Sequence[ServiceEdgeReport]) -> list[ServiceEdgeReport]:
    return [report for report in members if report.signal == evidence]


def edge_id(ends: Ends) -> str:
    """The id of the edge between these ends."""
    return "~".join(ends)
