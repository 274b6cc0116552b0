"""What the stats of callers say, on the edges that it is about."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from storage.records.edges import PoolReport
from topology.draft import EdgeDraft, GraphDraft
from topology.identity import Directory, NodeKey
from topology.model import Pool, ServiceGraph, ServiceNode

_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")


def add_pools(draft: GraphDraft, directory: Directory, reports: Sequence[PoolReport]) -> None:
    """Put every report on the edges from its caller to the service that the upstream's name means.

    Envoy does not say in stats who an upstream is: names of stats have their dots replaced, and some have none. So a
    name means the callee whose names it could be; one that fits none of the caller's edges is left out.
    """
    if not reports:
        return
    called = _called(draft)
    for report in reports:
        caller = directory.find(report.source_cluster, report.source_namespace, report.source_service)
        for spelling in _spellings(report):
            edges = called.get((caller.cluster, caller.namespace, caller.service), {}).get(spelling)
            if edges:
                for edge in edges:
                    edge.pool = _pool(report) if edge.pool is None else _together(edge.pool, _pool(report))
                break


def pools_by_edge(graph: ServiceGraph, reports: Sequence[PoolReport]) -> Mapping[str, Pool]:
    """The same for a graph that is there: what the reports say, by id of edge."""
    nodes = {node.id: node for node in graph.nodes} if reports else {}
    called: defaultdict[tuple[str, str, str], dict[str, list[str]]] = defaultdict(dict)
    for edge in graph.edges if reports else ():
        source, destination = nodes[edge.source], nodes[edge.destination]
        for spelling in _names(destination):
            called[_name(source)].setdefault(spelling, []).append(edge.id)
    found: dict[str, Pool] = {}
    for report in reports:
        callees = called.get((report.source_cluster, report.source_namespace, report.source_service), {})
        edges = next((callees[spelling] for spelling in _spellings(report) if spelling in callees), ())
        for edge_id in edges:
            found[edge_id] = _together(found[edge_id], _pool(report)) if edge_id in found else _pool(report)
    return found


def _name(node: NodeKey | ServiceNode) -> tuple[str, str, str]:
    return node.cluster, node.namespace, node.service


def _called(draft: GraphDraft) -> dict[tuple[str, str, str], dict[str, list[EdgeDraft]]]:
    """The edges of each caller by the spellings of their callees."""
    called: defaultdict[tuple[str, str, str], dict[str, list[EdgeDraft]]] = defaultdict(dict)
    for edge in draft.edges:
        source = edge.source.cluster, edge.source.namespace, edge.source.service
        for spelling in _names(edge.destination):
            called[source].setdefault(spelling, []).append(edge)
    return called


def _names(key: NodeKey | ServiceNode) -> Iterator[str]:
    if key.service:
        yield _plain(key.service)
        if key.namespace:
            yield _plain(f"{key.service}_{key.namespace}")


def _spellings(report: PoolReport) -> Iterator[str]:
    if report.destination_namespace:
        yield _plain(f"{report.destination_service}_{report.destination_namespace}")
    yield _plain(report.upstream.rpartition("|")[2])
    if report.destination_service:
        yield _plain(report.destination_service)


def _plain(name: str) -> str:
    return _SEPARATORS.sub("_", name)


def _pool(report: PoolReport) -> Pool:
    return Pool(
        report.ejections,
        report.ejected_hosts,
        report.pool_overflows,
        report.retry_overflows,
        report.connection_failures,
        report.connection_timeouts,
        tuple(report.open_circuit_breakers),
        report.active_connections,
        report.active_requests,
    )


def _together(one: Pool, other: Pool) -> Pool:
    """Two upstreams of one callee, as its subsets or ports are."""
    return Pool(
        one.ejections + other.ejections,
        max(one.ejected_hosts, other.ejected_hosts),
        one.pool_overflows + other.pool_overflows,
        one.retry_overflows + other.retry_overflows,
        one.connection_failures + other.connection_failures,
        one.connection_timeouts + other.connection_timeouts,
        tuple(sorted({*one.open_circuit_breakers, *other.open_circuit_breakers})),
        one.active_connections + other.active_connections,
        one.active_requests + other.active_requests,
    )
