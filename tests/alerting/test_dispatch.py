"""Delivery from the outbox to a real receiver: order, retries, limits, one at a time; and kill -9 around a send."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty
from random import Random

import pytest

from alerting.alerts.model import Observation, Sighting
from alerting.dispatch import Dispatcher
from alerting.ledger.ledger import Ledger
from alerting.notify.guard import Guard
from alerting.notify.model import Channel
from alerting.notify.pagerduty import PagerDuty
from alerting.notify.sending import Sender
from alerting.notify.texts import HubLinks
from alerting.outbox import Notification, Outcome, next_attempt
from alerting.pager import Pager, Routing
from alerting.routing.model import Route
from meshhub.clock import SystemClock
from meshhub.secret import Secret
from meshhub.testing.webhook_receiver import Reaction, WebhookReceiver, running_receiver

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ROUTING = Routing(Route("0", "ops", group_by=("service",), group_wait=timedelta(0)), channels={"ops": ["pagerduty"]})


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "alerting.sqlite")
    yield made
    made.close()


def channels(url: str) -> dict[tuple[str, str], Channel]:
    return {("ops", "pagerduty"): PagerDuty(Secret("key"), HubLinks(), f"{url}/v2/enqueue")}


@pytest.fixture
def dispatching(ledger: Ledger, receiver: WebhookReceiver) -> Iterator[Callable[[], Dispatcher]]:
    started: list[Dispatcher] = []

    def start() -> Dispatcher:
        sender = Sender(Guard(private_allowed=True))
        made = Dispatcher(ledger, channels(receiver.url), sender, SystemClock(), Random(1))
        made.start()
        started.append(made)
        return made

    yield start
    for dispatcher in started:
        dispatcher.stop()


def burn(pager: Pager, *services: str, over: bool = False) -> None:
    sighting = Sighting.NOT_MET if over else Sighting.MET
    seen = [Observation({"alertname": "Burn", "service": service}, sighting) for service in services]
    pager.evaluate("slo", seen, datetime.now(UTC))


def events(receiver: WebhookReceiver, number: int) -> list[tuple[str, str]]:
    """The next events that arrive: (action, dedup key)."""
    got = [json.loads(receiver.received.get(timeout=20).body) for _ in range(number)]
    return [(event["event_action"], event["dedup_key"]) for event in got]


def test_a_page_arrives_once_and_its_resolve_once(
    ledger: Ledger, receiver: WebhookReceiver, dispatching: Callable[[], Dispatcher]
) -> None:
    pager = Pager(ledger, ROUTING)
    dispatcher = dispatching()
    burn(pager, "cart")
    dispatcher.wake()
    ((first, key),) = events(receiver, 1)
    burn(pager, "cart", over=True)
    dispatcher.wake()
    assert (first, events(receiver, 1)) == ("trigger", [("resolve", key)])
    dispatcher.stop()
    assert receiver.received.qsize() == 0


def test_what_fails_is_tried_again_until_it_arrives(
    ledger: Ledger, receiver: WebhookReceiver, dispatching: Callable[[], Dispatcher]
) -> None:
    receiver.reactions += [Reaction(cut=True), Reaction(cut=True)]
    burn(Pager(ledger, ROUTING), "cart")
    dispatching()
    assert [action for action, _ in events(receiver, 3)] == ["trigger"] * 3
    wait_until(lambda: ledger.log()[0].state.value == "delivered")
    (entry,) = ledger.log()
    assert [attempt.outcome for attempt in entry.attempts] == ["retry", "retry", "delivered"]


def test_what_is_refused_is_given_up_and_said(
    ledger: Ledger, receiver: WebhookReceiver, dispatching: Callable[[], Dispatcher]
) -> None:
    receiver.reactions.append(Reaction(400, body=b'{"message":"invalid routing key"}'))
    burn(Pager(ledger, ROUTING), "cart")
    dispatching()
    events(receiver, 1)
    wait_until(lambda: ledger.log()[0].state.value == "refused")
    assert "invalid routing key" in ledger.log()[0].attempts[0].detail


def test_a_channel_gets_one_at_a_time(
    ledger: Ledger, receiver: WebhookReceiver, dispatching: Callable[[], Dispatcher]
) -> None:
    released = threading.Event()
    receiver.reactions.append(Reaction(wait=released))
    burn(Pager(ledger, ROUTING), "cart", "shop")
    dispatching()
    events(receiver, 1)
    with pytest.raises(Empty):
        receiver.received.get(timeout=0.6)
    released.set()
    assert len(events(receiver, 1)) == 1


class Unreachable:
    def deliver(self, channel: Channel, notification: Notification) -> Outcome:
        raise AssertionError("nothing is to be sent")


def test_a_channel_that_is_no_more_is_given_up(ledger: Ledger) -> None:
    burn(Pager(ledger, ROUTING), "cart")
    dispatcher = Dispatcher(ledger, {}, Unreachable(), SystemClock(), Random(1))
    dispatcher.start()
    wait_until(lambda: ledger.log()[0].state.value == "refused")
    dispatcher.stop()


@pytest.mark.parametrize("attempts", range(1, 40))
def test_retries_back_off_with_jitter_and_wait_as_asked(attempts: int) -> None:
    random = Random(attempts)
    longest = min(2 * 2 ** (attempts - 1), 300)
    delay = (next_attempt(attempts, None, NOON, random) - NOON).total_seconds()
    assert longest / 2 <= delay <= longest
    asked = next_attempt(attempts, timedelta(minutes=20), NOON, random) - NOON
    assert asked == timedelta(minutes=20)
    assert next_attempt(attempts, timedelta(days=9), NOON, random) - NOON == timedelta(hours=1)


# kill -9: a process dies at a chosen moment around a send, the next one goes on.


@pytest.mark.parametrize("moment", ["after_commit", "before_send", "after_send"])
def test_kill_9_loses_no_page(tmp_path: Path, receiver: WebhookReceiver, moment: str) -> None:
    script = Path(__file__).with_name("hub_that_pages.py")
    path = tmp_path / "alerting.sqlite"
    victim = subprocess.run([sys.executable, str(script), str(path), receiver.url, moment], check=False, timeout=60)
    assert victim.returncode == -signal.SIGKILL
    before = receiver.received.qsize()
    assert before == (1 if moment == "after_send" else 0)

    ledger = Ledger(path)
    dispatcher = Dispatcher(
        ledger, channels(receiver.url), Sender(Guard(private_allowed=True)), SystemClock(), Random(1)
    )
    dispatcher.start()
    keys = {key for _, key in events(receiver, before + 1)}
    wait_until(lambda: ledger.log()[0].state.value == "delivered")
    dispatcher.stop()
    assert len(keys) == 1, "what may have been sent is sent again as the same incident"
    assert receiver.received.qsize() == 0
    assert [entry.notification.reason for entry in ledger.log()] == ["first_notification"]
    ledger.close()


def wait_until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for what another thread does to the ledger: it tells nobody."""
    tick = threading.Event()
    deadline = SystemClock().monotonic() + seconds
    while not holds():
        assert SystemClock().monotonic() < deadline, "it did not happen in time"
        tick.wait(0.02)
