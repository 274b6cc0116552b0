import json
from collections.abc import Callable
from typing import Any

import pytest

from dashboard.ui.pages.table import PAGES
from dashboard.ui.views.journey import AWAITED
from meshhub.errors import StorageError
from meshhub.expression import parse
from meshhub.testing import graphs, journeys
from storage.filters import ACCESS_LOG_FIELDS

Text = Callable[[Any], str]
SEARCH = "frame_location__search"


def test_the_drawing_follows_the_url(ui: Any) -> None:
    answer = ui.call("topology-drawing.data", frame_location__search="?window=1h&ns=finance")
    ids = {element["data"]["id"] for element in json.loads(answer["topology-drawing"]["data"])}
    assert "demo:finance:payment" in ids
    assert "demo:shop:ratings" in ids, "a neighbour"
    assert "demo:shop:storefront" not in ids
    assert answer["topology-count"]["children"].startswith("7 of 13 services")
    assert answer["topology-message"]["children"] is None
    assert ui.reads.graphs.windows[-1].seconds == 3600


def test_no_telemetry_is_the_page_that_connects_the_first_proxy(ui: Any, text: Text) -> None:
    ui.reads.graphs.make_graph = graphs.empty
    answer = ui.call("topology-drawing.data", frame_location__search="", frame_location__href="http://h:8080/ui/")
    assert json.loads(answer["topology-drawing"]["data"]) == []
    said = text(answer["topology-message"]["children"])
    assert "Connect your first proxy" in said
    assert "address: h port_value: 4317" in said


@pytest.mark.parametrize(
    ("search", "cause"),
    [
        ("?window=soon", "It takes a length like 90s"),
        ("?labels=p42", "It takes rate, errors"),
        ("?end=2199-01-01T00:00:00Z", "is in the future"),
    ],
)
def test_a_url_that_cannot_be_read_is_a_card_that_says_why(ui: Any, text: Text, search: str, cause: str) -> None:
    answer = ui.call("topology-drawing.data", frame_location__search=search)
    assert cause in text(answer["topology-message"]["children"])
    assert "topology-drawing" not in answer, "the graph stays as it is"


def test_an_engine_that_does_not_answer_is_a_card_with_cause_and_retry(ui: Any, text: Text) -> None:
    ui.reads.mood.failure = StorageError("could not run a query: connection refused", retryable=True)
    for output, part in (
        ("topology-drawing.data", "topology-message"),
        ("hub-health.children", "hub-health"),
        ("requests-journey.children", "requests-journey"),
    ):
        answer = ui.call(output, frame_location__search="?id=x")
        said = text(answer[part]["children"])
        assert "Could not run a query Connection refused" in said
        assert "Try again" in said
    badge = ui.call("frame-age.children")
    assert "age unknown" in text(badge["frame-age"]["children"])
    assert "connection refused" in text(badge["frame-banner"]["children"])


def test_a_bug_is_a_card_without_its_details(ui: Any, text: Text, caplog: pytest.LogCaptureFixture) -> None:
    ui.reads.graphs.make_graph = lambda _window: 1 / 0
    answer = ui.call("topology-drawing.data", frame_location__search="")
    said = text(answer["topology-message"]["children"])
    assert "An internal error" in said
    assert "division" not in said
    assert "division" in caplog.text


def test_the_panel_explains_the_selection(ui: Any, text: Text) -> None:
    answer = ui.call("topology-panel.children", frame_location__search="?select=demo:shop:ratings")
    assert "5xx 12.2 % ≥ 10 %" in text(answer["topology-panel"]["children"])


def test_a_request_is_found_by_its_id(ui: Any, text: Text) -> None:
    answer = ui.call("requests-journey.children", frame_location__search=f"?id=%20{journeys.SAMPLED_ID}")
    assert "POST /checkout/91" in text(answer["requests-journey"]["children"])
    assert answer["requests-retry"]["disabled"] is True


