"""Mermaid flowcharts (https://mermaid.js.org/syntax/flowchart.html), for Markdown."""

import re

from topology.export.rows import edge_label, node_name
from topology.health.model import Health, HealthReport
from topology.model import NodeKind, ServiceGraph, ServiceNode

LONGEST_NAME = 60

_PLAIN = re.compile("[A-Za-z0-9 ._,/%-]", re.ASCII)
_SHAPES = {
    NodeKind.SERVICE: ("[", "]"),
    NodeKind.GATEWAY: ("[/", "\\]"),
    NodeKind.EXTERNAL: ("([", "])"),
    NodeKind.TCP: ("[(", ")]"),
    NodeKind.DATABASE: ("[(", ")]"),
    NodeKind.QUEUE: (">", "]"),
    NodeKind.OTHERS: ("[[", "]]"),
    NodeKind.UNKNOWN: ("{", "}"),
}
_STYLES = {
    Health.DEGRADED: "stroke:#e67700,stroke-width:2px",
    Health.FAILING: "stroke:#c92a2a,stroke-width:3px",
    Health.NOT_MEASURED: "stroke:#868e96,stroke-dasharray:4",
}


def export_mermaid(graph: ServiceGraph, health: HealthReport | None) -> str:
    """The graph with nodes numbered in their order, a subgraph per namespace, and classes by health."""
    numbers = {node.id: f"n{index}" for index, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for index, space in enumerate(sorted({(node.cluster, node.namespace) for node in graph.nodes})):
        inside = [_node(node, numbers[node.id]) for node in graph.nodes if (node.cluster, node.namespace) == space]
        if space == ("", ""):
            lines += [f"  {line}" for line in inside]
            continue
        lines += [f"  subgraph s{index} [{text('/'.join(filter(None, space)))}]", *(f"    {each}" for each in inside)]
        lines.append("  end")
    lines += [
        f"  {numbers[edge.source]} -->|{text(edge_label(edge))}| {numbers[edge.destination]}" for edge in graph.edges
    ]
    return "\n".join([*lines, *_classes(graph, health, numbers), ""])


def text(value: str) -> str:
    """A quoted label: what is not plain is written by number, so that nothing in it is markup; controls are spaces."""
    shown = (" " if ord(letter) < 32 else letter for letter in value)
    return '"' + "".join(letter if _PLAIN.match(letter) else f"#{ord(letter)};" for letter in shown) + '"'


def _node(node: ServiceNode, number: str) -> str:
    left, right = _SHAPES[node.kind]
    name = node_name(node)
    return f"{number}{left}{text(name if len(name) <= LONGEST_NAME else f'{name[: LONGEST_NAME - 1]}…')}{right}"


def _classes(graph: ServiceGraph, health: HealthReport | None, numbers: dict[str, str]) -> list[str]:
    if health is None:
        return []
    lines = []
    for state, style in _STYLES.items():
        members = [
            numbers[node.id]
            for node in graph.nodes
            if node.id in health.nodes and health.nodes[node.id].health is state
        ]
        if members:
            name = state.value.replace("-", "")
            lines += [f"  classDef {name} {style}", f"  class {','.join(members)} {name}"]
    return lines
