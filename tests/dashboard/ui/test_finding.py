import pytest

from dashboard.ui import finding
from dashboard.ui.views.expression_fault import expression_fault
from meshhub.testing.fake_reads import FakeReads
from topology.find import FIELDS
from topology.model import ServiceGraph

RATINGS = "demo:shop:reviews~demo:shop:ratings~http"


def hidden(graph: ServiceGraph, text: str) -> frozenset[str]:
    return finding.hidden(graph, FakeReads().insights.health(graph), text)


def test_nothing_is_found_without_an_expression_that_can_be_read(shop: ServiceGraph) -> None:
    report = FakeReads().insights.health(shop)
    assert finding.found(shop, report, " ") is None
    assert finding.found(shop, report, "errr > 1%") is None
    assert finding.found(shop, report, "p99 > 5h") == frozenset()
    assert RATINGS in (finding.found(shop, report, "ns = shop and (err > 5% or p99 > 500ms)") or ())


def test_what_is_hidden_leaves_the_rest_its_ends(shop: ServiceGraph) -> None:
    gone = hidden(shop, "healthy")
    assert "demo:shop:gateway~demo:shop:cart~http" in gone
    assert RATINGS not in gone
    assert "demo:shop:cart" not in gone, "its degraded edge to pricing needs it"
    assert "demo:data:sessions" in gone


def test_what_is_said_of_nodes_only_hides_them_with_their_edges(shop: ServiceGraph) -> None:
    assert hidden(shop, "kind = external") == {"external:bank.example"}
    assert hidden(shop, "") == frozenset()
    assert hidden(shop, "kind =") == frozenset()


def test_a_fault_says_where_and_what_would_be_right() -> None:
    fault = finding.fault("ns = shop and errr > 1%")
    assert fault is not None
    assert (fault.position, fault.hint) == (14, "Did you mean err?")
    assert finding.fault("ns = shop") is None
    said = expression_fault("ns = shop and errr > 1%", fault)
    assert said[0].children[1].children == "e"
    assert expression_fault("ns = shop", None) == []


@pytest.mark.parametrize(
    ("text", "expected"), [("ns = ", "shop"), ("from = re", "reviews"), ("flag = ", "UF"), ("he", "health")]
)
def test_completion_knows_the_values_of_the_graph(shop: ServiceGraph, text: str, expected: str) -> None:
    assert expected in {each.text for each in finding.suggest(shop, text, len(text))}


def test_every_text_field_has_values(shop: ServiceGraph) -> None:
    texts = [field for field in FIELDS if field.kind == "text"]
    assert [field.name for field in texts if not finding.values(shop, field, "")] == []
