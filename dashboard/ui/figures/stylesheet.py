"""How the graph looks in one colour scheme, as a Cytoscape style sheet."""

from typing import Any

from dashboard.ui.theme import TOKENS, Scheme, Tokens
from topology.diff.model import Change
from topology.health import Health
from topology.model import NodeKind, Transport

Rule = dict[str, Any]

FONT = "MeshhubMarks, system-ui, -apple-system, Segoe UI, Roboto, sans-serif"
NODE_WIDTH, NODE_HEIGHT = 138, 46
GATEWAY_WIDTH = NODE_WIDTH + 46
"""Of a hexagon, whose sides take a quarter of its width each: two lines of text end before them."""

CROWD_WIDTH, CROWD_HEIGHT = 212, 116
"""Of closed boxes that are many: the picture is small then, and its letters are to be read."""

_SHAPES = {
    NodeKind.SERVICE: "round-rectangle",
    NodeKind.GATEWAY: "round-hexagon",
    NodeKind.EXTERNAL: "cut-rectangle",
    NodeKind.TCP: "barrel",
    NodeKind.UNKNOWN: "ellipse",
    NodeKind.DATABASE: "bottom-round-rectangle",
    NodeKind.QUEUE: "round-tag",
    NodeKind.OTHERS: "round-rectangle",
}
_BORDERS = {Health.FAILING: 3.5, Health.DEGRADED: 2.5}
_UNCERTAIN = (Health.IDLE, Health.NOT_MEASURED)


def stylesheet(scheme: Scheme) -> list[Rule]:
    """Later rules win. Classes are those of `dashboard.ui.figures.elements`; `dim`, `near` and `chosen` are set by
    assets/topology.js."""
    tokens = TOKENS[scheme]
    return [
        *_node_rules(tokens),
        *_box_rules(tokens),
        *_edge_rules(tokens),
        *_change_rules(tokens),
        *_emphasis_rules(tokens),
    ]


def _node_rules(tokens: Tokens) -> list[Rule]:
    return [
        _rule(
            "node.node, node.group",
            {
                "label": "data(label)",
                "shape": "round-rectangle",
                "width": NODE_WIDTH,
                "height": NODE_HEIGHT,
                "background-color": tokens.surface,
                "border-color": tokens.outline,
                "border-width": 1.5,
                "color": tokens.text,
                "font-family": FONT,
                "font-size": 13,
                "line-height": 1.35,
                "text-valign": "center",
                "text-halign": "center",
                "text-wrap": "wrap",
                "text-max-width": NODE_WIDTH,
                "min-zoomed-font-size": 5,
            },
        ),
        *(_rule(f"node.{kind}", {"shape": shape}) for kind, shape in _SHAPES.items()),
        _rule("node.unknown", {"width": NODE_WIDTH + 16}),
        _rule("node.gateway", {"width": GATEWAY_WIDTH}),
        _rule("node.external, node.unknown, node.others", {"background-color": tokens.raised}),
        _rule("node.group", {"height": NODE_HEIGHT + 16, "border-style": "double", "border-width": 5}),
        _rule(
            "node.crowd",
            {"width": CROWD_WIDTH, "height": CROWD_HEIGHT, "font-size": 25, "text-max-width": CROWD_WIDTH},
        ),
        *(_node_health(health, tokens) for health in Health),
        _rule("node.silent", {"border-style": "dashed"}),
    ]


def _node_health(health: Health, tokens: Tokens) -> Rule:
    style: dict[str, Any] = {"border-color": tokens.health(health)}
    if health in _BORDERS:
        style |= {"border-width": _BORDERS[health], "color": tokens.health(health), "font-weight": "bold"}
    if health in _UNCERTAIN:
        style |= {"color": tokens.muted, "border-style": "dashed" if health is Health.NOT_MEASURED else "dotted"}
    return _rule(f"node.{health}", style)


def _box_rules(tokens: Tokens) -> list[Rule]:
    return [
        _rule(
            "node.box",
            {
                "label": "data(label)",
                "shape": "round-rectangle",
                "background-color": tokens.raised,
                "background-opacity": 0.5,
                "border-color": tokens.line,
                "border-width": 1,
                "color": tokens.muted,
                "font-family": FONT,
                "font-size": 13,
                "font-weight": "bold",
                "text-valign": "top",
                "text-margin-y": -4,
                "padding": 18,
            },
        )
    ]


