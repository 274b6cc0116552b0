"""Names the same node alike in two graphs that are compared."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from topology.model import NodeKind, ServiceGraph, ServiceNode

_SERVICES = (NodeKind.SERVICE, NodeKind.TCP)


def named_alike(graph: ServiceGraph, other: ServiceGraph) -> ServiceGraph:
    """The graph with the names of the other one, where it did not know the cluster of a service and the other one does.

    A caller's proxy knows no more of a callee than the name it called: where all proxies of the callee are gone, its
    node has no cluster, and would seem to be another one. Only what stands for a single node of the other graph is
    renamed.
    """
    fuller = _fuller(graph, other)
    if not fuller:
        return graph
    nodes = tuple(
        replace(node, id=known.id, cluster=known.cluster) if (known := fuller.get(node.id)) else node
        for node in graph.nodes
    )
    edges = []
    for edge in graph.edges:
        source, destination = (fuller[end].id if end in fuller else end for end in (edge.source, edge.destination))
        family = edge.id.rpartition("~")[2]
        edges.append(
            replace(edge, id=f"{source}~{destination}~{family}", source=source, destination=destination)
            if source != edge.source or destination != edge.destination
            else edge
        )
    return replace(
        graph,
        nodes=tuple(sorted(nodes, key=lambda node: node.id)),
        edges=tuple(sorted(edges, key=lambda edge: edge.id)),
    )


def _fuller(graph: ServiceGraph, other: ServiceGraph) -> Mapping[str, ServiceNode]:
    """What nodes without a cluster are in the other graph, by their ids."""
    present = {node.id for node in graph.nodes}
    known: defaultdict[tuple[str, str, str, str], list[ServiceNode]] = defaultdict(list)
    for node in other.nodes:
        if node.cluster and node.service:
            known[node.namespace, node.service, node.version, node.workload].append(node)
    found = {}
    for node in graph.nodes:
        if node.cluster or node.kind not in _SERVICES:
            continue
        fitting = known.get((node.namespace, node.service, node.version, node.workload), [])
        if len(fitting) == 1 and fitting[0].id not in present:
            found[node.id] = fitting[0]
    return found
