"""Whether what is in one graph only came, went, or was not measured in the other."""

from collections.abc import Mapping, Set

from topology.diff.model import Change
from topology.model import Note, ServiceEdge, ServiceGraph, ServiceNode

_NOTHING = "nothing at all was measured in the other window"


class Watch:
    """Knows which proxies reported in which window.

    An edge that is missing is gone only if a proxy that reported it before reports still: else nobody could have seen
    it. An edge that is new came up only if a proxy that reports it now reported before, or was not there at all.
    """

    def __init__(self, before: ServiceGraph, after: ServiceGraph) -> None:
        self._before = {node.id: node.reporting for node in before.nodes}
        self._after = {node.id: node.reporting for node in after.nodes}

    def edge(self, before: ServiceEdge | None, after: ServiceEdge | None) -> tuple[Change, Note]:
        """What became of an edge that one of them has, and why that is said."""
        if after is not None:
            return _came(_witnesses(after), self._before, after.headline.rates.requests)
        if before is None:
            raise LookupError("could not compare an edge: no graph has it")
        return _went(_witnesses(before), self._after, before.headline.rates.requests)


def node_absence(before: ServiceNode | None, after: ServiceNode | None, surely: Set[str]) -> tuple[Change, Note]:
    """What became of a node that one of them has: it came or went with the edges that did; the ends of those are
    `surely`."""
    node = after or before
    if node is None:
        raise LookupError("could not compare a node: no graph has it")
    if after is not None:
        if node.id in surely:
            return Change.ADDED, Note("added", "new: not seen before")
        return Change.NOT_MEASURED, Note("not-measured-before", "before, no proxy that could have seen it reported")
    if node.id in surely:
        return Change.REMOVED, Note("removed", "gone: not seen after")
    return Change.NOT_MEASURED, Note("not-measured-after", "after, no proxy that could have seen it reported")


def _witnesses(edge: ServiceEdge) -> list[str]:
    """The nodes whose proxies reported it."""
    seen = [edge.source] if edge.client is not None else []
    return [*seen, edge.destination] if edge.server is not None else seen


def _came(witnesses: list[str], reporting: Mapping[str, bool], requests: int) -> tuple[Change, Note]:
    if not reporting:
        return Change.NOT_MEASURED, Note("not-measured-before", _NOTHING)
    if any(reporting.get(name, True) for name in witnesses):
        return Change.ADDED, Note("added", f"new: {requests:,} requests after, none before")
    text = f"{requests:,} requests after; before, no proxy that could have seen them reported"
    return Change.NOT_MEASURED, Note("not-measured-before", text)


def _went(witnesses: list[str], reporting: Mapping[str, bool], requests: int) -> tuple[Change, Note]:
    if not any(reporting.values()):
        return Change.NOT_MEASURED, Note("not-measured-after", _NOTHING)
    if any(reporting.get(name, False) for name in witnesses):
        return Change.REMOVED, Note("removed", f"gone: {requests:,} requests before, none after")
    text = f"{requests:,} requests before; after, no proxy that could have seen them reported"
    return Change.NOT_MEASURED, Note("not-measured-after", text)
