"""Parts of a service graph: what a namespace filter leaves, and namespaces drawn as one node each."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dashboard.ui.health import Health, judge_traffic
from dashboard.ui.query import Groups
from topology.model import NodeTraffic, ServiceEdge, ServiceGraph, ServiceNode

MAX_OPEN_NODES = 150
"""Above this many nodes, namespaces start as one node each: more cannot be read anyway."""

MAX_BUNDLES = 400
"""More lines between namespaces are not drawn: the failing ones and then the busiest are."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """All edges between two drawn ends of which at least one is a group: what can be added up, is.

    `mtls_share` and the error shares weigh each edge by its requests. Latency quantiles do not add up and are left out.
    """

    id: str
    source: str
    destination: str
    edges: int
    traffic: NodeTraffic
    mtls_share: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """A namespace drawn as one node."""

    id: str
    namespace: str
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
    services: int
    """How many nodes the graph has, drawn singly or not."""
    total_services: int
    """How many it has without the namespace filter."""
    bundled_edges: int
    """How many edges the bundles and groups stand for."""
    hidden_bundles: int
    """How many bundles are not drawn because they are too many."""


def namespaces(graph: ServiceGraph) -> tuple[str, ...]:
    """The namespaces of the graph, sorted."""
    return tuple(sorted({node.namespace for node in graph.nodes if node.namespace}))


def box_id(namespace: str) -> str:
    """The id of the box around a namespace's services, or of the node that stands for them."""
    return f"namespace:{namespace}"


def draw(
    graph: ServiceGraph, *, within: tuple[str, ...], idle: bool, groups: Groups, opened: tuple[str, ...]
) -> Drawing:
    """What to draw of a graph.

    Args:
        within: the namespaces to show, with their direct neighbours; all if empty.
        idle: whether edges without requests, and services with no others, are drawn.
        groups: whether namespaces are closed; AUTO closes them above MAX_OPEN_NODES.
        opened: namespaces that are the other way round.
    """
    part = restrict(graph, within) if within else graph
    part = part if idle else without_idle(part)
    closed_by_default = groups is Groups.CLOSED or (groups is Groups.AUTO and len(part.nodes) > MAX_OPEN_NODES)
    closed = {name for name in namespaces(part) if closed_by_default != (name in opened)}
    drawn_as = {node.id: box_id(node.namespace) if node.namespace in closed else node.id for node in part.nodes}
    edges, bundles = _bundle(part.edges, drawn_as)
    shown = _most_telling(bundles)
    return Drawing(
        tuple(node for node in part.nodes if drawn_as[node.id] == node.id),
        edges,
        _groups(part, closed),
        shown,
        len(part.nodes),
        len(graph.nodes),
        len(part.edges) - len(edges),
        len(bundles) - len(shown),
    )


def restrict(graph: ServiceGraph, within: Iterable[str]) -> ServiceGraph:
    """The services of these namespaces, the edges that touch them, and the other ends of those edges."""
    wanted = set(within)
    inside = {node.id for node in graph.nodes if node.namespace in wanted}
    edges = tuple(edge for edge in graph.edges if edge.source in inside or edge.destination in inside)
    return _with_edges(graph, edges, also=inside)


def without_idle(graph: ServiceGraph) -> ServiceGraph:
    """Edges that had requests, and their ends."""
    return _with_edges(graph, tuple(edge for edge in graph.edges if edge.headline.rates.requests), also=set())


def _with_edges(graph: ServiceGraph, edges: tuple[ServiceEdge, ...], also: set[str]) -> ServiceGraph:
    ends = {end for edge in edges for end in (edge.source, edge.destination)} | also
    return replace(graph, nodes=tuple(node for node in graph.nodes if node.id in ends), edges=edges)


def _bundle(
    edges: Iterable[ServiceEdge], drawn_as: dict[str, str]
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
        Bundle(f"{source}~{destination}", source, destination, len(members), add_up(members), _mtls_share(members))
        for (source, destination), members in sorted(together.items())
    )
    return tuple(single), tuple(bundles)


def _most_telling(bundles: tuple[Bundle, ...]) -> tuple[Bundle, ...]:
    if len(bundles) <= MAX_BUNDLES:
        return bundles
    ranked = sorted(
        bundles,
        key=lambda each: (judge_traffic(each.traffic).health is not Health.FAILING, -each.traffic.requests, each.id),
    )
    return tuple(sorted(ranked[:MAX_BUNDLES], key=lambda each: each.id))


def _groups(graph: ServiceGraph, closed: set[str]) -> tuple[Group, ...]:
    members: defaultdict[str, list[ServiceNode]] = defaultdict(list)
    into: defaultdict[str, list[ServiceEdge]] = defaultdict(list)
    home = {node.id: node.namespace for node in graph.nodes}
    for node in graph.nodes:
        members[node.namespace].append(node)
    for edge in graph.edges:
        into[home[edge.destination]].append(edge)
    return tuple(
        Group(box_id(name), name, tuple(members[name]), add_up(into[name]) if into[name] else None)
        for name in sorted(closed)
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
