"""/api/v1/slos on the real engine: what was evaluated comes out as documented, and a posted specification is tried."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.metrics import NoOpMeter
from pydantic import TypeAdapter

from alerting.evaluation.board import Board
from alerting.evaluation.service import EvaluationService
from alerting.settings import AlertingSettings
from alerting.specification.loading import read_specifications
from dashboard.api.router import create_router
from dashboard.api.slo_body import DefaultsBody, PreviewBody, SloDetailBody, SlosBody
from dashboard.reads import Reads
from meshhub.testing.slo_traffic import HandClock, SloTraffic
from meshhub.web.problems import handle_errors
from storage.client import Store

SPECIFICATION = """\
slos:
  - name: checkout
    service: shop/checkout
    objective: 99.9
  - name: cart
    service: shop/cart
    objective: 99
"""


class Asker:
    """Asks the API of a hub whose SLOs were evaluated once, at minute 130 of its traffic."""

    def __init__(self, traffic: SloTraffic, file: Path) -> None:
        self.traffic = traffic
        clock, board = HandClock(traffic.at(130)), Board()
        service = EvaluationService(AlertingSettings(slos=(file,)), traffic.store, clock, NoOpMeter("test"), board)
        service.load()
        service.cycle()
        while service.read_history():
            pass
        service.cycle()
        self._app = FastAPI()
        handle_errors(self._app)
        self._app.include_router(create_router(Reads(traffic.store, clock, board=board), clock))

    def __call__(self, path: str, body: object = None) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
                path_of = f"/api/v1{path}"
                return await (client.get(path_of) if body is None else client.post(path_of, json=body))

        return asyncio.run(send())


@pytest.fixture(scope="module")
def ask(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Asker:
    file = tmp_path_factory.mktemp("slos") / "slos.yaml"
    file.write_text(SPECIFICATION, encoding="utf-8")
    traffic = SloTraffic(embedded_store)
    traffic.minutes(0, 130, 1000, service="cart")
    traffic.minutes(0, 120, 1000)
    traffic.minutes(120, 130, 500, 500, flags="UH")
    traffic.minutes(120, 130, 500, service="search")
    traffic.requests(7795, 7799, 1, 503, flags="UH", prefix="api-burned")
    return Asker(traffic, file)


def body(answer: httpx.Response, kind: Any) -> Any:
    """The JSON of an answer that is as the API describes it."""
    assert answer.status_code == 200, answer.text
    TypeAdapter(kind).validate_json(answer.content)
    return answer.json()


def test_slos_are_listed_worst_first(ask: Asker) -> None:
    found = body(ask("/slos"), SlosBody)
    assert [(slo["name"], slo["verdict"]) for slo in found["slos"]] == [("checkout", "burning"), ("cart", "calm")]
    assert found["trouble"] == ""
    worst = found["slos"][0]
    assert (worst["burn_rates"][0]["long_bad"], worst["budget"]["bad"]) == (5004, 5004)
    assert worst["budget"]["remaining"] < 0
    assert worst["coverage"]["busy"] == 130
    assert worst["origin"].endswith("slos.yaml:2")


def test_an_slo_is_explained_with_its_past(ask: Asker) -> None:
    found = body(ask("/slos/checkout?days=1"), SloDetailBody)
    assert found["explanation"]["headline"].startswith("checkout: 8.3")
    assert "Most end with 503, flag UH. " in "\n".join(found["explanation"]["sentences"])
    assert [example["request_id"][:10] for example in found["explanation"]["examples"]] == ["api-burned"] * 3
    assert found["past"]["alerts"] == {"page": 1, "ticket": 1}
    assert len(found["past"]["budget"]) == 24


def test_an_slo_that_is_not_there_is_said_so(ask: Asker) -> None:
    answer = ask("/slos/nothing")
    assert answer.status_code == 404
    assert "could not find the SLO nothing: it is none of the 2 evaluated" in answer.json()["detail"]


def test_a_specification_is_tried_on_the_past(ask: Asker) -> None:
    text = SPECIFICATION.replace("99.9", "40")
    found = body(ask("/slos/preview", {"specification": text, "days": 1}), PreviewBody)
    assert [(each["name"], each["alerts"]) for each in found["backtests"]] == [("cart", {}), ("checkout", {})]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("slos:\n  - name: A\n    goal: 1\n", "the specification:3: slos.0.goal: unknown key"),
        ("{", "the specification:"),
        ("slos:\n" + "".join(f"- {{name: s{n}, service: s, objective: 9}}\n" for n in range(11)), "at most 10"),
    ],
)
def test_a_wrong_specification_has_all_its_faults(ask: Asker, text: str, expected: str) -> None:
    answer = ask("/slos/preview", {"specification": text, "days": 1})
    assert answer.status_code == 400
    assert expected in answer.json()["detail"]


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"specification": "x" * 70_000, "days": 1},
        {"specification": "a: 1", "days": 99},
        {"specification": "a", "days": 1, "b": 1},
    ],
)
def test_what_is_posted_is_bounded(ask: Asker, posted: object) -> None:
    assert ask("/slos/preview", posted).status_code == 422


def test_services_without_slos_get_defaults_that_can_be_kept(ask: Asker) -> None:
    found = body(ask("/slos/defaults"), DefaultsBody)
    assert found["slos"] == ["shop-search-availability"]
    (slo,) = read_specifications([("kept", found["specification"])]).slos
    assert (str(slo.selector), slo.objective) == ("shop/search", 0.999)
