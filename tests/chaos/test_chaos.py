"""Everything fails, in turn: what was acknowledged is there once, and what is wrong is said."""

import json
import queue
import random
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from meshhub.demo.pki import Authority
from meshhub.testing.divided_hub import DividedHub, Load, divided_hub
from meshhub.testing.divided_settings import LEASE_SECONDS, ads_settings, alerting_settings
from meshhub.testing.hub import running_hub, until
from meshhub.testing.skewed_clock import skewed_clock
from meshhub.testing.webhook_receiver import WebhookReceiver

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

ROUNDS = 8
WAIT = threading.Event()


@pytest.fixture(scope="module")
def collecting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DividedHub]:
    """A collector and a web process."""
    folder = tmp_path_factory.mktemp("collecting")
    journal = {"collector.journal.segment_age_seconds": "0.3", "collector.journal.max_bytes": "8MiB"}
    with divided_hub(folder, {"collector": journal, "web": {}}) as hub:
        hub.start()
        yield hub


def all_once(hub: DividedHub, acknowledged: list[str]) -> bool:
    """Whether everything that was acknowledged is in the store; nothing may be there twice."""
    stored = hub.stored()
    assert set(stored.values()) <= {1}
    return all(stored[each] == 1 for each in acknowledged)


def test_a_collector_that_is_killed_again_and_again_loses_nothing(collecting: DividedHub) -> None:
    load = Load(collecting["collector"])
    load.start()
    for _ in range(ROUNDS):
        WAIT.wait(random.uniform(0.2, 2.0))
        collecting["collector"].kill()
        collecting["collector"].start()
    acknowledged = load.stop()
    assert len(acknowledged) > 100
    until(lambda: all_once(collecting, acknowledged))


def test_an_engine_that_is_killed_again_and_again_loses_nothing(collecting: DividedHub) -> None:
    load = Load(collecting["collector"])
    load.start()
    for _ in range(ROUNDS):
        WAIT.wait(random.uniform(0.2, 2.0))
        collecting.engine.kill()
        WAIT.wait(random.uniform(0.0, 1.0))
        collecting.engine.start()
    acknowledged = load.stop()
    assert load.statuses[200] == sum(load.statuses.values()), "the journal bridges it: nothing is refused"
    until(lambda: all_once(collecting, acknowledged))


def test_an_engine_that_is_slow_and_then_hangs_loses_nothing_and_the_page_says_so(collecting: DividedHub) -> None:
    load = Load(collecting["collector"])
    load.start()
    for role in collecting.roles.values():
        role.link.slow(0.3)
    WAIT.wait(5)
    for role in collecting.roles.values():
        role.link.hang()
    until(lambda: collecting["web"].check("engine") != "")
    assert collecting["collector"].hub.get("/readyz").status_code == 200
    for role in collecting.roles.values():
        role.link.cut()
        role.link.mend()
    acknowledged = load.stop()
    until(lambda: all_once(collecting, acknowledged))
    until(lambda: collecting["web"].hub.get("/readyz").status_code == 200)


def test_a_disk_of_the_engine_that_is_full_loses_nothing(collecting: DividedHub) -> None:
    load = Load(collecting["collector"])
    load.start()
    until(lambda: len(load.acknowledged) > 20)
    failures = insert_failures(collecting)
    collecting.engine.fill_disk()
    before = len(load.acknowledged)
    until(lambda: len(load.acknowledged) > before + 100)
    until(lambda: insert_failures(collecting) > failures)
    collecting.engine.free_disk()
    acknowledged = load.stop()
    until(lambda: all_once(collecting, acknowledged))


def insert_failures(hub: DividedHub) -> float:
    """How many inserts failed, by the collector's own count."""
    lines = hub["collector"].hub.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("meshhub_loader_insert_failures_total"))


def test_a_journal_that_is_full_refuses_and_goes_on_afterwards(collecting: DividedHub) -> None:
    load = Load(collecting["collector"], pause=0.0, size=500)
    collecting["collector"].link.cut()
    load.start()
    until(lambda: load.statuses[429] > 0, seconds=120)
    assert collecting["collector"].check("receivers").endswith("or the journal is full")
    collecting["collector"].link.mend()
    until(lambda: collecting["collector"].check("receivers") == "", seconds=120)
    acknowledged = load.stop()
    until(lambda: all_once(collecting, acknowledged), seconds=120)


