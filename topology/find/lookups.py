"""The values that nodes and edges have as fields of expressions."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from meshhub.expression import Found, Lookup
from meshhub.outcome import Outcome
from topology.health.model import Health, HealthReport, Verdict
from topology.model import EdgeView, ServiceEdge, ServiceGraph, ServiceNode

QUANTILES = ("p50", "p90", "p95", "p99")


class Values:
    """Looks up fields of the nodes and edges of one graph. Without a report, states are missing."""

    def __init__(self, graph: ServiceGraph, health: HealthReport | None) -> None:
        self._nodes = {node.id: node for node in graph.nodes}
        self._health = health
        self._into: dict[str, list[ServiceEdge]] = defaultdict(list)
        self._out: dict[str, list[ServiceEdge]] = defaultdict(list)
        for edge in graph.edges:
            self._into[edge.destination].append(edge)
            self._out[edge.source].append(edge)

    def of_edge(self, edge: ServiceEdge) -> Lookup:
        """The fields of an edge, by its headline view."""
        return lambda name: _EDGE[name](self, edge)

    def of_node(self, node: ServiceNode) -> Lookup:
        """The fields of a node, by what it answers; of one that nobody calls, by what it calls."""
        return lambda name: _NODE[name](self, node)

    def ends(self, edge: ServiceEdge) -> tuple[ServiceNode, ServiceNode]:
        return self._nodes[edge.source], self._nodes[edge.destination]

    def calls(self, node: ServiceNode) -> list[ServiceEdge]:
        return self._into.get(node.id) or self._out.get(node.id, [])

    def degree(self, node: ServiceNode, *, inward: bool) -> int:
        edges = (self._into if inward else self._out).get(node.id, ())
        return len({edge.source if inward else edge.destination for edge in edges} - {node.id})

    def verdict(self, element: ServiceEdge | ServiceNode) -> Verdict | None:
        if self._health is None:
            return None
        return (self._health.edges if isinstance(element, ServiceEdge) else self._health.nodes).get(element.id)


Getter = Callable[[Values, Any], Found]


def _of_ends(attribute: str) -> Getter:
    return lambda values, edge: [getattr(end, attribute) for end in values.ends(edge)]


def _of_view(get: Callable[[EdgeView], Found]) -> Getter:
    return lambda _values, edge: get(edge.headline)


def _share_of(views: list[EdgeView], count: Callable[[EdgeView], float]) -> float | None:
    total = sum(view.rates.requests for view in views)
    return sum(map(count, views)) / total if total else None


def _of_calls(get: Callable[[list[EdgeView]], Found]) -> tuple[Getter, Getter]:
    """For edges by their one view, for nodes by all that they are judged by."""
    return (
        lambda _values, edge: get([edge.headline]),
        lambda values, node: get([edge.headline for edge in values.calls(node)]),
    )


def _quantile(name: str) -> Callable[[list[EdgeView]], Found]:
    def get(views: list[EdgeView]) -> Found:
        return max((getattr(view.latency, name) for view in views if view.latency), default=None)

    return get


def _mtls_share(views: list[EdgeView]) -> float | None:
    known = [(view.encryption.mtls_share, view.rates.requests) for view in views]
    total = sum(requests for share, requests in known if share is not None)
    return sum((share or 0.0) * requests for share, requests in known) / total if total else None


def _all_mtls(views: list[EdgeView]) -> bool | None:
    share = _mtls_share(views)
    return None if share is None else share >= 1


def _errors(views: list[EdgeView]) -> float | None:
    return _share_of(views, lambda view: (view.errors.share or 0.0) * view.rates.requests)


def _kind_share(kind: Outcome) -> Callable[[list[EdgeView]], Found]:
    return lambda views: _share_of(views, lambda view: view.errors.by_kind.get(kind, 0))


_CALLS: Mapping[str, Callable[[list[EdgeView]], Found]] = {
    "rps": lambda views: sum(view.rates.per_second for view in views) if views else None,
    "requests": lambda views: sum(view.rates.requests for view in views) if views else None,
    "err": _errors,
    "4xx": _kind_share(Outcome.CLIENT_ERROR),
    "5xx": _kind_share(Outcome.SERVER_ERROR),
    "outcome": lambda views: sorted({kind for view in views for kind in view.errors.by_kind}),
    "mtls": _all_mtls,
    "mtlsshare": _mtls_share,
    "idle": lambda views: not any(view.rates.requests for view in views),
    **{name: _quantile(name) for name in QUANTILES},
}


def _state(values: Values, element: ServiceEdge | ServiceNode) -> Health | None:
    verdict = values.verdict(element)
    return None if verdict is None else verdict.health


def _has_state(*states: Health) -> Getter:
    def get(values: Values, element: ServiceEdge | ServiceNode) -> Found:
        state = _state(values, element)
        return None if state is None else state in states

    return get


_JUDGED: Mapping[str, Getter] = {
    "id": lambda _values, element: element.id,
    "health": _state,
    "healthy": _has_state(Health.HEALTHY),
    "degraded": _has_state(Health.DEGRADED),
    "failing": _has_state(Health.FAILING),
    "measured": _has_state(*(state for state in Health if state is not Health.NOT_MEASURED)),
}

_EDGE: Mapping[str, Getter] = {
    **{name: _of_calls(get)[0] for name, get in _CALLS.items()},
    **_JUDGED,
    "name": _of_ends("service"),
    "ns": _of_ends("namespace"),
    "cluster": _of_ends("cluster"),
    "version": _of_view(lambda view: [*view.source_versions, *view.destination_versions]),
    "workload": _of_view(lambda view: [*view.source_workloads, *view.destination_workloads]),
    "protocol": lambda _values, edge: edge.transport,
    "from": lambda values, edge: values.ends(edge)[0].service,
    "to": lambda values, edge: values.ends(edge)[1].service,
    "fromns": lambda values, edge: values.ends(edge)[0].namespace,
    "tons": lambda values, edge: values.ends(edge)[1].namespace,
    "flag": _of_view(lambda view: list(view.flags)),
    "code": _of_view(lambda view: list(view.errors.response_codes)),
    "grpc": _of_view(lambda view: list(view.errors.grpc_statuses)),
    "principal": _of_view(lambda view: [*view.encryption.source_principals, *view.encryption.destination_principals]),
    "retries": _of_view(lambda view: view.retries.retries),
    "attempts": _of_view(lambda view: view.retries.amplification),
    "note": lambda _values, edge: [note.code for note in edge.notes],
}

_NODE: Mapping[str, Getter] = {
    **{name: _of_calls(get)[1] for name, get in _CALLS.items()},
    **_JUDGED,
    "name": lambda _values, node: node.service,
    "ns": lambda _values, node: node.namespace,
    "cluster": lambda _values, node: node.cluster,
    "version": lambda _values, node: list(node.versions),
    "workload": lambda _values, node: list(node.workloads),
    "protocol": lambda values, node: sorted({edge.transport for edge in values.calls(node)}),
    "kind": lambda _values, node: node.kind,
    "indegree": lambda values, node: values.degree(node, inward=True),
    "outdegree": lambda values, node: values.degree(node, inward=False),
    "reporting": lambda _values, node: node.reporting,
}
