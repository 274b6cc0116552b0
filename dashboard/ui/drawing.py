"""What is drawn of a service graph: its services, or the boxes that they are in as one node each."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from dashboard.ui.graph_scope import clusters
from dashboard.ui.query import Groups
from dashboard.ui.state.topology import Boxes
from topology.health import Health, judge_traffic
from topology.model import NodeTraffic, ServiceEdge, ServiceGraph, ServiceNode

MAX_OPEN_NODES = 150
"""Above this many nodes, boxes start as one node each: more cannot be read anyway."""

MAX_BUNDLES = 400
"""More lines between boxes are not drawn: the failing ones and then the busiest are."""

MAX_EDGES = 1_500
"""The same of lines between single services. More of them make the browser slow and the picture black."""


@dataclass(frozen=True, slots=True)
class Box:
    """What services are grouped by. `label` tells it from others of its name in other clusters."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """All edges between two drawn ends of which at least one is a group: what can be added up, is.

    `mtls_share` and the error shares weigh each edge by its requests. Latency quantiles do not add up and are left out.
    """

    id: str
    source: str
    destination: str
    edges: tuple[ServiceEdge, ...]
    traffic: NodeTraffic
    mtls_share: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """A box drawn as one node."""

    id: str
    label: str
    nodes: tuple[ServiceNode, ...]
    traffic: NodeTraffic | None
    """Into its services, from inside too."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn of a graph: single services and edges, and groups and bundles instead of the others."""

    nodes: tuple[ServiceNode, ...]
    edges: tuple[ServiceEdge, ...]
    groups: tuple[Group, ...]
    bundles: tuple[Bundle, ...]
    boxes: Mapping[str, Box]
    """The box of each node that is in one."""
    services: int
    """How many nodes the graph has, drawn singly or not."""
    all_edges: int
    """How many edges it has, drawn singly or not."""
    hidden_lines: int
    """How many edges and bundles are not drawn because they are too many."""

    @property
    def lines(self) -> int:
        """How many edges and bundles are drawn."""
        return len(self.edges) + len(self.bundles)


def box_id(node: ServiceNode, kind: Boxes = Boxes.NAMESPACE) -> str:
    """The id of the box that a node is in, or of the group that stands for it; "" if it is in none."""
    if kind is Boxes.CLUSTER and node.cluster:
        return f"cluster:{node.cluster}"
    if kind is Boxes.NAMESPACE and node.namespace:
        return f"namespace:{node.namespace}" + (f"@{node.cluster}" if node.cluster else "")
    return ""


def boxes_of(graph: ServiceGraph, kind: Boxes) -> dict[str, Box]:
    """The box of each node that is in one."""
    several = len(clusters(graph)) > 1
    made: dict[str, Box] = {}
    for node in graph.nodes:
        name = box_id(node, kind)
        if name:
            label = node.cluster if kind is Boxes.CLUSTER else node.namespace
            made[node.id] = Box(name, f"{label} · {node.cluster}" if several and kind is Boxes.NAMESPACE else label)
    return made


def draw(
    graph: ServiceGraph,
    *,
    groups: Groups = Groups.AUTO,
    opened: Collection[str] = (),
    kind: Boxes = Boxes.NAMESPACE,
    always: Collection[str] = (),
) -> Drawing:
    """What to draw of a graph.

    Args:
        groups: whether boxes are closed; AUTO closes them above MAX_OPEN_NODES.
        opened: ids of boxes that are the other way round.
        kind: what services are boxed by.
        always: ids of edges that are drawn however many there are.
    """
    boxes = boxes_of(graph, kind)
    closed_by_default = groups is Groups.CLOSED or (groups is Groups.AUTO and len(graph.nodes) > MAX_OPEN_NODES)
    closed = {box.id: box for box in boxes.values() if closed_by_default != (box.id in opened)}
    drawn_as = {
        node.id: boxes[node.id].id if node.id in boxes and boxes[node.id].id in closed else node.id
        for node in graph.nodes
    }
    edges, bundles = _bundle(graph.edges, drawn_as)
    shown_edges, shown_bundles = _most_telling_edges(edges, always), _most_telling(bundles)
    return Drawing(
        tuple(node for node in graph.nodes if drawn_as[node.id] == node.id),
        shown_edges,
        _groups(graph, closed, boxes),
        shown_bundles,
        boxes,
        len(graph.nodes),
        len(graph.edges),
        len(edges) + len(bundles) - len(shown_edges) - len(shown_bundles),
    )


