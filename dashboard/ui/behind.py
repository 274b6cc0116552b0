"""The single requests behind a selected service or edge: its routes, what failed last, what was slowest."""

from dataclasses import dataclass
from datetime import timedelta

from dashboard.reads.log_answers import LogOrder
from dashboard.ui.reads import LogReads
from meshhub.expression.printing import quote
from meshhub.model import TimeRange
from storage.records.search import LogLine
from topology.model import ServiceGraph, ServiceNode

ROUTES_SHOWN = 8
REQUESTS_SHOWN = 5
RECENT = timedelta(minutes=15)
"""How far back from the end of a window single requests are looked at, which are many."""


@dataclass(frozen=True, slots=True)
class Route:
    """The requests of a route; an empty name: the proxy named no route."""

    name: str
    requests: int
    failed: int


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of a selection as expressions: whose they are, and which side's reports of them count."""

    ends: str
    reporter: str

    @property
    def logs(self) -> str:
        """What their access logs have in common, each request once."""
        return f"{self.ends} and {self.reporter}"


@dataclass(frozen=True, slots=True)
class Behind:
    """What is behind a selection. `total` counts the requests of the window; single ones are of `recent`."""

    calls: Calls
    total: int
    routes: tuple[Route, ...]
    recent: TimeRange
    failures: tuple[LogLine, ...]
    slowest: tuple[LogLine, ...]


def behind(logs: LogReads, calls: Calls, window: TimeRange) -> Behind:
    """The requests of these calls: routes of all the window, single ones of its last minutes."""
    recent = TimeRange(max(window.start, window.end - RECENT), window.end)
    failed = f"{calls.logs} and error"
    counted, failures = logs.facets(window, calls.logs, ("route",)), logs.facets(window, failed, ("route",))
    wrong = {each.value: each.requests for facet in failures.facets for each in facet.values}
    routes = [each for facet in counted.facets for each in facet.values][:ROUTES_SHOWN]
    return Behind(
        calls,
        counted.total,
        tuple(Route(each.value, each.requests, wrong.get(each.value, 0)) for each in routes),
        recent,
        logs.rows(recent, failed, LogOrder.NEWEST, limit=REQUESTS_SHOWN).rows,
        logs.rows(recent, calls.logs, LogOrder.SLOWEST, limit=REQUESTS_SHOWN).rows,
    )


def calls_of(graph: ServiceGraph, selected: str) -> Calls | None:
    """The calls of an edge, or those to a node (from it, where nobody calls it), as their callers reported them, or if
    those did not, as the callee did. None if it is neither, or nothing names it."""
    nodes = {node.id: node for node in graph.nodes}
    edges = [edge for edge in graph.edges if edge.id == selected]
    if edges:
        ends = *_end("source", nodes[edges[0].source]), *_end("destination", nodes[edges[0].destination])
    elif selected in nodes:
        called = nodes[selected].inbound is not None
        edges = [edge for edge in graph.edges if selected == (edge.destination if called else edge.source)]
        ends = _end("destination" if called else "source", nodes[selected])
    else:
        return None
    if not ends or not edges:
        return None
    by_client = any(edge.client is not None for edge in edges)
    return Calls(" and ".join(ends), "reporter != server" if by_client else "reporter = server")


def _end(side: str, node: ServiceNode) -> tuple[str, ...]:
    if not node.service:
        return ()
    named = f"{side} = {quote(node.service)}"
    return (named, f"{side}_namespace = {quote(node.namespace)}") if node.namespace else (named,)
