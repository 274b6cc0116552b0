"""Nodes without traffic: workloads that reported before the window, and in it not at all."""

from collections.abc import Iterator, Sequence

from storage.records.edges import SeenWorkload
from topology.identity import SERVICE, NodeKey
from topology.model import NodeKind, ServiceNode


def idle_nodes(workloads: Sequence[SeenWorkload], present: Sequence[ServiceNode], most: int) -> Iterator[ServiceNode]:
    """The nodes of the workloads that are not among those present, in the order of the workloads, at most this many."""
    there = {(node.cluster, node.namespace, node.service) for node in present}
    missing = (each for each in workloads if (each.cluster, each.namespace, each.service) not in there)
    for workload, _ in zip(missing, range(max(most, 0)), strict=False):
        key = NodeKey.of(SERVICE, workload.cluster, workload.namespace, workload.service)
        yield ServiceNode(
            key.id,
            NodeKind.GATEWAY if workload.gateway else NodeKind.SERVICE,
            workload.cluster,
            workload.namespace,
            workload.service,
            tuple(workload.versions),
            reporting=False,
            known=(),
            inbound=None,
            outbound=None,
            last_seen=workload.last_seen,
        )