@pytest.fixture
def paging(tmp_path: Path, receiver: WebhookReceiver) -> Iterator[DividedHub]:
    """Two alerting processes, with what they need and what shows it; none is started."""
    alerting = alerting_settings(tmp_path, receiver)
    roles = {"collector": {}, "web": alerting, "alerting-1": alerting, "alerting-2": alerting}
    with divided_hub(tmp_path, roles | {"ads": ads_settings(tmp_path)}) as hub:
        yield hub


def events(receiver: WebhookReceiver, seconds: float) -> list[tuple[str, str]]:
    """What is told within so many seconds after the last."""
    found: list[tuple[str, str]] = []
    while True:
        try:
            event = json.loads(receiver.received.get(timeout=seconds).body)
        except queue.Empty:
            return found
        found.append((event["event_action"], event["dedup_key"]))


def leaders(hub: DividedHub) -> int:
    return sum(hub[name].leads for name in ("alerting-1", "alerting-2"))


def test_clocks_hours_apart_that_jump_make_one_leader_and_one_page(
    paging: DividedHub, receiver: WebhookReceiver, tmp_path: Path
) -> None:
    clocks = [skewed_clock(tmp_path, name) for name in ("alerting-1", "alerting-2")]
    paging["collector"].start()
    paging["web"].start()
    for number, clock in enumerate(clocks, 1):
        paging[f"alerting-{number}"].start(clock.environment)
    until(lambda: leaders(paging) == 1)
    load = Load(paging["collector"], failing=True)
    load.start()
    assert [action for action, _ in events(receiver, 60)] == ["trigger"]
    for jump in (-7200, 7200, 0):
        for clock in clocks:
            clock.set(jump)
            WAIT.wait(LEASE_SECONDS / 2)
            assert leaders(paging) <= 1
    until(lambda: leaders(paging) == 1)
    load.failing = False
    told = events(receiver, 60)
    load.stop()
    assert told[-1][0] == "resolve"
    assert len({key for _, key in told}) == 1


def test_every_process_may_be_killed_while_the_others_go_on(paging: DividedHub, receiver: WebhookReceiver) -> None:
    paging.start()
    load = Load(paging["collector"], failing=True)
    load.start()
    for name in ("ads", "alerting-1", "web", "alerting-2", "collector"):
        paging[name].kill()
        WAIT.wait(random.uniform(0.5, 2.0))
        paging[name].start()
    until(lambda: leaders(paging) == 1)
    until(lambda: bool(events(receiver, 1)) or told(paging), seconds=90)
    load.failing = False
    until(lambda: resolved(paging), seconds=90)
    acknowledged = load.stop()
    until(lambda: all_once(paging, acknowledged))
    keys = {key for _, key in events(receiver, 5)}
    assert len(keys) <= 1, "all of one incident, however often processes died"


def told(hub: DividedHub) -> bool:
    return bool(hub["web"].hub.get("/api/v1/notifications").json()["notifications"])


def resolved(hub: DividedHub) -> bool:
    found = hub["web"].hub.get("/api/v1/notifications").json()["notifications"]
    return any(each["status"] == "resolved" and each["state"] == "delivered" for each in found)


def test_an_expired_certificate_is_refused_by_clients_and_named_by_the_checkup(tmp_path: Path) -> None:
    past = datetime.now(UTC) - timedelta(days=30)
    authority = Authority("old", now=past)
    authority.issue("hub", dns=["localhost"]).write(tmp_path / "tls")
    settings = {
        "collector.tls.cert_file": str(tmp_path / "tls" / "cert.pem"),
        "collector.tls.key_file": str(tmp_path / "tls" / "key.pem"),
    }
    (tmp_path / "ca.pem").write_bytes(authority.certificate)
    with running_hub(tmp_path / "data", settings=settings) as hub:
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        port = hub.otlp_http.rpartition(":")[2]
        with pytest.raises(httpx.ConnectError, match="expired"):
            httpx.post(f"https://localhost:{port}/v1/logs", content=b"", verify=context, trust_env=False)
        checks = hub.get("/api/v1/hub/checks").json()["checks"]
        said = next(each for each in checks if each["code"] == "certificates")
        assert said["state"] == "critical"
        assert "the first to expire" in said["evidence"]
