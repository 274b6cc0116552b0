"""The drawn graph as Cytoscape elements: what each node and edge says, and the classes that style it.

Elements carry no positions, only proposals (`data.x`, `data.y`): assets/topology.js places what it has not placed
before and leaves the rest where it is. `data.why` is what the hover text says; `data.rate` (requests per second),
`data.ms` (median in milliseconds) and `data.bad` (share that failed) are what assets/motion.js draws traffic by.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from dashboard.ui import format as fmt
from dashboard.ui.drawing import Box, Bundle, Drawing, Group
from dashboard.ui.figures.arrangement import Point, arrange
from dashboard.ui.figures.bends import bends
from dashboard.ui.figures.crowd import CROWD, arrange_closely
from dashboard.ui.figures.crowd import ROW as CROWD_ROW
from dashboard.ui.figures.look import Look
from dashboard.ui.query import EdgeLabel
from dashboard.ui.theme import CHANGE_MARKS, MARKS
from topology.diff.model import Change
from topology.health import Health
from topology.model import NodeKind, ServiceEdge, ServiceNode, Transport

Element = dict[str, Any]

LOCK, OPEN_LOCK = "\ue000", "\ue001"
"""Glyphs of assets/marks.woff2."""
Ends = tuple[str, str]

NAME_LENGTH = 22
CROWD_NAME_LENGTH = 14
"""Of closed boxes that are many, whose letters are large."""
MAX_BENT_EDGES = 200
"""With more edges, nothing is gained by leading single ones around nodes."""


def elements(drawing: Drawing, look: Look) -> list[Element]:
    """The boxes, nodes and edges of a drawing, boxes first, each sorted by id."""
    places = _places(drawing)
    boxes = {box.id: box for node in drawing.nodes if (box := drawing.boxes.get(node.id))}
    curved = _bends(drawing, places)
    return [
        *(_box(box) for _, box in sorted(boxes.items())),
        *(_node(node, drawing.boxes.get(node.id), places[node.id], look) for node in drawing.nodes),
        *(_group(group, places[group.id], look, crowd=_is_crowd(drawing)) for group in drawing.groups),
        *(_edge(edge, look, curved.get((edge.source, edge.destination), 0.0)) for edge in drawing.edges),
        *(_bundle(bundle, look) for bundle in drawing.bundles),
    ]


def node_name(node: ServiceNode) -> str:
    """What a node is called on the page."""
    name = node.service or "unknown"
    return node.workload or (f"{name} {node.version}" if node.version else name)


def edge_label(edge: ServiceEdge, look: Look) -> str:
    """The chosen numbers of an edge; what is wrong is always said."""
    view = edge.headline
    change = look.edge_change(edge.id)
    if change is Change.REMOVED:
        return f"{CHANGE_MARKS[change].glyph} removed"
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
    label = _label(look.edge(edge).health, view.errors.share, texts, look.labels)
    if edge.pool and edge.pool.open_circuit_breakers:
        label = f"{label}\ncircuit open"
    return _with_change(label, change)


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
    boxes = [(node.id, drawing.boxes[node.id].id) for node in drawing.nodes if node.id in drawing.boxes]
    return _arranged(tuple(names), tuple(pairs), tuple(boxes), _is_crowd(drawing))


def _is_crowd(drawing: Drawing) -> bool:
    return len(drawing.groups) >= CROWD


@lru_cache(maxsize=16)
def _arranged(
    names: tuple[str, ...], pairs: tuple[tuple[str, str], ...], boxes: tuple[tuple[str, str], ...], crowd: bool
) -> Mapping[str, Point]:
    """What is asked for every few seconds has mostly the same shape, and numbers do not matter here.

    What is in open boxes stands below a crowd of closed ones.
    """
    boxed = dict(boxes)
    if not crowd:
        return arrange(names, pairs, boxed)
    closely = arrange_closely([name for name in names if name not in boxed], _among(pairs, boxed, inside=False))
    opened = arrange([name for name in names if name in boxed], _among(pairs, boxed, inside=True), boxed)
    below = max(y for _, y in closely.values()) + CROWD_ROW - min((y for _, y in opened.values()), default=0.0)
    return closely | {name: (x, y + below) for name, (x, y) in opened.items()}


def _among(pairs: Iterable[Ends], boxed: Collection[str], *, inside: bool) -> list[Ends]:
    """Those between ends that are both in open boxes, or both in none."""
    return [ends for ends in pairs if all((end in boxed) is inside for end in ends)]


def _bends(drawing: Drawing, places: Mapping[str, Point]) -> Mapping[tuple[str, str], float]:
    if len(drawing.edges) > MAX_BENT_EDGES:
        return {}
    return _bent(tuple(places.items()), tuple(sorted({(edge.source, edge.destination) for edge in drawing.edges})))


@lru_cache(maxsize=16)
def _bent(places: tuple[tuple[str, Point], ...], edges: tuple[tuple[str, str], ...]) -> Mapping[tuple[str, str], float]:
    return bends(dict(places), edges)


def _box(box: Box) -> Element:
    return {"data": {"id": box.id, "label": _short(box.label)}, "classes": "box", "selectable": True}


def _node(node: ServiceNode, box: Box | None, place: Point, look: Look) -> Element:
    verdict, change = look.node(node), look.node_change(node.id)
    burns = look.burn_words([node.id])
    data = {
        "id": node.id,
        "label": _with_change(f"{_short(node_name(node))}\n{_node_line(node, verdict.health, burns)}", change),
        "why": "\n".join(filter(None, (node_name(node), verdict.reason, burns))),
        **_proposal(place),
    }
    if box:
        data["parent"] = box.id
    silent = "" if node.reporting or node.kind not in (NodeKind.SERVICE, NodeKind.GATEWAY, NodeKind.TCP) else "silent"
    classes = ("node", node.kind, verdict.health, silent, _change_class(change), look.found_class(node.id),
               look.burn_class([node.id]))  # fmt: skip
    return {"data": data, "classes": " ".join(filter(None, classes))}


def _node_line(node: ServiceNode, health: Health, burns: str) -> str:
    if burns:
        return burns
    mark = MARKS[health]
    traffic = node.inbound or node.outbound
    if health in (Health.DEGRADED, Health.FAILING) and traffic is not None and traffic.error_share:
        return f"{mark.glyph} {fmt.share(traffic.error_share)} errors"
    rated = traffic is not None and traffic.requests
    return f"{mark.glyph} {fmt.rate(traffic.per_second) if traffic and rated else mark.word}"


def _group(group: Group, place: Point, look: Look, *, crowd: bool) -> Element:
    health = look.traffic(group.traffic)
    states = [look.node(node).health for node in group.nodes]
    ill = states.count(Health.FAILING) + states.count(Health.DEGRADED)
    shown = Health.FAILING if Health.FAILING in states else Health.DEGRADED if ill else health
    line = f"{MARKS[shown].glyph} {f'{ill} not well' if ill else MARKS[shown].word}"
    name = _short(group.label, CROWD_NAME_LENGTH if crowd else NAME_LENGTH)
    label = f"{name}\n{fmt.plural(len(group.nodes), 'service')}\n{line}"
    changed = sum(look.node_change(node.id) not in (None, Change.UNCHANGED) for node in group.nodes)
    why = f"{group.label}\n{line}" + (f"\n{fmt.plural(changed, 'service')} changed" if changed else "")
    found = next(filter(None, (look.found_class(node.id) for node in group.nodes)), "")
    burns = look.burn_class(node.id for node in group.nodes)
    data = {"id": group.id, "label": label, "why": f"{why}\nDouble click opens it.", **_proposal(place)}
    return {"data": data, "classes": " ".join(filter(None, ("group", "crowd" if crowd else "", shown, found, burns)))}


def _edge(edge: ServiceEdge, look: Look, bend: float) -> Element:
    verdict, change, view = look.edge(edge), look.edge_change(edge.id), edge.headline
    burns = look.burn_words([edge.id])
    data: dict[str, Any] = {
        "id": edge.id,
        "source": edge.source,
        "target": edge.destination,
        "label": "\n".join(filter(None, (edge_label(edge, look), burns))),
        "why": "\n".join(filter(None, (look.edge_words(edge), burns))),
        "width": width(view.rates.per_second),
        **_traffic(view.rates.per_second, view.errors.share, view.latency.p50 if view.latency else None),
    }
    if bend:
        data["bend"] = bend
    classes = ("edge", verdict.health, edge.transport, _change_class(change), look.found_class(edge.id),
               look.burn_class([edge.id]))  # fmt: skip
    return {"data": data, "classes": " ".join(filter(None, classes))}


def _bundle(bundle: Bundle, look: Look) -> Element:
    health = look.traffic(bundle.traffic)
    change = look.worst_change(edge.id for edge in bundle.edges)
    texts = {
        EdgeLabel.RATE: fmt.rate(bundle.traffic.per_second),
        EdgeLabel.ERRORS: fmt.share(bundle.traffic.error_share) + " errors",
        EdgeLabel.SECURITY: security_mark(bundle.mtls_share),
    }
    label = _label(health, bundle.traffic.error_share, texts, look.labels)
    found = next(filter(None, (look.found_class(edge.id) for edge in bundle.edges)), "")
    burns = look.burn_class(edge.id for edge in bundle.edges)
    data = {
        "id": bundle.id,
        "source": bundle.source,
        "target": bundle.destination,
        "label": _with_change(label, change),
        "why": f"{fmt.plural(len(bundle.edges), 'edge')}, {fmt.rate(bundle.traffic.per_second)}, "
        f"{fmt.share(bundle.traffic.error_share)} failed",
        "width": width(bundle.traffic.per_second),
        **_traffic(bundle.traffic.per_second, bundle.traffic.error_share, None),
    }
    return {
        "data": data,
        "classes": " ".join(filter(None, ("edge", "bundle", health, _change_class(change), found, burns))),
    }


def _traffic(per_second: float, error_share: float | None, median: float | None) -> dict[str, float]:
    made = {"rate": round(per_second, 3), "bad": round(error_share or 0.0, 4)}
    return made if median is None else made | {"ms": round(median / 1e3, 2)}


def _label(
    health: Health, error_share: float | None, texts: Mapping[EdgeLabel, str], labels: Iterable[EdgeLabel]
) -> str:
    parts = [texts.get(label, "") for label in labels]
    if health in (Health.DEGRADED, Health.FAILING) and error_share:
        parts = [part for part in parts if part != texts[EdgeLabel.ERRORS]]
        parts = [" ".join(part for part in parts if part), f"{MARKS[health].glyph} {fmt.share(error_share)} errors"]
        return "\n".join(part for part in parts if part)
    if health in (Health.DEGRADED, Health.FAILING):
        parts.append(MARKS[health].glyph)
    return " ".join(part for part in parts if part)


def _with_change(label: str, change: Change | None) -> str:
    if change is None or change not in CHANGE_MARKS:
        return label
    mark = CHANGE_MARKS[change]
    return f"{label}\n{mark.glyph} {mark.word}"


def _change_class(change: Change | None) -> str:
    return f"change-{change}" if change is not None and change in CHANGE_MARKS else ""


def _rate(edge: ServiceEdge) -> str:
    text = fmt.rate(edge.headline.rates.per_second)
    return f"{text} TCP" if edge.transport is Transport.TCP else text


def _proposal(place: Point) -> dict[str, float]:
    return {"x": round(place[0], 1), "y": round(place[1], 1)}


def _short(name: str, length: int = NAME_LENGTH) -> str:
    return name if len(name) <= length else f"{name[: length - 1]}…"
