"""Pairs a proxy's span with the span of the application that it stands beside: the difference is the proxy's own time,
and the way between the two."""

from collections.abc import Callable

from storage.records.spans import Span
from traces.proxy_spans import PROXY
from traces.trace_model import Pair, Side
from traces.tree import CALLED, CALLING, Tree


def pair_proxies(tree: Tree, length: Callable[[int], int]) -> list[Pair]:
    """The pairs of a tree, by indexes of the tree.

    A proxy's called span is around the longest called span of the same service below it; an application's calling span
    is around the longest calling span of its proxy below it.
    """
    pairs = []
    for outer, span in enumerate(tree.spans):
        side = _side(span)
        if side is None:
            continue
        inner = max(
            (child for child in tree.children[outer] if _belongs(span, tree.spans[child], side)),
            key=length,
            default=None,
        )
        if inner is not None:
            pairs.append(Pair(outer, inner, side, max(length(outer) - length(inner), 0)))
    return pairs


def _side(span: Span) -> Side | None:
    if span.component == PROXY:
        return Side.INBOUND if span.kind in CALLED else None
    return Side.OUTBOUND if span.kind in CALLING else None


def _belongs(outer: Span, inner: Span, side: Side) -> bool:
    kinds = CALLED if side is Side.INBOUND else CALLING
    return (
        inner.kind in kinds and inner.service == outer.service and (inner.component == PROXY) is (side is Side.OUTBOUND)
    )
