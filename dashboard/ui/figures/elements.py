"""The drawn graph as Cytoscape elements: what each node and edge says, and the classes that style it.

Elements carry no positions, only proposals (`data.x`, `data.y`): assets/topology.js places what it has not placed
before and leaves the rest where it is.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.ui import format as fmt
from dashboard.ui.figures.arrangement import Point, arrange
from dashboard.ui.figures.bends import bends
from dashboard.ui.graph_scope import Bundle, Drawing, Group, box_id
from dashboard.ui.health import Health, judge_edge, judge_node, judge_traffic
from dashboard.ui.query import EdgeLabel
from dashboard.ui.theme import MARKS
from topology.model import NodeKind, ServiceEdge, ServiceNode, Transport

Element = dict[str, Any]

LOCK, OPEN_LOCK = "\ue000", "\ue001"
"""Glyphs of assets/marks.woff2."""
NAME_LENGTH = 22
MAX_BENT_EDGES = 200
"""With more edges, nothing is gained by leading single ones around nodes."""


def elements(drawing: Drawing, labels: Iterable[EdgeLabel]) -> list[Element]:
    """The boxes, nodes and edges of a drawing, boxes first, each sorted by id."""
    places = _places(drawing)
    boxes = sorted({node.namespace for node in drawing.nodes if node.namespace})
    chosen = tuple(labels)
    curved = _bends(drawing, places)
    return [
        *(_box(name) for name in boxes),
        *(_node(node, places[node.id]) for node in drawing.nodes),
        *(_group(group, places[group.id]) for group in drawing.groups),
        *(_edge(edge, chosen, curved.get((edge.source, edge.destination), 0.0)) for edge in drawing.edges),
        *(_bundle(bundle, chosen) for bundle in drawing.bundles),
    ]


def node_name(node: ServiceNode) -> str:
    """What a node is called on the page."""
    return node.service or "unknown"


def edge_label(edge: ServiceEdge, labels: Iterable[EdgeLabel]) -> str:
    """The chosen numbers of an edge; what is wrong is always said."""
    view = edge.headline
    if not view.rates.requests:
        return f"{MARKS[Health.IDLE].glyph} idle"
    latency = view.latency
    texts = {
        EdgeLabel.RATE: _rate(edge),
        EdgeLabel.ERRORS: fmt.share(view.errors.share) + " errors",
        EdgeLabel.P50: f"p50 {fmt.duration(latency.p50)}" if latency else "",
        EdgeLabel.P95: f"p95 {fmt.duration(latency.p95)}" if latency else "",
        EdgeLabel.P99: f"p99 {fmt.duration(latency.p99)}" if latency else "",
        EdgeLabel.SECURITY: security_mark(view.encryption.mtls_share),
    }
    return _label(judge_edge(edge).health, view.errors.share, texts, labels)


def security_mark(mtls_share: float | None) -> str:
    """A closed lock for mutual TLS, the share where it is not all, an open lock for none; "" if not measured."""
    if mtls_share is None:
        return ""
    if mtls_share == 0:
        return OPEN_LOCK
    return LOCK if mtls_share == 1 else f"{LOCK} {fmt.share(mtls_share)}"


def width(per_second: float) -> float:
    """The width of an edge in pixels: it grows with the order of magnitude of its rate, from 1 to 7."""
    return round(min(7.0, 1 + 1.5 * math.log10(1 + per_second)), 2)


def _places(drawing: Drawing) -> Mapping[str, Point]:
    names = [node.id for node in drawing.nodes] + [group.id for group in drawing.groups]
    pairs = [(edge.source, edge.destination) for edge in drawing.edges if edge.headline.rates.requests]
    pairs += [(bundle.source, bundle.destination) for bundle in drawing.bundles if bundle.traffic.requests]
    return arrange(names, pairs, {node.id: box_id(node.namespace) for node in drawing.nodes if node.namespace})


def _bends(drawing: Drawing, places: Mapping[str, Point]) -> dict[tuple[str, str], float]:
    if len(drawing.edges) > MAX_BENT_EDGES:
        return {}
    return bends(places, {(edge.source, edge.destination) for edge in drawing.edges})


def _box(namespace: str) -> Element:
    return {"data": {"id": box_id(namespace), "label": _short(namespace)}, "classes": "box", "selectable": True}


def _node(node: ServiceNode, place: Point) -> Element:
    health = judge_node(node).health
    data = {"id": node.id, "label": f"{_short(node_name(node))}\n{_node_line(node, health)}", **_proposal(place)}
    if node.namespace:
        data["parent"] = box_id(node.namespace)
    silent = "" if node.reporting or node.kind not in (NodeKind.SERVICE, NodeKind.GATEWAY, NodeKind.TCP) else " silent"
    return {"data": data, "classes": f"node {node.kind} {health}{silent}"}


def _node_line(node: ServiceNode, health: Health) -> str:
    mark = MARKS[health]
    traffic = node.inbound or node.outbound
    if health in (Health.DEGRADED, Health.FAILING) and traffic is not None and traffic.error_share:
        return f"{mark.glyph} {fmt.share(traffic.error_share)} errors"
    rated = traffic is not None and traffic.requests
    return f"{mark.glyph} {fmt.rate(traffic.per_second) if traffic and rated else mark.word}"


def _group(group: Group, place: Point) -> Element:
    health = judge_traffic(group.traffic).health if group.traffic else Health.NOT_MEASURED
    worst = [judge_node(node).health for node in group.nodes]
    ill = worst.count(Health.FAILING) + worst.count(Health.DEGRADED)
    shown = Health.FAILING if Health.FAILING in worst else Health.DEGRADED if ill else health
    line = f"{MARKS[shown].glyph} {f'{ill} not well' if ill else MARKS[shown].word}"
    label = f"{_short(group.namespace)}\n{fmt.plural(len(group.nodes), 'service')}\n{line}"
    data = {"id": group.id, "label": label, **_proposal(place)}
    return {"data": data, "classes": f"group {shown}"}


def _edge(edge: ServiceEdge, labels: tuple[EdgeLabel, ...], bend: float) -> Element:
    health = judge_edge(edge).health
    data: dict[str, Any] = {
        "id": edge.id,
        "source": edge.source,
        "target": edge.destination,
        "label": edge_label(edge, labels),
        "width": width(edge.headline.rates.per_second),
    }
    if bend:
        data["bend"] = bend
    return {"data": data, "classes": f"edge {health} {edge.transport}"}


def _bundle(bundle: Bundle, labels: tuple[EdgeLabel, ...]) -> Element:
    health = judge_traffic(bundle.traffic).health
    texts = {
        EdgeLabel.RATE: fmt.rate(bundle.traffic.per_second),
        EdgeLabel.ERRORS: fmt.share(bundle.traffic.error_share) + " errors",
        EdgeLabel.SECURITY: security_mark(bundle.mtls_share),
    }
    data = {
        "id": bundle.id,
        "source": bundle.source,
        "target": bundle.destination,
        "label": _label(health, bundle.traffic.error_share, texts, labels),
        "width": width(bundle.traffic.per_second),
    }
    return {"data": data, "classes": f"edge bundle {health}"}


def _label(
    health: Health, error_share: float | None, texts: Mapping[EdgeLabel, str], labels: Iterable[EdgeLabel]
) -> str:
    parts = [texts.get(label, "") for label in labels]
    if health in (Health.DEGRADED, Health.FAILING):
        parts = [part for part in parts if part != texts[EdgeLabel.ERRORS]]
        parts = [" ".join(part for part in parts if part), f"{MARKS[health].glyph} {fmt.share(error_share)} errors"]
        return "\n".join(part for part in parts if part)
    return " ".join(part for part in parts if part)


def _rate(edge: ServiceEdge) -> str:
    text = fmt.rate(edge.headline.rates.per_second)
    return f"{text} TCP" if edge.transport is Transport.TCP else text


def _proposal(place: Point) -> dict[str, float]:
    return {"x": round(place[0], 1), "y": round(place[1], 1)}


def _short(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"