def _bundle(
    edges: Iterable[ServiceEdge], drawn_as: Mapping[str, str]
) -> tuple[tuple[ServiceEdge, ...], tuple[Bundle, ...]]:
    single: list[ServiceEdge] = []
    together: defaultdict[tuple[str, str], list[ServiceEdge]] = defaultdict(list)
    for edge in edges:
        ends = drawn_as[edge.source], drawn_as[edge.destination]
        if ends == (edge.source, edge.destination):
            single.append(edge)
        elif ends[0] != ends[1]:
            together[ends].append(edge)
    bundles = (
        Bundle(f"{source}~{destination}", source, destination, tuple(members), add_up(members), _mtls_share(members))
        for (source, destination), members in sorted(together.items())
    )
    return tuple(single), tuple(bundles)


def _most_telling(bundles: tuple[Bundle, ...]) -> tuple[Bundle, ...]:
    if len(bundles) <= MAX_BUNDLES:
        return bundles
    ranked = sorted(bundles, key=lambda each: (*_weight(each.traffic), each.id))
    return tuple(sorted(ranked[:MAX_BUNDLES], key=lambda each: each.id))


def _most_telling_edges(edges: tuple[ServiceEdge, ...], always: Collection[str]) -> tuple[ServiceEdge, ...]:
    if len(edges) <= MAX_EDGES:
        return edges
    ranked = sorted(edges, key=lambda edge: (edge.id not in always, *_weight(add_up([edge])), edge.id))
    return tuple(sorted(ranked[:MAX_EDGES], key=lambda each: each.id))


def _weight(traffic: NodeTraffic) -> tuple[bool, int]:
    return judge_traffic(traffic).health is not Health.FAILING, -traffic.requests


def _groups(graph: ServiceGraph, closed: Mapping[str, Box], boxes: Mapping[str, Box]) -> tuple[Group, ...]:
    members: defaultdict[str, list[ServiceNode]] = defaultdict(list)
    into: defaultdict[str, list[ServiceEdge]] = defaultdict(list)
    for node in graph.nodes:
        if node.id in boxes:
            members[boxes[node.id].id].append(node)
    for edge in graph.edges:
        if edge.destination in boxes:
            into[boxes[edge.destination].id].append(edge)
    return tuple(
        Group(name, box.label, tuple(members[name]), add_up(into[name]) if into[name] else None)
        for name, box in sorted(closed.items())
    )


def add_up(edges: Iterable[ServiceEdge]) -> NodeTraffic:
    """The headline numbers of these edges together."""
    sums: Counter[str] = Counter()
    judged = rate = failed = wrong = 0.0
    for edge in edges:
        view = edge.headline
        sums["requests"] += view.rates.requests
        rate += view.rates.per_second
        if view.errors.share is not None:
            judged += view.rates.requests
            failed += view.rates.requests * view.errors.share
            wrong += view.rates.requests * (view.errors.client_error_share or 0)
    if not judged:
        return NodeTraffic(sums["requests"], rate, None, None)
    return NodeTraffic(sums["requests"], rate, failed / judged, wrong / judged)


def _mtls_share(edges: Iterable[ServiceEdge]) -> float | None:
    known = encrypted = 0.0
    for edge in edges:
        if edge.headline.encryption.mtls_share is not None:
            known += edge.headline.rates.requests
            encrypted += edge.headline.rates.requests * edge.headline.encryption.mtls_share
    return encrypted / known if known else None
