"""The API of the proxies that the hub configures, and of the changes that reach them at once."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from dashboard.api.proxies_body import ProxiesBody, ProxyBody
from dashboard.reads.proxies import ProxyReads
from meshhub.testing.fake_proxies import REFUSAL, FakeAds, fake_proxies
from meshhub.testing.fake_reads import FakeReads
from tests.dashboard.api.conftest import application

EXPERIMENT = {"delay_seconds": 0.5, "delay_percent": 20}


class Hub:
    """The API of a hub that serves these proxies; of one that serves none if there are none."""

    def __init__(self, ads: FakeAds | None) -> None:
        reads = FakeReads()
        reads.proxies = ProxyReads() if ads is None else fake_proxies(ads)
        self._app = application(reads)
        self.ads = ads

    def get(self, path: str) -> httpx.Response:
        return asyncio.run(self._ask("GET", path))

    def post(self, path: str, content: Any) -> httpx.Response:
        """JSON, or as it is if it is text."""
        sent = {"content": content} if isinstance(content, str) else {"json": content}
        return asyncio.run(self._ask("POST", path, **sent, headers={"content-type": "application/json"}))

    async def _ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            return await client.request(method, f"/api/v1/wiring/{path}", **sent)


@pytest.fixture(scope="module")
def lasting() -> Hub:
    return Hub(FakeAds())


@pytest.fixture
def hub(lasting: Hub) -> Hub:
    """The hub of this module, at which nothing was done yet."""
    deeds(lasting).clear()
    return lasting


def deeds(hub: Hub) -> list[str]:
    assert hub.ads is not None
    return hub.ads.deeds


def test_every_proxy_is_listed_with_how_it_stands(hub: Hub) -> None:
    answer = hub.get("proxies")
    body = answer.json()
    TypeAdapter(ProxiesBody).validate_python(body, extra="forbid")
    assert {each["node"]: each["standing"] for each in body["proxies"]} == {
        "cart-v1-1.shop": "current",
        "gateway-v1-1.shop": "current",
        "payment-v1-1.shop": "rejected",
        "ratings-v1-2.shop": "away",
    }
    assert body["overrides"] == {"sampling_percent": 50, "services": {}, "faults": {}}
    (refused,) = body["refused"]
    assert (refused["node"], refused["reason"]) == ("cart-v1-1.shop", "wrong_identity")


def test_one_proxy_is_told_with_what_it_refused_in_its_own_words(hub: Hub) -> None:
    body = hub.get("proxies/payment-v1-1.shop").json()
    TypeAdapter(ProxyBody).validate_python(body, extra="forbid")
    kinds = {each["api"]: (bool(each["sent"]), each["taken"] == each["sent"]) for each in body["kinds"]}
    assert kinds == {"CDS": (True, True), "LDS": (True, False), "RDS": (True, True)}
    assert [(each["api"], each["error"]) for each in body["rejections"]] == [("LDS", REFUSAL)]
    assert hub.get("proxies/ratings-v1-2.shop").json()["kinds"] == []


@pytest.mark.parametrize("node", ["ghost", "%00", "cart-v1-1.shop%20", "a%2Fb"])
def test_a_proxy_that_is_not_there_is_a_404(hub: Hub, node: str) -> None:
    answer = hub.get(f"proxies/{node}")
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("could not find ")


def test_sampling_is_changed_of_all_and_of_one_and_taken_back(hub: Hub) -> None:
    for wanted in ({"percent": 25}, {"percent": 0.5, "service": "cart"}, {"percent": None, "service": "cart"}):
        answer = hub.post("sampling", wanted | {"author": "ada"})
        assert answer.status_code == 200
        assert answer.json()["changed"].startswith("sampling of ")
    # Nobody has to say who they are here, so the name given counts.
    assert deeds(hub) == ["ada: 25.0 at None", "ada: 0.5 at cart", "ada: None at cart"]


def test_a_fault_is_set_and_ended(hub: Hub) -> None:
    assert hub.post("faults", {"fault": EXPERIMENT, "service": "cart", "author": "ada"}).status_code == 200
    assert hub.post("faults", {"fault": None, "service": "cart", "author": "ada"}).status_code == 200
    assert [each.startswith("ada: ") for each in deeds(hub)] == [True, True]
    assert "'delay_percent': 20.0" in deeds(hub)[0]
    assert deeds(hub)[1] == "ada: none at cart"


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"percent": 100.1, "author": "a"}, "body.percent"),
        ({"percent": -1, "author": "a"}, "body.percent"),
        ({"percent": "half", "author": "a"}, "body.percent"),
        ({"percent": True, "author": "a"}, "body.percent"),
        ('{"percent": NaN, "author": "a"}', "body.percent"),
        ('{"percent": 1e999, "author": "a"}', "body.percent"),
        ({"author": "a"}, "body.percent"),
        ({"percent": 5}, "body.author"),
        ({"percent": 5, "author": ""}, "body.author"),
        ({"percent": 5, "author": "a" * 201}, "body.author"),
        ({"percent": 5, "author": "a", "service": ""}, "body.service"),
        ({"percent": 5, "author": "a", "route": "/"}, "body.route"),
        ("{", "body.1"),
    ],
)
def test_sampling_that_is_none_is_told_with_where_it_is_wrong(hub: Hub, body: Any, at: str) -> None:
    answer = hub.post("sampling", body)
    assert answer.status_code == 422
    assert [each["at"] for each in answer.json()["faults"]] == [at]
    assert deeds(hub) == []


@pytest.mark.parametrize(
    ("fault", "at"),
    [
        ({}, "body.fault"),
        ({"delay_percent": 0, "abort_percent": 0}, "body.fault"),
        ({"delay_percent": 101}, "body.fault.delay_percent"),
        ({"delay_percent": 5, "delay_seconds": 0}, "body.fault.delay_seconds"),
        ({"delay_percent": 5, "delay_seconds": 3600}, "body.fault.delay_seconds"),
        ({"abort_percent": 5, "abort_status": 200}, "body.fault.abort_status"),
        ({"abort_percent": 5, "abort_statsu": 500}, "body.fault.abort_statsu"),
    ],
)
def test_a_fault_that_is_none_is_told_with_where_it_is_wrong(hub: Hub, fault: Any, at: str) -> None:
    answer = hub.post("faults", {"fault": fault, "service": "cart", "author": "a"})
    assert answer.status_code == 422
    assert [each["at"] for each in answer.json()["faults"]] == [at]
    assert deeds(hub) == []


@settings(max_examples=60)
@given(
    body=st.dictionaries(
        st.sampled_from(["percent", "service", "author", "fault", "other"]),
        st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.just(EXPERIMENT) | st.just([]),
    )
)
def test_whatever_is_asked_for_is_done_or_refused_and_never_an_error_of_the_hub(
    lasting: Hub, body: dict[str, Any]
) -> None:
    for path in ("sampling", "faults"):
        assert lasting.post(path, json.dumps(body)).status_code in (200, 404, 422)


def test_a_service_that_is_not_there_is_a_404_with_those_that_are(hub: Hub) -> None:
    for path, wanted in (("sampling", {"percent": 5}), ("faults", {"fault": EXPERIMENT})):
        answer = hub.post(path, wanted | {"service": "ghost", "author": "a"})
        assert answer.status_code == 404
        assert "the mesh file has cart, gateway" in answer.json()["detail"]


def test_a_hub_that_configures_no_proxies_says_so_and_what_to_set() -> None:
    hub = Hub(None)
    body = hub.get("proxies").json()
    assert (body["on"], body["proxies"]) == (False, [])
    assert hub.get("proxies/cart-v1-1.shop").status_code == 404
    for path, wanted in (("sampling", {"percent": 5}), ("faults", {"fault": EXPERIMENT, "service": "cart"})):
        answer = hub.post(path, wanted | {"author": "a"})
        assert answer.status_code == 404
        assert "ads.mesh_file" in answer.json()["detail"]
