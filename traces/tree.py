"""Makes a tree of spans, whatever they say of their parents."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from storage.records.spans import Span
from traces.trace_model import NONE, Flaw

CALLING = frozenset({"client", "producer"})
CALLED = frozenset({"server", "consumer"})


@dataclass(slots=True)
class Tree:
    """Spans by time, and for each its parent, its children and what is wrong with it.

    `copies` counts the spans that came twice and were taken once.
    """

    spans: list[Span]
    copies: int
    parents: list[int] = field(default_factory=list)
    children: list[list[int]] = field(default_factory=list)
    flaws: dict[int, list[Flaw]] = field(default_factory=lambda: defaultdict(list))

    @property
    def roots(self) -> list[int]:
        return [index for index, parent in enumerate(self.parents) if parent == NONE]

    def top_down(self) -> list[int]:
        """Every index, parents before children: first what is below spans that name no parent, then the rest."""
        whole: list[int] = []
        roots = self.roots
        for named in (False, True):
            order = [root for root in roots if bool(self.spans[root].parent_span_id) is named]
            for index in order:
                order.extend(self.children[index])
            whole += order
        return whole


def grow(spans: Sequence[Span]) -> Tree:
    """The tree of these spans. Every span is in it once, and there is no cycle.

    Spans that are alike in all are one. Of spans with the same id, a called one is taken for the child of the calling
    one (Zipkin's shared spans); else children belong to the first. A parent that is not there, is the span itself or
    is below it, is no parent.
    """
    unique = _without_copies(sorted(spans, key=lambda span: (span.time_unix_nano, -span.duration_ns, span.span_id)))
    tree = Tree(unique, len(spans) - len(unique))
    holders, shared = _holders(tree)
    tree.parents = [
        shared[index] if index in shared else _parent(index, span, holders, tree) for index, span in enumerate(unique)
    ]
    _cut_cycles(tree)
    tree.children = [[] for _ in unique]
    for index, parent in enumerate(tree.parents):
        if parent != NONE:
            tree.children[parent].append(index)
    return tree


def _without_copies(spans: Sequence[Span]) -> list[Span]:
    seen: set[tuple[object, ...]] = set()
    kept = []
    for span in spans:
        said = span.parent_span_id, span.time_unix_nano, span.duration_ns, span.name, span.service, span.kind
        key = span.trace_id, span.span_id, said
        if not span.span_id or key not in seen:
            seen.add(key)
            kept.append(span)
    return kept


def _holders(tree: Tree) -> tuple[dict[tuple[str, str], int], dict[int, int]]:
    """Who is meant by a span id, and the parents of the called spans that share one."""
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, span in enumerate(tree.spans):
        if span.span_id:
            alike[span.trace_id, span.span_id].append(index)
    holders: dict[tuple[str, str], int] = {}
    shared: dict[int, int] = {}
    for key, indexes in alike.items():
        calling = [index for index in indexes if tree.spans[index].kind in CALLING]
        called = [index for index in indexes if tree.spans[index].kind in CALLED]
        holders[key] = indexes[0]
        if calling and called:
            holders[key] = called[0]
            shared.update((index, calling[0]) for index in called)
        told_apart = {calling[0], *called} if calling and called else set()
        for index in indexes[1:]:
            if index not in told_apart:
                tree.flaws[index].append(Flaw.REPEATED_ID)
    return holders, shared


def _parent(index: int, span: Span, holders: dict[tuple[str, str], int], tree: Tree) -> int:
    if not span.parent_span_id:
        return NONE
    if span.parent_span_id == span.span_id:
        tree.flaws[index].append(Flaw.SELF_PARENT)
        return NONE
    parent = holders.get((span.trace_id, span.parent_span_id), NONE)
    if parent == NONE:
        tree.flaws[index].append(Flaw.MISSING_PARENT)
    return parent


def _cut_cycles(tree: Tree) -> None:
    """Make the first span of every cycle a root; spans are in order of time."""
    done = [0] * len(tree.parents)
    for index in range(len(tree.parents)):
        path = []
        current = index
        while current != NONE and not done[current]:
            done[current] = 1
            path.append(current)
            current = tree.parents[current]
        if current != NONE and done[current] == 1:
            first = min(path[path.index(current) :])
            tree.parents[first] = NONE
            tree.flaws[first].append(Flaw.CYCLE)
        for visited in path:
            done[visited] = 2
