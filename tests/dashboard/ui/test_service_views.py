from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard.reads.service_model import Service, Side, SloStanding
from dashboard.reads.service_series import steps_of
from dashboard.ui.figures import signals
from dashboard.ui.links import Links
from dashboard.ui.query import UnreadableQuery, View
from dashboard.ui.state import services as state
from dashboard.ui.views import services as listing
from dashboard.ui.views.service import service
from dashboard.ui.views.service_links import conditions
from dashboard.ui.views.service_tables import flags, versions
from meshhub.errors import StorageError
from meshhub.model import TimeRange
from meshhub.testing import graphs
from meshhub.testing.fake_reads import FakeReads
from meshhub.testing.graphs import Call, Place
from topology.health.model import Health
from topology.model import ServiceGraph

Text = Callable[[Any], str]
LINKS = Links("/ui/", "?window=1h&ns=shop")
REVIEWS, RATINGS = "demo:shop:reviews", "demo:shop:ratings"


@pytest.fixture
def reads() -> FakeReads:
    return FakeReads()


def shown(reads: FakeReads, node_id: str, window: TimeRange, side: Side | None = None) -> tuple[Service, Any]:
    found = reads.services.service(node_id, window, side)
    series = reads.insights.node_series(node_id, window)
    return found, service(found, reads.insights.health(found.graph), series, LINKS)


def rows(reads: FakeReads, window: TimeRange, *namespaces: str) -> list[dict[str, Any]]:
    found = reads.services.services(window)
    return listing.rows(found, reads.insights.health(found.graph), View(namespaces=namespaces), LINKS)


def test_what_hurts_most_comes_first_and_says_why(reads: FakeReads, window: TimeRange) -> None:
    made = rows(reads, window)
    assert [row["service"]["text"] for row in made[:3]] == ["ratings", "checkout", "payment"]
    worst = made[0]
    assert worst["health"]["health"] == Health.FAILING
    assert "≥ 10 %" in worst["reason"]
    assert worst["text"] | {"p99": ""} == {
        "rate": "122/s", "errors": "12.2 %", "p50": "3.2 ms", "p95": "10.2 ms", "p99": "", "instances": "4",
    }  # fmt: skip
    assert worst["delta"]["text"] == "▲ +150 %"
    assert worst["service"]["href"] == "/ui/services?window=1h&ns=shop&id=demo%3Ashop%3Aratings"
    healths = [row["health"]["health"] for row in made]
    assert healths == sorted(healths, key=["failing", "degraded", "healthy", "not-measured", "idle"].index)


def test_the_list_is_of_the_scope_and_says_when_there_is_nothing(
    reads: FakeReads, window: TimeRange, text: Text
) -> None:
    found = reads.services.services(window)
    health = reads.insights.health(found.graph)
    assert {row["service"]["note"] for row in rows(reads, window, "finance")} == {"finance"}
    counted = listing.count(2, found, health)
    assert counted.startswith("2 of 12 services · 1 failing · ")
    assert counted.endswith(" · 15 min to 14:00:00 UTC")
    assert listing.nothing(found, View(namespaces=("finance",)), LINKS) is None
    assert "none is in demo, nowhere" in text(
        listing.nothing(found, View(clusters=("demo",), namespaces=("nowhere",)), LINKS)
    ).replace(" .", "")
    reads.services.make_graph = graphs.empty
    empty = reads.services.services(window)
    assert "No calls in this window" in text(listing.nothing(empty, View(), LINKS))


def test_services_of_one_name_are_told_apart_by_their_namespaces(window: TimeRange) -> None:
    def twins(window: TimeRange) -> ServiceGraph:
        graph = graphs.build(window, (Place("a"), Place("b")), (Call("a", "b", 5),))
        other = graphs.build(window, (Place("a", "else"), Place("b", "else")), (Call("a", "b", 5),))
        return replace(graph, nodes=graph.nodes + other.nodes, edges=graph.edges + other.edges)

    notes = {(row["service"]["text"], row["service"]["note"]) for row in rows(FakeReads(twins), window)}
    assert notes == {("a", "shop"), ("a", "else"), ("b", "shop"), ("b", "else")}


def test_a_service_is_judged_in_words_before_its_numbers(reads: FakeReads, window: TimeRange, text: Text) -> None:
    _, view = shown(reads, RATINGS, window)
    said = text(view)
    assert said.index("failing") < said.index("≥ 10 %, baseline") < said.index("Called by")
    assert "2 of 4 instances stand out" in said
    assert "against 1.22% at the 3 others" in said
    assert "UF No connection to the upstream host could be made" in said
    assert "As its callers saw it 109,800" in said


def test_versions_stand_side_by_side_with_how_sure_a_difference_is(
    reads: FakeReads, window: TimeRange, text: Text
) -> None:
    found, view = shown(reads, REVIEWS, window)
    said = text(versions(found))
    assert "v1 152,280 90 % 0.24 %" in said
    assert "worse More errors: 1.21% (102 of 8,460) against 0.24% of v1" in said
    assert "no difference No difference from v1 that is more than chance" in said
    assert "First seen" in said
    assert "Version v3: More errors" in text(view)


def test_what_is_not_measured_says_so(reads: FakeReads, window: TimeRange, text: Text) -> None:
    _, silent = shown(reads, "demo:data:legacy-stock", window)
    said = text(silent)
    assert "Its own proxy sent no access logs in this window" in said
    assert "Not measured: only the proxies of the service itself tell its instances apart" in said
    assert "access logs none: every request of it is counted: not measured" in said
    _, outside = shown(reads, "external:bank.example", window)
    assert "Outside the mesh: no proxy of its own reports." in text(outside)


