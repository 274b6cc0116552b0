"""Each role in a process of its own: what one does the others know, and what fails is said. In the order written."""

import json
import queue
from datetime import UTC, datetime, timedelta

import pytest

from meshhub.testing.divided_hub import DividedHub, Load, Role
from meshhub.testing.hub import until
from meshhub.testing.webhook_receiver import WebhookReceiver

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

QUIET_SECONDS = 5.0


def states(apart: DividedHub) -> dict[str, str]:
    """How the processes are, as the web process knows it, by their names here."""
    answer = apart["web"].hub.get("/api/v1/hub/processes")
    assert answer.status_code == 200, answer.text
    by_port = {each["name"].partition("/")[0].rpartition(":")[2]: each["state"] for each in answer.json()["processes"]}
    ports = {name: role.settings["web.address"].rpartition(":")[2] for name, role in apart.roles.items()}
    return {name: by_port[port] for name, port in ports.items() if port in by_port}


def test_each_process_has_what_its_role_takes_and_says_so(apart: DividedHub) -> None:
    checks = {}
    for name, role in apart.roles.items():
        answer = role.hub.get("/readyz").json()
        assert answer["ready"], answer
        assert answer["roles"] == role.hub.get("/healthz").json()["roles"] == [name.partition("-")[0]]
        checks[name] = {check["name"] for check in answer["checks"]} - {"stopping"}
    assert checks == {
        "collector": {"receivers"},
        "web": {"engine"},
        "alerting-1": {"engine", "lease"},
        "alerting-2": {"engine", "lease"},
        "ads": {"ads"},
    }
    assert apart["collector"].hub.get("/api/v1/alerts").status_code == 404
    assert apart["web"].hub.get("/ui/").status_code == 200
    assert apart["web"].hub.otlp_grpc.endswith(":None"), "it listens for no telemetry"


def test_the_web_process_knows_the_others(apart: DividedHub) -> None:
    until(lambda: states(apart) == dict.fromkeys(apart.roles, "well"))


def test_telemetry_that_a_collector_takes_is_shown_by_the_web_process(apart: DividedHub) -> None:
    load = Load(apart["collector"])
    load.start()
    until(lambda: len(load.acknowledged) > 10)
    one = load.stop()[0]
    until(lambda: apart["web"].hub.get(f"/api/v1/requests/{one}").status_code == 200)


def test_a_change_of_sampling_at_the_web_process_is_served_by_the_ads_process(apart: DividedHub) -> None:
    web = apart["web"].hub
    until(lambda: bool(web.get("/api/v1/wiring/proxies").json()["on"]))
    (proxy,) = web.get("/api/v1/wiring/proxies").json()["proxies"]
    assert (proxy["node"].startswith("shop-v1"), proxy["standing"]) == (True, "away")
    answer = web.post("/api/v1/wiring/sampling", {"percent": 7, "service": "shop", "author": "ann"})
    assert answer.status_code == 200, answer.text
    until(lambda: web.get("/api/v1/wiring/proxies").json()["overrides"].get("services") == {"shop.shop": 7.0})
    until(lambda: len(web.get("/api/v1/wiring/history").json()["versions"]) == 2)
    assert web.post("/api/v1/wiring/sampling", {"percent": 7, "service": "nobody", "author": "ann"}).status_code == 404


def leader(apart: DividedHub) -> Role:
    """The process that evaluates and tells."""
    found = leader_or_none(apart)
    assert found is not None
    return found


def alerting(apart: DividedHub) -> list[Role]:
    return [role for name, role in apart.roles.items() if name.startswith("alerting") and role.running is not None]


def next_event(receiver: WebhookReceiver) -> tuple[str, str]:
    event = json.loads(receiver.received.get(timeout=90).body)
    return event["event_action"], event["dedup_key"]


def nothing_more(receiver: WebhookReceiver) -> None:
    with pytest.raises(queue.Empty):
        receiver.received.get(timeout=QUIET_SECONDS)


