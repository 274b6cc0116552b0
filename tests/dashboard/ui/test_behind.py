from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.ui.behind import REQUESTS_SHOWN, behind, calls_of
from dashboard.ui.links import Links
from dashboard.ui.views.topology_requests import requests_behind
from meshhub.expression import parse
from meshhub.model import TimeRange
from meshhub.testing import graphs
from meshhub.testing.fake_reads import FakeReads
from meshhub.testing.graphs import Call, Place
from storage.filters import ACCESS_LOG_FIELDS, REQUEST_FIELDS
from topology.model import ServiceGraph

Text = Callable[[Any], str]
RATINGS = "demo:shop:reviews~demo:shop:ratings~http"
LINKS = Links("/ui/", "?window=1h&select=x&labels=p95")


def test_an_edge_is_both_its_ends_as_the_caller_saw_them(shop: ServiceGraph) -> None:
    calls = calls_of(shop, RATINGS)
    assert calls is not None
    assert calls.logs == (
        'source = "reviews" and source_namespace = "shop" and destination = "ratings" and '
        'destination_namespace = "shop" and reporter != server'
    )


def test_a_service_is_what_it_answers_and_what_nobody_calls_is_what_it_asks(shop: ServiceGraph) -> None:
    answered, asks = calls_of(shop, "demo:shop:ratings"), calls_of(shop, "unknown-caller:visitors")
    assert answered is not None
    assert answered.ends == 'destination = "ratings" and destination_namespace = "shop"'
    assert asks is None, "nobody knows its name"
    assert calls_of(shop, "namespace:shop@demo") is None


def test_only_the_callee_counts_where_no_caller_reported(window: TimeRange) -> None:
    graph = graphs.build(window, [Place("a"), Place("b")], [Call("a", "b", 5, client=False)])
    calls = calls_of(graph, graph.edges[0].id)
    assert calls is not None
    assert calls.reporter == "reporter = server"


@pytest.mark.parametrize("name", ["<b>\"quoted\" and 'more'\\\\", "a,b&c=d#e 🙂", "x" * 300])
def test_any_name_makes_an_expression_that_can_be_read(window: TimeRange, name: str) -> None:
    graph = graphs.build(window, [Place(name), Place("b")], [Call(name, "b", 5)])
    calls = calls_of(graph, graph.edges[0].id)
    assert calls is not None
    parse(calls.logs, ACCESS_LOG_FIELDS)
    parse(f"{calls.ends} and error", REQUEST_FIELDS)


def test_the_requests_behind_an_edge_lead_to_what_happened_to_them(
    shop: ServiceGraph, window: TimeRange, text: Text, written: Text
) -> None:
    calls = calls_of(shop, RATINGS)
    assert calls is not None
    found = behind(FakeReads().logs, calls, window)
    assert len(found.failures) == len(found.slowest) == REQUESTS_SHOWN
    assert found.routes[0].requests > 0
    made = requests_behind(found, LINKS)
    said = text(made)
    for title in ("Routes", "Failed last", "Slowest"):
        assert title in said
    assert f"id={found.slowest[0].request_id}" in written(made)
    assert "labels=" not in written(made), "other pages do not know this page's parameters"
    query = parse_qs(urlsplit(LINKS.here("logs", q=calls.logs)).query)
    assert query["q"] == [calls.logs]


def test_nothing_is_listed_where_no_log_says_anything(shop: ServiceGraph, window: TimeRange) -> None:
    calls, reads = calls_of(shop, RATINGS), FakeReads()
    assert calls is not None
    moment = TimeRange(window.start, window.start.replace(microsecond=1))
    assert requests_behind(behind(reads.logs, calls, moment), LINKS) is None