def test_objectives_have_a_place_and_say_how_to_define_one(reads: FakeReads, window: TimeRange, text: Text) -> None:
    assert "No objective is defined for it." in text(shown(reads, RATINGS, window)[1])
    reads.services.slos = (SloStanding("availability", "99.9 % over 30 d", -0.2, True),)
    assert "burning availability 99.9 % over 30 d" in text(shown(reads, RATINGS, window)[1])


def test_another_side_is_a_link_and_shows_its_own_numbers(reads: FakeReads, window: TimeRange, written: Text) -> None:
    found, view = shown(reads, REVIEWS, window, Side.CALLS)
    assert found.side is Side.CALLS
    assert "/ui/services?window=1h&ns=shop&side=own" in written(view)


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (Side.CALLERS, ("reporter != server", 'destination = "reviews"', 'destination_namespace = "shop"')),
        (Side.OWN, ("reporter = server", 'destination = "reviews"', 'destination_namespace = "shop"')),
        (Side.CALLS, ("reporter != server", 'source = "reviews"', 'source_namespace = "shop"')),
    ],
)
def test_numbers_lead_to_the_access_logs_that_they_were_counted_from(
    reads: FakeReads, window: TimeRange, side: Side, expected: tuple[str, ...]
) -> None:
    found = reads.services.service(REVIEWS, window)
    assert conditions(found.node, side) == expected


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "a\"b'c", "🚀 ß", "x" * 300, "../..", "a&b=c"])
def test_any_name_can_be_shown_and_is_never_markup(name: str, window: TimeRange, written: Text) -> None:
    def odd(window: TimeRange) -> ServiceGraph:
        return graphs.build(window, (Place("a"), Place(name, versions=(name,))), (Call("a", name, 9, 0.2),))

    reads = FakeReads(odd)
    [row] = [row for row in rows(reads, window) if row["service"]["text"] == name]
    _, view = shown(reads, row["id"], window)
    assert "dangerously" not in written(view)
    assert row["service"]["href"].startswith("/ui/services?")


def test_a_single_instance_and_a_window_without_requests(window: TimeRange, text: Text) -> None:
    def idle(window: TimeRange) -> ServiceGraph:
        return graphs.build(window, (Place("a"), Place("b")), (Call("a", "b", 0),))

    _, view = shown(FakeReads(idle), "demo:shop:b", window)
    assert "Nobody reported a request of it in this window" in text(view)

    def lone(window: TimeRange) -> ServiceGraph:
        return graphs.build(window, (Place("a"), Place("b")), (Call("a", "b", 1),))

    said = text(shown(FakeReads(lone), "demo:shop:b", window)[1])
    assert "1 instance" in said
    assert "There is only one version in this window" in said


def test_the_figures_have_the_golden_signals_and_when_versions_came(reads: FakeReads, window: TimeRange) -> None:
    found = reads.services.service(REVIEWS, window)
    course = steps_of(reads.insights.node_series(REVIEWS, window), Side.CALLERS)
    assert course is not None
    seconds, steps = course
    rate = signals.rate(steps, seconds, window)
    assert [line["name"] for line in rate["data"]] == ["ok", "5xx"]
    totals = [sum(line["y"][0] for line in rate["data"]), steps[0].requests / seconds]
    assert totals[0] == pytest.approx(totals[1])
    assert signals.error_share(steps, window)["layout"]["yaxis"]["range"] == [0, 1]
    assert [line["name"] for line in signals.latency(steps, window)["data"]] == ["p50", "p90", "p95", "p99"]
    assert [each.born for each in found.versions] == [None, None, window.start + timedelta(minutes=5)]
    assert steps_of(reads.insights.node_series(REVIEWS, window), None) is None


def test_many_flags_become_one_band(window: TimeRange) -> None:
    courses: Mapping[str, Any] = {f"F{index}": ((window.start.timestamp(), 60.0),) for index in range(9)}
    figure = signals.flags(courses, 60, window)
    assert [line["name"] for line in figure["data"]] == [*(f"F{index}" for index in range(6)), "other flags"]
    assert figure["data"][-1]["y"] == [3.0]


def test_no_flags_is_said(reads: FakeReads, window: TimeRange, text: Text) -> None:
    assert "no proxy had anything to remark" in text(flags(reads.services.service(REVIEWS, window), ()))


def test_the_page_asks_for_what_the_url_says(ui: Any, text: Text) -> None:
    answer = ui.call("services-grid.rowData", frame_location__search="?ns=finance")
    assert [row["id"] for row in answer["services-grid"]["rowData"]] == ["demo:finance:payment", "demo:finance:pricing"]
    assert answer["services-count"]["children"].startswith("2 of 12 services")
    one = ui.call("services-one.children", frame_location__search=f"?id={RATINGS}")
    assert "12.2 % failed" in text(one["services-one"]["children"])


def test_an_unknown_service_says_what_was_searched_and_what_is_close(ui: Any, text: Text) -> None:
    answer = ui.call("services-one.children", frame_location__search="?id=demo:shop:<b>nobody")
    said = text(answer["services-one"]["children"])
    assert "Could not find the service demo" in said
    assert "Close are:" in said


def test_a_side_that_does_not_exist_and_an_engine_that_is_away_are_cards(ui: Any, text: Text) -> None:
    answer = ui.call("services-one.children", frame_location__search=f"?id={RATINGS}&side=left")
    assert "It takes callers, own, calls" in text(answer["services-one"]["children"])
    ui.reads.mood.failure = StorageError("could not run a query: connection refused", retryable=True)
    answer = ui.call("services-grid.rowData", frame_location__search="")
    assert "Connection refused" in text(answer["services-message"]["children"])
    with pytest.raises(UnreadableQuery, match="side=left"):
        state.parse("?side=left")