def test_the_hops_are_shown_before_the_rest_is_asked_for(ui: Any, text: Text) -> None:
    search = f"?id={journeys.SAMPLED_ID}"
    first = ui.call("requests-journey.children", frame_location__search=search, requests_rest__n_intervals=4)
    assert AWAITED in text(first["requests-journey"]["children"])
    assert first["requests-rest"]["max_intervals"] == 5, "one more"
    rest = ui.call("requests-journey.children", changed="requests-rest.n_intervals", frame_location__search=search)
    assert "POST /checkout/91" in text(rest["requests-journey"]["children"])
    assert AWAITED not in text(rest["requests-journey"]["children"])
    assert "requests-rest" not in rest


def test_the_hops_stay_when_the_rest_cannot_be_read(ui: Any, text: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = ui.reads.requests.glance(journeys.SAMPLED_ID)
    monkeypatch.setattr(ui.reads.requests, "glance", lambda _id: begun)
    ui.reads.mood.failure = StorageError("could not run a query: memory limit", retryable=True)
    search = f"?id={journeys.SAMPLED_ID}"
    rest = ui.call("requests-journey.children", changed="requests-rest.n_intervals", frame_location__search=search)
    said = text(rest["requests-journey"]["children"])
    assert "POST /checkout/91" in said
    assert "What surrounds this request is not shown: could not run a query: memory limit" in said


def test_a_request_that_is_not_there_yet_is_looked_for_again(ui: Any, text: Text) -> None:
    answer = ui.call("requests-journey.children", frame_location__search="?id=missing")
    assert "Could not find the request missing" in text(answer["requests-journey"]["children"])
    assert answer["requests-retry"]["disabled"] is False


def test_without_an_id_there_is_no_journey(ui: Any) -> None:
    answer = ui.call("requests-journey.children", frame_location__search="")
    assert answer["requests-journey"]["children"] is None


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/ui/", "topology"),
        ("/ui", "topology"),
        ("/ui/topology", "topology"),
        ("/ui/requests", "requests"),
        ("/ui/hub/", "hub"),
    ],
)
def test_paths_lead_to_pages(ui: Any, path: str, shown: str) -> None:
    answer = ui.call("frame-page.children", frame_location__pathname=path)
    assert shown in answer["frame-page"]["children"]["props"]["className"].split()


def test_a_path_without_page_says_which_there_are(ui: Any, text: Text) -> None:
    answer = ui.call("frame-page.children", frame_location__pathname="/ui/nowhere")
    said = text(answer["frame-page"]["children"])
    assert "/ui/nowhere" in said
    assert " ".join(page.title for page in PAGES) in said


def test_scope_and_search_offer_what_is_there(ui: Any) -> None:
    answer = ui.call("frame-scope.data", frame_location__search="?ns=gone")
    assert answer["frame-scope"]["data"] == ["data", "finance", "gone", "shop"]
    places = answer["frame-places"]["data"]
    targets = places["targets"]
    assert targets["ratings · shop"] == ["/ui/services", {"id": "demo:shop:ratings"}]
    assert targets["ratings · shop · in the topology"] == ["/ui/topology", {"select": "demo:shop:ratings"}]
    assert targets["bank.example · external"] == ["/ui/services", {"id": "external:bank.example"}]
    assert targets["Hub page"] == ["/ui/hub", {}]
    assert targets["checkout-availability · SLO"] == ["/ui/slos", {"slo": "checkout-availability"}]
    (routes,) = (group["items"] for group in places["options"] if group["group"] == "Routes")
    assert targets[routes[0]][0] == "/ui/logs"
    parse(targets[routes[0]][1]["q"], ACCESS_LOG_FIELDS)
    offered = [item for group in places["options"] for item in group["items"]]
    assert len(offered) == len(set(offered)) == len(targets)


def test_what_is_shared_is_the_view_that_is_shown(ui: Any) -> None:
    href = "http://127.0.0.1:8080/ui/requests?id=abc&window=1h"
    shared = ui.call("frame-share-texts.data", frame_location__href=href)["frame-share-texts"]["data"]
    assert shared["link"] == href
    assert shared["cli"] == "meshhub request abc"


def test_the_hub_page_asks_for_the_window_of_the_url(ui: Any, text: Text) -> None:
    answer = ui.call("hub-health.children", frame_location__search="?window=1h")
    assert "Storage" in text(answer["hub-health"]["children"])
