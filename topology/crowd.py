"""Keeps a graph to a size that can be shown, whatever names reports have: the busiest nodes, the rest by namespace."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from topology.draft import Placed
from topology.identity import OTHERS, SERVICE, NodeKey
from topology.model import Note

MAX_NODES = 2_000
"""A graph has no more nodes than this, and one for each namespace whose names are taken together."""


class Crowd:
    """The nodes that are too many: those with the least traffic, of the same traffic those seen last longest ago."""

    def __init__(self, placed: Sequence[Placed], limit: int = MAX_NODES) -> None:
        self.folded: Mapping[str, NodeKey] = {}
        self.names: Counter[NodeKey] = Counter()
        keys = {source.id: source for _, source, _ in placed}
        keys |= {destination.id: destination for _, _, destination in placed}
        if len(keys) > limit:
            busy = _traffic(placed)
            kept = sorted(keys, key=lambda name: (*busy[name], name), reverse=True)[:limit]
            self.folded = {name: _others(keys[name]) for name in keys.keys() - set(kept)}
            self.names = Counter(self.folded.values())

    def placed(self, placed: Sequence[Placed]) -> Sequence[Placed]:
        """The reports, each between the nodes that stand for its own."""
        if not self.folded:
            return placed
        folded = self.folded
        return [
            (report, folded.get(source.id, source), folded.get(destination.id, destination))
            for report, source, destination in placed
        ]

    def notes(self) -> tuple[Note, ...]:
        """What was taken together, by namespace."""
        return tuple(
            Note("names-folded", f"{_text(key, names)} had the least traffic and are shown as one node.")
            for key, names in sorted(self.names.items(), key=lambda item: (-item[1], item[0].id))
        )

    def describe(self, key: NodeKey) -> str:
        """What a node stands for."""
        return _text(key, self.names[key])


def _traffic(placed: Sequence[Placed]) -> dict[str, tuple[int, float]]:
    """Requests and the last time of each node, by its id."""
    requests: defaultdict[str, int] = defaultdict(int)
    seen: defaultdict[str, float] = defaultdict(float)
    for report, source, destination in placed:
        last = report.last_seen.timestamp()
        for key in (source, destination):
            requests[key.id] += report.requests
            seen[key.id] = max(seen[key.id], last)
    return {name: (requests[name], seen[name]) for name in requests}


def _others(key: NodeKey) -> NodeKey:
    return NodeKey.of(OTHERS, key.cluster, key.namespace, "") if key.sort == SERVICE else NodeKey.of(OTHERS, "", "", "")


def _text(key: NodeKey, names: int) -> str:
    where = f"of namespace {key.namespace}" if key.namespace else "without a namespace"
    return f"{names:,} more names {where}{f' in {key.cluster}' if key.cluster else ''}"
