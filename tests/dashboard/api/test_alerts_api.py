"""The API of alerts and Alertmanager's own, on a real pager, over HTTP in process."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from dashboard.api.compat.alertmanager import create_router as create_alertmanager_router
from dashboard.api.router import create_router
from meshhub.testing.fake_alerts import FakeAlertReads
from meshhub.testing.fake_reads import FakeReads
from meshhub.web.problems import handle_errors

NOON = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)


class StoppedClock:
    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return 0.0


class Api:
    """The hub's API with made-up alerts."""

    def __init__(self) -> None:
        reads, clock = FakeReads(), StoppedClock()
        reads.alerts = FakeAlertReads(clock)
        self.app = FastAPI()
        handle_errors(self.app)
        self.app.include_router(create_router(reads, clock))
        self.app.include_router(create_alertmanager_router(reads.alerts, clock))

    def ask(self, method: str, path: str, body: Any = None, **parameters: str) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
                return await client.request(method, path, json=body, params=parameters)

        return asyncio.run(send())

    def get(self, path: str, **parameters: str) -> Any:
        answer = self.ask("GET", path, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def api() -> Api:
    return Api()


def test_alerts_say_what_holds_them_back(api: Api) -> None:
    alerts = {(a["labels"]["service"], a["labels"]["severity"]): a for a in api.get("/api/v1/alerts")["alerts"]}
    assert {key: alert["state"] for key, alert in alerts.items()} == {
        ("checkout", "page"): "firing",
        ("checkout", "ticket"): "firing",
        ("payment", "page"): "firing",
        ("catalog", "ticket"): "resolved",
    }
    assert alerts["payment", "page"]["silenced_by"] == ["a1b2"]
    held = alerts["checkout", "ticket"]
    assert held["inhibited_by"] == alerts["checkout", "page"]["fingerprint"]
    assert held["inhibited_because"] == "ErrorBudgetBurn fires"
    assert alerts["checkout", "page"]["annotations"]["reason"].startswith("It began at")


def test_one_alert_has_its_history_and_can_be_taken_in_hand(api: Api) -> None:
    (mark,) = [
        a["fingerprint"]
        for a in api.get("/api/v1/alerts")["alerts"]
        if (a["labels"]["service"], a["labels"]["severity"]) == ("checkout", "page")
    ]
    history = api.get(f"/api/v1/alerts/{mark}")
    assert [event["what"] for event in history["events"]] == ["firing"]
    assert [(told["receiver"], told["state"]) for told in history["notifications"]] == [("shop-oncall", "delivered")]
    taken = api.ask("POST", f"/api/v1/alerts/{mark}/acknowledge", {"by": "ann", "comment": "on it"}).json()
    assert taken["alert"]["acknowledged"] == {"by": "ann", "at": "2026-03-01T14:00:00.000Z", "comment": "on it"}
    assert api.get("/api/v1/audit")["entries"][0]["what"] == "acknowledge"
    told = api.get("/api/v1/notifications")["notifications"][0]
    assert (told["reason"], told["state"]) == ("acknowledged", "waiting")


def test_a_silence_is_previewed_made_and_ended(api: Api) -> None:
    wanted = {"matchers": 'service=~"check.*"', "duration": "2h", "created_by": "ann", "comment": "rolling back"}
    assert len(api.ask("POST", "/api/v1/silences/preview", wanted).json()["alerts"]) == 2
    made = api.ask("POST", "/api/v1/silences", wanted).json()
    assert (made["state"], made["ends_at"]) == ("active", "2026-03-01T16:00:00.000Z")
    after = api.ask("POST", f"/api/v1/silences/{made['id']}/expire", {"by": "bob"}).json()["silences"]
    assert {silence["id"]: silence["state"] for silence in after}[made["id"]] == "expired"


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"matchers": 'service=~"("'}, "could not read the pattern"),
        ({"matchers": 'service=~".*"'}, "must not match the empty value"),
        ({"duration": "soon"}, "could not read duration=soon"),
        ({"ends_at": "2026-03-01T13:00:00Z", "duration": ""}, "ends before it begins"),
        ({"ends_at": "yesterday", "duration": ""}, "could not read ends_at=yesterday"),
        ({"duration": ""}, "give either ends_at or duration"),
        ({"duration": "400d"}, "could not read duration=400d"),
    ],
)
def test_a_silence_that_cannot_be_is_a_400_in_words(api: Api, change: dict[str, str], detail: str) -> None:
    wanted = {"matchers": "service=cart", "duration": "2h", "created_by": "ann"} | change
    answer = api.ask("POST", "/api/v1/silences", wanted)
    assert answer.status_code == 400
    assert detail in answer.json()["detail"]