def delivered(apart: DividedHub) -> int:
    told = apart["web"].hub.get("/api/v1/notifications").json()["notifications"]
    return sum(each["state"] == "delivered" for each in told)


def test_one_page_and_one_resolve_though_the_process_that_pages_is_killed(
    apart: DividedHub, receiver: WebhookReceiver
) -> None:
    load = Load(apart["collector"], failing=True)
    load.start()
    action, key = next_event(receiver)
    assert action == "trigger"
    until(lambda: delivered(apart) == 1)  # on record: else it is, rightly, sent again
    dead = leader(apart)
    dead.kill()
    until(lambda: leader_or_none(apart) is not None, seconds=40)
    nothing_more(receiver)
    (alert,) = [each for each in apart["web"].hub.get("/api/v1/alerts").json()["alerts"] if each["labels"].get("slo")]
    assert alert["state"] == "firing"
    load.failing = False
    assert next_event(receiver) == ("resolve", key)
    nothing_more(receiver)
    load.stop()
    dead.start()
    until(lambda: dead.hub.get("/readyz").status_code == 200)
    assert leader(apart) is not dead


def leader_or_none(apart: DividedHub) -> Role | None:
    leading = [role for role in alerting(apart) if role.leads]
    assert len(leading) < 2
    return leading[0] if leading else None


def test_a_silence_made_at_the_web_process_holds_in_the_one_that_pages(
    apart: DividedHub, receiver: WebhookReceiver
) -> None:
    now = datetime.now(UTC)
    silence = {
        "matchers": [{"name": "slo", "value": "cart", "isRegex": False, "isEqual": True}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
        "createdBy": "ann",
        "comment": "chaos",
    }
    answer = apart["web"].hub.post("/api/v2/silences", silence)
    assert answer.status_code == 200, answer.text
    load = Load(apart["collector"], failing=True)
    load.start()
    until(lambda: fires(apart), seconds=90)
    nothing_more(receiver)
    load.failing = False
    until(lambda: not fires(apart), seconds=90)
    load.stop()
    nothing_more(receiver)


def fires(apart: DividedHub) -> bool:
    """Whether the SLO burns, as the web process shows it."""
    alerts = apart["web"].hub.get("/api/v1/alerts").json()["alerts"]
    return any(each["labels"].get("slo") and each["state"] == "firing" for each in alerts)


def test_a_collector_that_is_cut_off_takes_on_and_the_page_says_that_it_is_silent(apart: DividedHub) -> None:
    collector = apart["collector"]
    load = Load(collector)
    load.start()
    until(lambda: len(load.acknowledged) > 50)
    collector.link.cut()
    before = len(load.acknowledged)
    until(lambda: len(load.acknowledged) > before + 200)
    assert collector.hub.get("/readyz").status_code == 200, "what waits in the journal must not be turned away"
    until(lambda: states(apart)["collector"] == "silent", seconds=60)
    collector.link.mend()
    acknowledged = load.stop()
    until(lambda: all_once(apart, acknowledged), seconds=60)
    until(lambda: states(apart)["collector"] == "well")


def all_once(apart: DividedHub, acknowledged: list[str]) -> bool:
    """Whether everything that was acknowledged is in the store; nothing may be there twice."""
    stored = apart.stored()
    assert set(stored.values()) <= {1}
    return all(stored[each] == 1 for each in acknowledged)


def test_each_process_drains_when_it_is_told_to_and_says_that_it_ended(apart: DividedHub) -> None:
    load = Load(apart["collector"])
    load.start()
    until(lambda: len(load.acknowledged) > 50)
    for name in ("collector", "ads", "alerting-1", "alerting-2"):
        assert apart[name].hub.terminate() == 0
        assert apart[name].hub.lines == []
        assert apart[name].hub.log[-1]["message"] == "stopped"
    acknowledged = load.stop()
    assert all_once(apart, acknowledged), "it loaded what it took before it ended"
    assert states(apart) == dict.fromkeys(apart.roles, "ended") | {"web": "well"}
    assert apart["web"].hub.terminate() == 0
