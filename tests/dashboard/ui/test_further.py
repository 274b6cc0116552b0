from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.ui.figures.look import Look
from dashboard.ui.links import Links
from dashboard.ui.query import View
from dashboard.ui.state.topology import TopologyState
from dashboard.ui.views.about import About
from dashboard.ui.views.further import edge_links, node_links
from meshhub.expression import parse
from meshhub.model import TimeRange
from meshhub.testing import graphs
from meshhub.testing.fake_reads import FakeReads
from meshhub.testing.graphs import Call, Place
from storage.filters import ACCESS_LOG_FIELDS, REQUEST_FIELDS
from topology.model import ServiceGraph, ServiceNode


def about(graph: ServiceGraph) -> About:
    reads = FakeReads(lambda _window: graph)
    links = Links("/ui/", "?window=1h&ns=shop&select=x&labels=p95&compare=1d")
    state = TopologyState(View())
    return About(
        graph,
        graph.window,
        Look(),
        state,
        reads.insights,
        reads.happenings,
        links,
        lambda: reads.insights.analysis(graph),
    )


@pytest.mark.parametrize("name", ["reviews", "<b>\"quoted\" and 'more'\\\\", "a,b&c=d#e 🙂", "x" * 300])
def test_links_ask_pages_what_their_language_understands(window: TimeRange, name: str) -> None:
    graph = graphs.build(window, [Place(name), Place("b")], [Call(name, "b", 5)])
    targets = {text: address for _, text, address in edge_links(graph.edges[0], *sources(graph, name), about(graph))}
    assert set(targets) == {"Failing requests", "Requests slower than p95", "Access logs"}
    for text, address in targets.items():
        given = parse_qs(urlsplit(address).query)
        assert set(given) == {"window", "ns", "compare", "q"}, "other pages do not know this page's parameters"
        parse(given["q"][0], ACCESS_LOG_FIELDS if text == "Access logs" else REQUEST_FIELDS)


def sources(graph: ServiceGraph, name: str) -> tuple[ServiceNode, ServiceNode]:
    nodes = {node.service: node for node in graph.nodes}
    return nodes[name], nodes["b"]


def test_a_service_leads_to_its_page(shop: ServiceGraph) -> None:
    node = next(node for node in shop.nodes if node.service == "cart")
    addresses = [address for _, _, address in node_links(node, about(shop))]
    assert addresses[0] == "/ui/services?window=1h&ns=shop&compare=1d&id=demo%3Ashop%3Acart"
    unknown = next(node for node in shop.nodes if not node.service)
    assert [text for _, text, _ in node_links(unknown, about(shop))] == ["Only what is around it (f)"]
