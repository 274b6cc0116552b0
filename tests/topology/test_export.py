"""The graph in the formats of other tools: whole files by value, and nothing in a name is markup.

`UPDATE_GOLDENS=1 pytest tests/topology/test_export.py` rewrites the goldens.
"""

import io
import json
import os
import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshhub.model import TimeRange
from meshhub.testing import graphs
from meshhub.testing.graphs import Call, Place
from meshhub.testing.records import NOW
from topology.export import FORMATS, export
from topology.export.dot import quoted
from topology.export.mermaid import text
from topology.health import Judge
from topology.model import NodeKind, ServiceGraph
from topology.settings import HealthSettings

GOLDENS = Path(__file__).parent / "goldens"
WINDOW = TimeRange.last(timedelta(minutes=15), now=NOW)
HOSTILE = ('"><script>alert(1)</script>', "back\\slash \\N \\G", "🚀 naïve;]|{}", "x" * 300, "a\nb\x00\x1b[2J")


def hostile() -> ServiceGraph:
    places = [Place(name, 'na"me<b>\\') for name in HOSTILE]
    calls = [Call(one, other, 2.5, 0.2) for one, other in pairwise(HOSTILE)]
    return graphs.build(WINDOW, [*places, Place("who", "", NodeKind.UNKNOWN)], [*calls, Call("who", HOSTILE[0], 1)])


def written(graph: ServiceGraph, name: str) -> str:
    return export(graph, Judge(HealthSettings()).judge(graph, None), name)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("what", ["shop", "hostile"])
def test_whole_files_are_as_they_were(name: str, what: str) -> None:
    made = written(graphs.shop(WINDOW) if what == "shop" else hostile(), name)
    golden = GOLDENS / f"{what}.{FORMATS[name].suffix}"
    if os.environ.get("UPDATE_GOLDENS"):
        GOLDENS.mkdir(exist_ok=True)
        golden.write_text(made, encoding="utf-8")
    assert made == golden.read_text(encoding="utf-8"), "a change that is meant: UPDATE_GOLDENS=1 rewrites the goldens"


@pytest.mark.parametrize("name", FORMATS)
def test_a_graph_without_health_or_anything_in_it_is_written(name: str) -> None:
    assert export(graphs.empty(WINDOW), None, name)
    assert "failing" not in export(graphs.shop(WINDOW), None, name)


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(LookupError, match="graphml, dot, mermaid, cytoscape"):
        export(graphs.empty(WINDOW), None, "png")


@pytest.mark.parametrize("graph", [graphs.shop(WINDOW), hostile()], ids=["shop", "hostile"])
def test_graphml_is_read_back_by_networkx(graph: ServiceGraph) -> None:
    read = nx.read_graphml(io.BytesIO(written(graph, "graphml").encode()), force_multigraph=True)
    assert read.number_of_edges() == len(graph.edges)
    names = {node.id: node.service for node in graph.nodes}
    assert {values.get("service", "") for _, values in read.nodes(data=True)} == {
        re.sub("[\x00\x1b]", "\ufffd", name) for name in names.values()
    }
    source, destination, values = next(iter(read.edges(data=True)))
    assert read.has_edge(source, destination)
    assert isinstance(values["requests"], int)
    assert isinstance(values["requests_per_second"], float)


def test_cytoscape_is_json_with_both_ends_of_every_edge() -> None:
    elements = json.loads(written(hostile(), "cytoscape"))["elements"]
    nodes = {node["data"]["id"] for node in elements["nodes"]}
    assert all(edge["data"][end] in nodes for edge in elements["edges"] for end in ("source", "target"))
    assert {node["data"].get("service") for node in elements["nodes"]} >= set(HOSTILE)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_a_string_of_dot_ends_where_it_should_and_replaces_nothing(name: str) -> None:
    made = quoted(name)
    assert re.fullmatch(r'"([^"\\\n]|\\\\|\\")*"', made)
    assert made[1:-1].replace('\\"', '"').replace("\\\\", "\\") == re.sub("[\x00-\x1f]", " ", name)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_a_label_of_mermaid_is_plain(name: str) -> None:
    made = text(name)
    assert re.fullmatch(r'"([A-Za-z0-9 ._,/%-]|#[0-9]+;)*"', made)
    assert re.sub(r"#([0-9]+);", lambda match: chr(int(match[1])), made[1:-1]) == re.sub("[\x00-\x1f]", " ", name)
