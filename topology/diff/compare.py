"""Compares two graphs: what came, went, became worse or better, and how sure that is.

Windows may differ in length: rates are compared per second, shares and quantiles by the requests behind them.
"""

from collections.abc import Iterator, Set

from topology.diff.absence import Watch, node_absence
from topology.diff.alike import named_alike
from topology.diff.measures import compare_traffic, compare_views, one_sided
from topology.diff.model import Change, EdgeChange, GraphDiff, Measures, NodeChange, VersionsChange
from topology.diff.wording import BETTER, WORSE, describe, describe_versions
from topology.model import EdgeView, Evidence, NodeTraffic, Note, ServiceEdge, ServiceGraph, ServiceNode

_SURE = frozenset({Change.ADDED, Change.REMOVED})
_ORDER = {change: place for place, change in enumerate(Change)}
_SAME_VERSIONS = VersionsChange((), ())


def compare_graphs(before: ServiceGraph, after: ServiceGraph) -> GraphDiff:
    """What changed from one graph to the other, worst first: by kind of change, then by failed requests per second."""
    before, after = named_alike(before, after), named_alike(after, before)
    watch = Watch(before, after)
    edges_before = {edge.id: edge for edge in before.edges}
    edges = [_edge_change(edges_before.get(edge.id), edge, watch) for edge in after.edges]
    present = {edge.id for edge in after.edges}
    edges += [_edge_change(edge, None, watch) for edge in before.edges if edge.id not in present]
    nodes_before = {node.id: node for node in before.nodes}
    surely = {end for edge in edges if edge.change in _SURE for end in (edge.source, edge.destination)}
    nodes = [_node_change(nodes_before.get(node.id), node, surely) for node in after.nodes]
    present = {node.id for node in after.nodes}
    nodes += [_node_change(node, None, surely) for node in before.nodes if node.id not in present]
    return GraphDiff(
        before.window,
        after.window,
        tuple(sorted(edges, key=_weight)),
        tuple(sorted(nodes, key=_weight)),
        tuple(_limits(before, after)),
    )


def _edge_change(before: ServiceEdge | None, after: ServiceEdge | None, watch: Watch) -> EdgeChange:
    edge = after or before
    if edge is None:
        raise LookupError("could not compare an edge: no graph has it")
    versions, notes = _SAME_VERSIONS, list[Note]()
    if before is not None and after is not None:
        one, other = _comparable(before, after)
        measures = compare_views(one, other)
        versions = _versions(tuple(one.destination_versions), tuple(other.destination_versions))
        notes = [*describe(measures), *describe_versions(versions), *_measured_otherwise(before, after)]
        change = _judged(notes)
    else:
        measures = one_sided(before.headline if before else None, after.headline if after else None)
        change, note = watch.edge(before, after)
        notes.append(note)
    return EdgeChange(edge.id, edge.source, edge.destination, change, before, after, measures, versions, tuple(notes))


def _node_change(before: ServiceNode | None, after: ServiceNode | None, surely: Set[str]) -> NodeChange:
    node = after or before
    if node is None:
        raise LookupError("could not compare a node: no graph has it")
    versions, notes = _SAME_VERSIONS, list[Note]()
    if before is not None and after is not None:
        measures = _node_measures(before, after)
        versions = _versions(before.versions, after.versions)
        notes = [*describe(measures), *describe_versions(versions)]
        if before.reporting != after.reporting:
            notes.append(_FELL_SILENT if before.reporting else _SPEAKS)
        change = _judged(notes)
    else:
        measures = compare_traffic(_traffic(before), _traffic(after))
        change, note = node_absence(before, after, surely)
        notes.append(note)
    return NodeChange(node.id, change, before, after, measures, versions, tuple(notes))


def _comparable(before: ServiceEdge, after: ServiceEdge) -> tuple[EdgeView, EdgeView]:
    """Views of the same side, the caller's if both have it."""
    if before.client is not None and after.client is not None:
        return before.client, after.client
    if before.server is not None and after.server is not None:
        return before.server, after.server
    return before.headline, after.headline


_EVIDENCE = {
    Evidence.ACCESS_LOG: "access logs of every request",
    Evidence.STATS: "the stats of proxies",
    Evidence.SPAN: "sampled spans",
}


def _measured_otherwise(before: ServiceEdge, after: ServiceEdge) -> Iterator[Note]:
    if before.transport is not after.transport:
        yield Note("transport-changed", f"protocol {before.transport} → {after.transport}")
    if before.measured_by is not after.measured_by:
        earlier, later = _EVIDENCE[before.measured_by], _EVIDENCE[after.measured_by]
        text = f"measured by {earlier} in one window, by {later} in the other"
        yield Note("measured-differently", text)
    sides = (("caller", before.client, after.client), ("callee", before.server, after.server))
    for name, one, other in sides:
        if (one is None) is not (other is None):
            yield Note(
                "side-not-measured", f"the {name}'s side was measured {'after' if one is None else 'before'} only"
            )


def _judged(notes: list[Note]) -> Change:
    codes = {note.code for note in notes}
    if codes & WORSE:
        return Change.WORSE
    return Change.BETTER if codes & BETTER else Change.UNCHANGED


def _versions(before: tuple[str, ...], after: tuple[str, ...]) -> VersionsChange:
    """Versions that came and went. Where one side knew none, nothing can be said."""
    if before == after or not before or not after:
        return _SAME_VERSIONS
    one, other = set(before), set(after)
    return VersionsChange(tuple(sorted(other - one)), tuple(sorted(one - other)))


def _node_measures(before: ServiceNode, after: ServiceNode) -> Measures:
    if before.inbound is not None or after.inbound is not None:
        return compare_traffic(before.inbound, after.inbound)
    return compare_traffic(before.outbound, after.outbound)


def _traffic(node: ServiceNode | None) -> NodeTraffic | None:
    return None if node is None else node.inbound or node.outbound


def _weight(change: EdgeChange | NodeChange) -> tuple[int, float, float, str]:
    measures = change.measures
    rate = measures.rate.after if measures.rate.after is not None else measures.rate.before or 0.0
    moved = abs(measures.errors.difference or 0.0) if measures.errors else 0.0
    return _ORDER[change.change], -moved * rate, -rate, change.id


def _limits(before: ServiceGraph, after: ServiceGraph) -> Iterator[Note]:
    for name, graph in (("before", before), ("after", after)):
        if not graph.edges:
            yield Note("nothing-measured", f"Nothing was measured in the window {name}: nothing can be compared.")
        if graph.truncated:
            yield Note("truncated", f"The graph {name} is cut off: its least busy edges are missing.")
    ratio = after.window.seconds / before.window.seconds
    if not 0.9 < ratio < 1.1:
        yield Note("lengths-differ", "The windows differ in length: rates are per second, and shares by their counts.")


_FELL_SILENT = Note("proxy-fell-silent", "its proxy reported before, but not after")
_SPEAKS = Note("proxy-reports", "its proxy reports now, and did not before")
