"""GraphML (http://graphml.graphdrawing.org), as Gephi, yEd and networkx read it."""

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from topology.export.rows import Value, edge_values, node_name, node_values
from topology.health.model import HealthReport
from topology.model import ServiceGraph, ServiceNode

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, even escaped."""

_KINDS = {bool: "boolean", int: "long", float: "double", str: "string"}


def export_graphml(graph: ServiceGraph, health: HealthReport | None) -> str:
    """The graph with all attributes typed."""
    nodes: list[tuple[ServiceNode, Mapping[str, Value]]] = [
        (node, {"label": node_name(node), **node_values(node, health)}) for node in graph.nodes
    ]
    edges = [(edge, edge_values(edge, health)) for edge in graph.edges]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
        *_keys("node", [values for _, values in nodes]),
        *_keys("edge", [values for _, values in edges]),
        '  <graph id="meshhub" edgedefault="directed">',
    ]
    for node, values in nodes:
        lines += [f"    <node id={_attribute(node.id)}>", *_data("node", values), "    </node>"]
    for edge, values in edges:
        ends = f"source={_attribute(edge.source)} target={_attribute(edge.destination)}"
        lines += [f"    <edge id={_attribute(edge.id)} {ends}>", *_data("edge", values), "    </edge>"]
    return "\n".join([*lines, "  </graph>", "</graphml>", ""])


def _keys(what: str, rows: Iterable[Mapping[str, Value]]) -> list[str]:
    kinds = {name: _KINDS[type(value)] for values in rows for name, value in values.items()}
    return [
        f'  <key id="{what}_{name}" for="{what}" attr.name="{name}" attr.type="{kind}"/>'
        for name, kind in sorted(kinds.items())
    ]


def _data(what: str, values: Mapping[str, Value]) -> list[str]:
    return [f'      <data key="{what}_{name}">{_text(value)}</data>' for name, value in values.items()]


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return escape(_NO_XML.sub("\ufffd", str(value)))


def _attribute(text: str) -> str:
    return quoteattr(_NO_XML.sub("\ufffd", text))
