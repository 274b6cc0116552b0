import asyncio
import json

import pytest

from meshhub.demo.report import SPANS, Expectation, Journey, Shown, look, report, wait_until_shown
from meshhub.demo.traffic import VisitRecord
from meshhub.errors import MeshhubError

HOME = VisitRecord("home", "id-1", True, 200, ("gateway:v1", "storefront:v1"))
PRODUCT = VisitRecord("product", "id-2", False, 200, ("gateway:v1", "storefront:v1", "reviews:v2"))
EXPECTED = Expectation((HOME, PRODUCT), (("gateway", "storefront"), ("storefront", "reviews")))


class SlowHub:
    """Shows everything from the n-th look at its graph on."""

    def __init__(self, complete_at: int) -> None:
        self._looks = 0
        self._complete_at = complete_at

    async def journey(self, request_id: str) -> Journey:
        complete = self._looks + 1 >= self._complete_at
        if request_id == "id-1":
            return Journey(frozenset(HOME.passed), spans=7 if complete else 0)
        late = {"reviews:v2"} if complete else set()
        return Journey(frozenset({"gateway:v1", "storefront:v1", "bystander:v1"} | late), spans=0)

    async def edges(self) -> frozenset[tuple[str, str]]:
        self._looks += 1
        late = {("storefront", "reviews")} if self._looks >= self._complete_at else set()
        return frozenset({("gateway", "storefront"), ("a", "b")} | late)


def test_what_is_missing_is_named() -> None:
    shown = asyncio.run(look(SlowHub(9), EXPECTED))
    assert shown == Shown({"id-1": (SPANS,), "id-2": ("reviews:v2",)}, (("storefront", "reviews"),))
    assert shown.missing == [
        "request id-1: nothing of any span",
        "request id-2: nothing of reviews:v2",
        "edge storefront -> reviews",
    ]


def test_waiting_ends_when_everything_is_shown() -> None:
    shown = asyncio.run(wait_until_shown(SlowHub(3), EXPECTED, seconds=30, pause=0.001))
    assert shown.complete
    assert shown.missing == []


def test_waiting_ends_when_the_time_is_over() -> None:
    assert not asyncio.run(wait_until_shown(SlowHub(10**6), EXPECTED, seconds=0.05, pause=0.001)).complete


def test_a_complete_report() -> None:
    shown = Shown({}, ())
    assert json.loads(json.dumps(report("http://127.0.0.1:8080", {200: 40, 0: 1, 503: 2}, EXPECTED, shown))) == {
        "ok": True,
        "urls": {
            "ui": "http://127.0.0.1:8080/ui",
            "api": "http://127.0.0.1:8080/api/v1",
            "docs": "http://127.0.0.1:8080/api/docs",
            "metrics": "http://127.0.0.1:8080/metrics",
        },
        "visits": {"total": 43, "by_status": {"0": 1, "200": 40, "503": 2}},
        "requests": [
            {
                "request_id": "id-1",
                "sampled": True,
                "visit": "home",
                "status": 200,
                "services": ["gateway:v1", "storefront:v1"],
                "shown": True,
            },
            {
                "request_id": "id-2",
                "sampled": False,
                "visit": "product",
                "status": 200,
                "services": ["gateway:v1", "storefront:v1", "reviews:v2"],
                "shown": True,
            },
        ],
        "edges": [
            {"source": "gateway", "destination": "storefront", "shown": True},
            {"source": "storefront", "destination": "reviews", "shown": True},
        ],
        "missing": [],
    }


def test_an_incomplete_report_marks_what_is_not_shown() -> None:
    shown = Shown({"id-2": ("reviews:v2",)}, (("storefront", "reviews"),))
    content = report("http://127.0.0.1:8080", {}, EXPECTED, shown)
    assert content["ok"] is False
    assert [request["shown"] for request in content["requests"]] == [True, False]
    assert [edge["shown"] for edge in content["edges"]] == [True, False]
    assert content["missing"] == shown.missing


def test_a_run_without_a_sampled_or_an_unsampled_request_is_not_ok() -> None:
    expected = Expectation((HOME,), ())
    assert expected.gaps == ["no unsampled request was answered"]
    assert Expectation((), ()).gaps == ["no sampled request was answered", "no unsampled request was answered"]
    content = report("http://127.0.0.1:8080", {}, expected, Shown({}, ()))
    assert (content["ok"], content["missing"]) == (False, ["no unsampled request was answered"])


class BrokenHub(SlowHub):
    """Answers from the n-th look on."""

    async def edges(self) -> frozenset[tuple[str, str]]:
        shown = await super().edges()
        if self._looks < self._complete_at:
            raise MeshhubError("could not ask the hub")
        return shown


def test_a_hub_that_does_not_answer_is_asked_again_until_the_time_is_over() -> None:
    assert asyncio.run(wait_until_shown(BrokenHub(3), EXPECTED, seconds=30, pause=0.001)).complete
    with pytest.raises(MeshhubError, match="could not ask the hub"):
        asyncio.run(wait_until_shown(BrokenHub(10**6), EXPECTED, seconds=0.05, pause=0.001))
