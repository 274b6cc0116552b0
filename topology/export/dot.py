"""DOT (https://graphviz.org/doc/info/lang.html). Labels are quoted strings, never HTML-like ones."""

from topology.export.rows import edge_label, node_name
from topology.health.model import Health, HealthReport
from topology.model import NodeKind, ServiceGraph, ServiceNode

LONGEST_NAME = 60

_COLOURS = {
    Health.HEALTHY: "#2b8a3e",
    Health.DEGRADED: "#e67700",
    Health.FAILING: "#c92a2a",
    Health.IDLE: "#868e96",
    Health.NOT_MEASURED: "#868e96",
}
_SHAPES = {
    NodeKind.SERVICE: "box",
    NodeKind.GATEWAY: "house",
    NodeKind.EXTERNAL: "ellipse",
    NodeKind.TCP: "cylinder",
    NodeKind.DATABASE: "cylinder",
    NodeKind.QUEUE: "cds",
    NodeKind.OTHERS: "box3d",
    NodeKind.UNKNOWN: "diamond",
}


def export_dot(graph: ServiceGraph, health: HealthReport | None) -> str:
    """The graph with a cluster per namespace, coloured by health."""
    lines = ["digraph meshhub {", "  rankdir=LR;", '  node [style="rounded"];']
    for index, space in enumerate(sorted({(node.cluster, node.namespace) for node in graph.nodes})):
        inside = [node for node in graph.nodes if (node.cluster, node.namespace) == space]
        if space == ("", ""):
            lines += [f"  {_node(node, health)}" for node in inside]
            continue
        lines.append(f"  subgraph cluster_{index} {{")
        lines.append(f"    label={quoted('/'.join(filter(None, space)))};")
        lines += [f"    {_node(node, health)}" for node in inside]
        lines.append("  }")
    for edge in graph.edges:
        verdict = health.edges.get(edge.id) if health else None
        colour = f", color={quoted(_COLOURS[verdict.health])}" if verdict else ""
        ends = f"{quoted(edge.source)} -> {quoted(edge.destination)}"
        lines.append(f"  {ends} [id={quoted(edge.id)}, label={quoted(edge_label(edge))}{colour}];")
    return "\n".join([*lines, "}", ""])


def quoted(text: str) -> str:
    """A quoted string of DOT that is shown as it is: its only escape is that of the quote, and a backslash starts what
    Graphviz replaces in labels (\\N, \\G)."""
    plain = "".join(" " if ord(letter) < 32 else letter for letter in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _node(node: ServiceNode, health: HealthReport | None) -> str:
    name = node_name(node)
    label = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    verdict = health.nodes.get(node.id) if health else None
    colour = f", color={quoted(_COLOURS[verdict.health])}" if verdict else ""
    return f"{quoted(node.id)} [label={quoted(label)}, shape={_SHAPES[node.kind]}{colour}];"
