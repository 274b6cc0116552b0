"""Which reports by stats have a place in the graph: those of proxies that send no access logs of that side.

A proxy's access logs have all that its stats count, and name the peers better: Envoy calls an upstream in stats by the
name of its cluster, which may be any. So what a proxy says twice is taken from its access logs only.
"""

from collections.abc import Sequence

from storage.records.edges import ServiceEdgeReport
from topology.identity import Directory
from topology.model import Evidence

SERVER = "server"


def without_needless_stats(reports: Sequence[ServiceEdgeReport], directory: Directory) -> Sequence[ServiceEdgeReport]:
    """The reports without those by stats of proxies whose access logs report the same side of calls."""
    if not any(report.signal == Evidence.STATS for report in reports):
        return reports
    logging = {_own(report, directory) for report in reports if report.signal == Evidence.ACCESS_LOG}
    return [report for report in reports if report.signal != Evidence.STATS or _own(report, directory) not in logging]


def _own(report: ServiceEdgeReport, directory: Directory) -> tuple[str, bool, bool]:
    """The workload that reports, the side it is of, and whether of TCP: access logs of requests have no connections."""
    is_server = report.reporter == SERVER
    node = directory.destination(report) if is_server else directory.source(report)
    return node.id, is_server, report.family == "tcp"
