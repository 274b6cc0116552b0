"""Turns a comparison into the body of GET /api/v1/graph/diff."""

from collections import Counter
from collections.abc import Iterable

from dashboard.api.diff_body import (
    ChangeBody,
    DeltaBody,
    DiffBody,
    EdgeChangeBody,
    LatencyChangeBody,
    NodeChangeBody,
    ProportionBody,
    ShareChangeBody,
)
from dashboard.api.graph_view import show_end
from dashboard.api.notes import show_notes
from dashboard.api.window_body import show_window
from topology.diff.model import Change, Delta, EdgeChange, GraphDiff, LatencyChange, NodeChange, Proportion, ShareChange
from topology.significance import wilson


def show_diff(diff: GraphDiff, *, unchanged: bool) -> DiffBody:
    """The body; without `unchanged`, of what did not change only the number is told."""
    return {
        "before": show_window(diff.before),
        "after": show_window(diff.after),
        "notes": show_notes(diff.notes),
        "counts": {"edges": _counts(diff.edges), "nodes": _counts(diff.nodes)},
        "edges": [_edge(each) for each in diff.edges if unchanged or each.change is not Change.UNCHANGED],
        "nodes": [_node(each) for each in diff.nodes if unchanged or each.change is not Change.UNCHANGED],
    }


def _counts(changes: Iterable[EdgeChange | NodeChange]) -> dict[str, int]:
    counted = Counter(each.change for each in changes)
    return {change.value: counted[change] for change in Change}


def _edge(change: EdgeChange) -> EdgeChangeBody:
    return {**_change(change), "source": change.source, "destination": change.destination}


def _node(change: NodeChange) -> NodeChangeBody:
    node = change.after or change.before
    if node is None:
        raise LookupError("could not show a change: it has no node")
    return {**_change(change), "node": show_end(node)}


def _change(change: EdgeChange | NodeChange) -> ChangeBody:
    measures = change.measures
    return {
        "id": change.id,
        "change": change.change,
        "words": show_notes(change.words),
        "rate_per_second": _delta(measures.rate),
        "errors": _share(measures.errors),
        "client_errors": _share(measures.client_errors),
        "latency_ms": {name: _latency(each) for name, each in measures.latency.items()},
        "mtls_share": _delta(measures.mtls_share),
        "versions": {"seen": list(change.versions.seen), "gone": list(change.versions.gone)},
    }


def _delta(delta: Delta) -> DeltaBody:
    return {"before": delta.before, "after": delta.after, "difference": delta.difference}


def _share(change: ShareChange | None) -> ShareChangeBody | None:
    if change is None:
        return None
    return {
        "before": _proportion(change.before),
        "after": _proportion(change.after),
        "difference": change.difference,
        "p_value": change.p_value,
        "significant": change.significant,
    }


def _proportion(proportion: Proportion) -> ProportionBody:
    low, high = wilson(proportion.count, proportion.total)
    return {"count": proportion.count, "total": proportion.total, "low": low, "high": high}


def _latency(change: LatencyChange) -> LatencyChangeBody:
    return {
        "before": change.before / 1000,
        "after": change.after / 1000,
        "requests_before": change.requests_before,
        "requests_after": change.requests_after,
        "significant": change.significant,
    }
