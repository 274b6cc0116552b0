"""Two windows compared, from reports, by value."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshhub.model import TimeRange
from meshhub.testing import graphs
from meshhub.testing.otlp import Proxy
from meshhub.testing.records import NOW, client_report, server_report
from storage.records.edges import ServiceEdgeReport
from topology.diff.compare import compare_graphs
from topology.diff.model import Change, EdgeChange, GraphDiff
from topology.graph import build_graph

AFTER = TimeRange.last(timedelta(minutes=15), now=NOW)
BEFORE = TimeRange(AFTER.start - AFTER.length, AFTER.start)
SHORT = TimeRange(AFTER.start - timedelta(minutes=5), AFTER.start)
SHOP, CART, BANK = Proxy("shop"), Proxy("cart"), Proxy("bank")
OK, FAILED, MISSING = (200, -1, "", "mtls"), (503, -1, "UF", "mtls"), (404, -1, "", "mtls")
PLAIN = (200, -1, "", "plaintext")

Ends = Mapping[tuple[int, int, str, str], int]


def call(ends: Ends, source: Proxy = SHOP, destination: Proxy = CART, **changes: Any) -> ServiceEdgeReport:
    return client_report(source, destination, ends, destination_cluster="lab", **changes)


def diff(before: list[ServiceEdgeReport], after: list[ServiceEdgeReport], window: TimeRange = BEFORE) -> GraphDiff:
    return compare_graphs(build_graph(before, window), build_graph(after, AFTER))


def change(before: Ends, after: Ends) -> EdgeChange:
    (found,) = diff([call(before)], [call(after)]).edges
    return found


def codes(found: EdgeChange) -> list[str]:
    return [note.code for note in found.words]


def test_a_rise_of_errors_is_worse_and_states_its_counts() -> None:
    found = change({OK: 999, FAILED: 1}, {OK: 880, FAILED: 120})
    assert found.change is Change.WORSE
    assert found.words[0].text == ("0.1 % → 12 % failed: 1 of 1,000, then 120 of 1,000 (p < 0.001)")
    assert found.measures.errors is not None
    assert found.measures.errors.difference == pytest.approx(0.119)


def test_a_fall_of_errors_is_better() -> None:
    assert change({OK: 880, FAILED: 120}, {OK: 1_000}).change is Change.BETTER


def test_one_failure_of_three_is_no_change() -> None:
    found = change({OK: 300}, {OK: 2, FAILED: 1})
    assert found.change is Change.UNCHANGED
    assert found.measures.errors is not None
    assert found.measures.errors.p_value is not None
    assert not found.measures.errors.significant


def test_wrong_requests_count_too() -> None:
    assert codes(change({OK: 1_000}, {OK: 800, MISSING: 200})) == ["client-errors-rose"]


def test_lost_encryption_is_worse() -> None:
    found = change({OK: 1_000}, {PLAIN: 1_000})
    assert (found.change, codes(found)) == (Change.WORSE, ["mtls-lost"])
    assert found.words[0].text == "mutual TLS 100 % → 0 % of requests"


def test_slower_needs_requests_and_says_how_many() -> None:
    slow: dict[str, Any] = {"latency_us": [1000.0, 2000.0, 30_000.0, 400_000.0]}
    (found,) = diff([call({OK: 2_000})], [call({OK: 1_500}, **slow)]).edges
    assert found.change is Change.WORSE
    assert found.words[0].text == "p95 3 ms → 30 ms, p99 4 ms → 400 ms (of 2,000 requests, then 1,500)"
    (found,) = diff([call({OK: 2_000})], [call({OK: 90}, **slow)]).edges
    assert found.change is Change.UNCHANGED


def test_windows_of_different_length_are_compared_by_rate() -> None:
    found = diff([call({OK: 300})], [call({OK: 900})], SHORT)
    assert [note.code for note in found.notes] == ["lengths-differ"]
    assert codes(found.edges[0]) == []
    assert found.edges[0].measures.rate.ratio == 1.0


def test_more_or_fewer_requests_are_said_but_are_no_better_or_worse() -> None:
    found = change({OK: 900}, {OK: 90})
    assert (found.change, codes(found)) == (Change.UNCHANGED, ["rate-fell"])
    assert found.words[0].text == "1/s → 0.1/s (-90 %)"


def test_new_versions_are_named() -> None:
    def deployed(version: str) -> list[ServiceEdgeReport]:
        return [call({OK: 100}), server_report(SHOP, replace(CART, version=version), {OK: 100})]

    found = diff(deployed("v1"), deployed("v2"))
    (node,) = (node for node in found.nodes if node.id == "lab:test:cart")
    assert (node.versions.seen, node.versions.gone) == (("v2",), ("v1",))
    assert [note.text for note in node.words] == ["version v2 new; v1 gone"]


def test_what_a_reporting_proxy_no_longer_says_is_removed() -> None:
    found = diff([call({OK: 10}), call({OK: 10}, destination=BANK)], [call({OK: 10})])
    assert {edge.id: edge.change for edge in found.edges} == {
        "lab:test:shop~lab:test:bank~http": Change.REMOVED,
        "lab:test:shop~lab:test:cart~http": Change.UNCHANGED,
    }
    assert {node.id: node.change for node in found.nodes}["lab:test:bank"] is Change.REMOVED


def test_what_nobody_could_have_seen_is_not_called_removed() -> None:
    found = diff([call({OK: 10}), call({OK: 10}, source=BANK)], [call({OK: 10})])
    (edge,) = (edge for edge in found.edges if edge.source == "lab:test:bank")
    assert edge.change is Change.NOT_MEASURED
    assert codes(edge) == ["not-measured-after"]
    assert {node.id: node.change for node in found.nodes}["lab:test:bank"] is Change.NOT_MEASURED


def test_a_new_caller_is_added_and_one_that_was_silent_was_not_measured() -> None:
    newcomer = [call({OK: 10}), call({OK: 10}, source=BANK)]
    assert {edge.source: edge.change for edge in diff([call({OK: 10})], newcomer).edges} == {
        "lab:test:bank": Change.ADDED,
        "lab:test:shop": Change.UNCHANGED,
    }
    silent = [call({OK: 10}), call({OK: 5}, destination=BANK)]
    (edge,) = (edge for edge in diff(silent, newcomer).edges if edge.source == "lab:test:bank")
    assert edge.change is Change.NOT_MEASURED, "it was there, but its proxy did not report"


def test_nothing_is_called_new_when_nothing_was_measured_before() -> None:
    found = diff([], [call({OK: 10})])
    assert [edge.change for edge in found.edges] == [Change.NOT_MEASURED]
    assert [node.change for node in found.nodes] == [Change.NOT_MEASURED] * 2
    assert [note.code for note in found.notes] == ["nothing-measured"]


def test_a_side_that_is_not_measured_any_more_is_said() -> None:
    both = [call({OK: 10}), server_report(SHOP, CART, {OK: 10})]
    found = diff(both, [call({OK: 10})])
    (edge,) = found.edges
    assert [note.text for note in edge.words] == ["the callee's side was measured before only"]
    (node,) = (node for node in found.nodes if node.id == "lab:test:cart")
    assert "proxy-fell-silent" in [note.code for note in node.words]


def test_the_worst_is_first_by_failed_requests() -> None:
    before = [call({OK: 1_000}), call({OK: 1_000}, destination=BANK), call({OK: 1_000}, CART, BANK)]
    after = [
        call({OK: 900, FAILED: 100}),
        call({OK: 500, FAILED: 500}, destination=BANK),
        call({OK: 1_000}, CART, BANK),
    ]
    found = diff(before, after)
    assert [edge.id for edge in found.edges] == [
        "lab:test:shop~lab:test:bank~http",
        "lab:test:shop~lab:test:cart~http",
        "lab:test:cart~lab:test:bank~http",
    ]


@settings(deadline=None)
@given(st.integers(1, 500), st.integers(0, 500), st.integers(1, 500), st.integers(0, 500))
def test_there_and_back_again_is_the_opposite(ok: int, bad: int, ok_after: int, bad_after: int) -> None:
    opposite: dict[Change, Change] = {
        Change.WORSE: Change.BETTER,
        Change.BETTER: Change.WORSE,
        Change.UNCHANGED: Change.UNCHANGED,
    }
    forth = change({OK: ok, FAILED: bad}, {OK: ok_after, FAILED: bad_after})
    back = change({OK: ok_after, FAILED: bad_after}, {OK: ok, FAILED: bad})
    assert back.change is opposite[forth.change]


def test_a_graph_does_not_differ_from_itself() -> None:
    graph = graphs.shop(AFTER)
    found = compare_graphs(graph, graph)
    assert {each.change for each in found.edges} | {each.change for each in found.nodes} == {Change.UNCHANGED}
    assert all(not each.words for each in found.edges)
    assert len(found.edges) == len(graph.edges)


def test_a_callee_whose_proxies_are_gone_is_the_one_it_was() -> None:
    before = [call({OK: 900}), server_report(SHOP, CART, {OK: 900})]
    nameless = client_report(SHOP, CART, {FAILED: 900})
    found = diff(before, [nameless])
    (edge,) = found.edges
    assert (edge.id, edge.change) == ("lab:test:shop~lab:test:cart~http", Change.WORSE)
    cart = next(node for node in found.nodes if node.id == "lab:test:cart")
    assert cart.change is Change.WORSE
    assert "proxy-fell-silent" in {note.code for note in cart.words}


def test_a_name_that_fits_two_clusters_stays_as_it_is() -> None:
    other = Proxy("cart", cluster="east")
    before = [call({OK: 900}), server_report(SHOP, CART, {OK: 900}), server_report(SHOP, other, {OK: 900})]
    found = diff(before, [client_report(SHOP, CART, {FAILED: 900})])
    assert "lab:test:shop~:test:cart~http" in {edge.id for edge in found.edges if edge.change is Change.ADDED}
