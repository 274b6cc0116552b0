"""Which reports by stats have a place in the graph: those of proxies that send no access logs of that side.

A proxy's access logs have all that its stats count, and name the peers better: Envoy calls an upstream in stats by the
name of its cluster, which may be any. So what a proxy says twice is taken from its access logs only.

Connections to a cluster of an Envoy are of TCP if no requests to it are counted. An Envoy that counts requests by class
only (`upstream_rq_xx`, as our wiring has it) never tells the two apart: where it logs requests, its connections are
theirs.
"""

from collections.abc import Sequence

from storage.records.edges import ServiceEdgeReport
from topology.identity import Directory
from topology.model import Evidence

SERVER = "server"
TCP = "tcp"

CONTROL_CLUSTERS = frozenset({"meshhub_otlp", "meshhub_ads", "xds-grpc", "sds-grpc", "prometheus_stats", "agent"})
"""Clusters by which proxies reach the hub and Istio's agent: no calls of the applications."""


def split_stats(
    reports: Sequence[ServiceEdgeReport], directory: Directory
) -> tuple[Sequence[ServiceEdgeReport], Sequence[ServiceEdgeReport]]:
    """The reports without those by stats of proxies whose access logs report the same side of calls, and without the
    proxies' own connections to what controls them; and these."""
    if not any(report.signal == Evidence.STATS for report in reports):
        return reports, ()
    logging = {_own(report, directory) for report in reports if report.signal == Evidence.ACCESS_LOG}
    counting = {_own(report, directory) for report in reports if report.signal == Evidence.STATS}

    def is_needed(report: ServiceEdgeReport) -> bool:
        own = node, is_server, is_tcp = _own(report, directory)
        if own in logging or _is_control(report):
            return False
        requests = node, is_server, False
        return not (is_tcp and requests in logging and requests not in counting and _knows_a_name_only(report))

    needed: list[ServiceEdgeReport] = []
    needless: list[ServiceEdgeReport] = []
    for report in reports:
        (needed if report.signal != Evidence.STATS or is_needed(report) else needless).append(report)
    return needed, needless


def _own(report: ServiceEdgeReport, directory: Directory) -> tuple[str, bool, bool]:
    """The workload that reports, the side it is of, and whether of TCP: access logs of requests have no connections."""
    is_server = report.reporter == SERVER
    node = directory.destination(report) if is_server else directory.source(report)
    return node.id, is_server, report.family == TCP


def _is_control(report: ServiceEdgeReport) -> bool:
    return report.destination_service in CONTROL_CLUSTERS and _knows_a_name_only(report)


def _knows_a_name_only(report: ServiceEdgeReport) -> bool:
    """Whether nothing is said of the peer but a name, which is all that an Envoy's cluster has in stats."""
    keys, _ = report.outcomes
    is_named = report.destination_cluster or report.destination_principals or report.tls_reasons
    return not is_named and all(security == "unknown" for _, _, _, security in keys)