@pytest.mark.parametrize(
    "path", ["/api/v1/alerts/nothing", "/api/v2/silence/nothing", "/api/v1/alerts/%3Cb%3E", "/api/v2/nothing"]
)
def test_what_is_not_there_is_a_404(api: Api, path: str) -> None:
    assert api.ask("GET", path).status_code == 404


def test_a_receiver_is_tested(api: Api) -> None:
    tested = api.ask("POST", "/api/v1/receivers/shop-oncall/test", {"by": "ann"}).json()
    assert tested == {"channels": [{"channel": "pagerduty", "outcome": "delivered", "detail": "made 1 messages"}]}
    assert api.get("/api/v1/audit")["entries"][0]["what"] == "test"
    unknown = api.ask("POST", "/api/v1/receivers/nobody/test", {"by": "ann"})
    assert unknown.status_code == 404
    assert "everybody, shop-oncall" in unknown.json()["detail"]


# Alertmanager's own.


def test_prometheus_posts_and_others_read(api: Api) -> None:
    posted = [
        {
            "labels": {"alertname": "DiskFull", "instance": "db-1"},
            "annotations": {"summary": "db-1 is full"},
            "startsAt": "2026-03-01T13:50:00.123456789Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus/graph",
        }
    ]
    assert api.ask("POST", "/api/v2/alerts", posted).status_code == 200
    assert api.ask("POST", "/api/v2/alerts", [{"labels": {"instance": "x"}}]).status_code == 400
    shown = api.get("/api/v2/alerts", filter='service="checkout"', inhibited="false")
    (alert,) = shown
    assert alert["labels"]["severity"] == "page"
    assert alert["receivers"] == [{"name": "shop-oncall"}]
    assert alert["status"] == {"inhibitedBy": [], "silencedBy": [], "mutedBy": [], "state": "active"}
    assert {a["status"]["state"] for a in api.get("/api/v2/alerts", active="false")} == {"suppressed"}
    groups = api.get("/api/v2/alerts/groups")
    assert {(group["receiver"]["name"], group["labels"]["service"]) for group in groups} == {
        ("shop-oncall", "checkout"),
        ("shop-oncall", "payment"),
        ("everybody", "checkout"),
    }


def test_amtool_makes_and_ends_a_silence(api: Api) -> None:
    wanted = {
        "matchers": [{"name": "service", "value": "check.*", "isRegex": True, "isEqual": True}],
        "startsAt": "2026-03-01T14:00:00.000Z",
        "endsAt": "2026-03-01T15:00:00.000Z",
        "createdBy": "ann",
        "comment": "x",
    }
    made = api.ask("POST", "/api/v2/silences", wanted).json()["silenceID"]
    shown = api.get(f"/api/v2/silence/{made}")
    assert (shown["status"]["state"], shown["matchers"]) == ("active", wanted["matchers"])
    assert api.ask("DELETE", f"/api/v2/silence/{made}").status_code == 200
    states = {each["id"]: each["status"]["state"] for each in api.get("/api/v2/silences", filter="service=~check.*")}
    assert states == {made: "expired"}


def test_status_and_receivers_have_alertmanagers_shape(api: Api) -> None:
    status = api.get("/api/v2/status")
    assert set(status) == {"cluster", "versionInfo", "config", "uptime"}
    assert api.get("/api/v2/receivers") == [{"name": "everybody"}, {"name": "shop-oncall"}]