def _edge_rules(tokens: Tokens) -> list[Rule]:
    return [
        _rule(
            "edge",
            {
                "label": "data(label)",
                "width": "data(width)",
                "curve-style": "bezier",
                "line-color": tokens.outline,
                "target-arrow-color": tokens.outline,
                "target-arrow-shape": "triangle",
                "arrow-scale": 0.9,
                "line-opacity": 0.75,
                "color": tokens.muted,
                "font-family": FONT,
                "font-size": 11,
                "line-height": 1.25,
                "text-wrap": "wrap",
                "min-zoomed-font-size": 7,
                "text-background-color": tokens.page,
                "text-background-opacity": 0.9,
                "text-background-padding": 2,
                "text-background-shape": "round-rectangle",
            },
        ),
        _rule(
            "edge[bend]",
            {
                "curve-style": "unbundled-bezier",
                "control-point-distances": "data(bend)",
                "control-point-weights": 0.5,
                "edge-distances": "node-position",
            },
        ),
        # From a service to itself: above it. At its side, as by default, the line would end within so wide a node.
        _rule("edge:loop", {"loop-direction": "0deg", "loop-sweep": "-60deg", "control-point-step-size": 38}),
        _rule(f"edge.{Transport.TCP}", {"target-arrow-shape": "vee"}),
        _rule("edge.bundle", {"line-opacity": 0.4, "text-opacity": 0, "text-background-opacity": 0}),
        *(_edge_health(health, tokens) for health in Health if health is not Health.HEALTHY),
        _rule("edge.bundle.near", {"text-opacity": 1, "text-background-opacity": 0.9}),
    ]


def _edge_health(health: Health, tokens: Tokens) -> Rule:
    colour = tokens.health(health)
    style: dict[str, Any] = {"line-color": colour, "target-arrow-color": colour, "color": colour, "line-opacity": 1}
    if health in _UNCERTAIN:
        style |= {"line-style": "dashed" if health is Health.NOT_MEASURED else "dotted", "line-opacity": 0.7}
    else:
        style |= {"target-arrow-shape": "square" if health is Health.FAILING else "triangle-tee", "z-index": 5}
        style |= {"font-weight": "bold"}
    return _rule(f"edge.{health}", style)


def _change_rules(tokens: Tokens) -> list[Rule]:
    """What a comparison shows: by colour, by the arrow's or the outline's form, and by the sign in the label."""
    lines: dict[Change, dict[str, Any]] = {
        Change.ADDED: {"line-style": "dashed", "line-dash-pattern": [10, 5], "target-arrow-shape": "triangle"},
        Change.REMOVED: {"line-style": "dotted", "target-arrow-shape": "tee", "line-opacity": 0.8},
        Change.WORSE: {"line-style": "solid", "target-arrow-shape": "square"},
        Change.BETTER: {"line-style": "solid", "target-arrow-shape": "circle"},
    }
    rules = []
    for change, line in lines.items():
        colour = tokens.change(change)
        marked = {"color": colour, "font-weight": "bold", "text-opacity": 1, "text-background-opacity": 0.9}
        edge = {"line-color": colour, "target-arrow-color": colour, "line-opacity": 1, "z-index": 8} | line
        style = line["line-style"] if change in (Change.ADDED, Change.REMOVED) else "solid"
        node = {"border-color": colour, "border-width": 3, "border-style": style}
        rules.append(_rule(f"edge.change-{change}", edge | marked))
        rules.append(_rule(f"node.change-{change}", {**node, "color": colour, "height": NODE_HEIGHT + 16}))
    return rules


def _emphasis_rules(tokens: Tokens) -> list[Rule]:
    found = {"underlay-color": tokens.found, "underlay-opacity": 0.5, "underlay-padding": 7, "z-index": 15}
    burn = {"underlay-color": tokens.failing, "underlay-opacity": 0.28, "underlay-padding": 6, "font-weight": "bold"}
    halo = {"underlay-color": tokens.accent, "underlay-opacity": 0.35, "underlay-padding": 6, "z-index": 20}
    return [
        _rule("edge.near", {"line-opacity": 1, "z-index": 10, "min-zoomed-font-size": 0}),
        _rule("node.dim", {"opacity": 0.45}),
        _rule("edge.dim", {"opacity": 0.12, "text-opacity": 0, "text-background-opacity": 0}),
        _rule("node.burn", {**burn, "border-color": tokens.failing, "border-style": "double", "border-width": 5}),
        _rule("edge.burn", {**burn, "underlay-padding": 3, "line-opacity": 1, "text-opacity": 1}),
        _rule("node.found", found),
        _rule("edge.found", {**found, "underlay-padding": 4, "line-opacity": 1, "text-opacity": 1}),
        _rule("node.chosen", halo),
        _rule("edge.chosen", {**halo, "line-opacity": 1}),
        _rule("node:selected, edge:selected, :active", {"overlay-opacity": 0}),
    ]


def _rule(selector: str, style: dict[str, Any]) -> Rule:
    return {"selector": selector, "style": style}
