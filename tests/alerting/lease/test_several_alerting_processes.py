"""Several processes on one ledger: one evaluates and tells, the others follow, and one of them goes on when it dies."""

import queue
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from alerting.alerts.model import Observation, Sighting
from alerting.evaluation.state import Evaluation
from alerting.lease.election import Election
from alerting.lease.engine import EngineLeases
from alerting.lease.leadership import Bystander
from alerting.ledger.ledger import Ledger
from alerting.matchers import parse_matchers
from alerting.notify.model import Channel
from alerting.outbox import Notification, Outcome, Result
from alerting.posted import Posted
from alerting.routing.loading import Notifications, read_notifications
from alerting.service import AlertingService
from alerting.silences import Silence
from alerting.vitals import Vitals
from meshhub.testing.hub import until
from meshhub.testing.memory_log import MemoryLog
from storage.shared import database
from storage.shared.database import Deposed

ROUTES = """
allow_private_addresses: true
receivers: [{name: ops, webhook: [{url: "http://127.0.0.1:9/"}]}]
route: {receiver: ops, group_by: [service], group_wait: 0s, group_interval: 1s}
"""
BURN = Observation({"alertname": "Burn", "service": "cart"}, Sighting.MET)
CALM = Observation({"alertname": "Burn", "service": "cart"}, Sighting.NOT_MET)


@dataclass
class Clock:
    """A clock to be moved."""

    at: datetime = field(default_factory=lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))
    seconds: float = 0.0

    def now(self) -> datetime:
        return self.at + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class Receiver:
    """Whoever is told."""

    def __init__(self) -> None:
        self.told: queue.Queue[tuple[str, str]] = queue.Queue()

    def deliver(self, _channel: Channel, notification: Notification) -> Outcome:
        self.told.put((notification.status, notification.group_key))
        return Outcome(Result.DELIVERED, "answered 200")


class Process:
    """One alerting process: its election and its rounds are turned by the test, its deliveries are real threads."""

    def __init__(self, hub: "Hub", name: str, *, shows_only: bool = False) -> None:
        self.election = Election(EngineLeases(hub.leases), name, 15, hub.clock)
        self.ledger = Ledger(":memory:", hub.log)
        leadership = Bystander() if shows_only else self.election
        self.service = AlertingService(
            self.ledger,
            hub.notifications,
            hub.clock,
            Vitals,
            delivery=hub.receiver,
            leadership=leadership,
        )
        self.service._dispatcher.start()

    def turn(self) -> None:
        self.election.attempt()
        self.service.step()

    def evaluate(self, *observations: Observation) -> None:
        self.service.pager.evaluate("slo", observations, self.service._clock.now())
        self.service.wake()


@dataclass
class Hub:
    """What the processes share."""

    notifications: Notifications = field(default_factory=lambda: read_notifications(ROUTES, lambda: 0.0))
    log: MemoryLog = field(default_factory=MemoryLog)
    leases: MemoryLog = field(default_factory=MemoryLog)
    clock: Clock = field(default_factory=Clock)
    receiver: Receiver = field(default_factory=Receiver)
    ends: ExitStack = field(default_factory=ExitStack)

    def process(self, name: str, *, shows_only: bool = False) -> Process:
        made = Process(self, name, shows_only=shows_only)
        self.ends.callback(made.service._dispatcher.stop)
        return made

    def told(self) -> tuple[str, str]:
        return self.receiver.told.get(timeout=20)

    def nothing_more(self) -> bool:
        """After every delivery under way has ended."""
        return self.receiver.told.empty()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(database, "PAUSE_SECONDS", 0.0)
    made = Hub()
    with made.ends:
        yield made


def active(process: Process) -> bool:
    return process.service.active


def delivered(process: Process, count: int) -> None:
    """Wait until so many notifications are on record as delivered."""
    until(lambda: [entry.state.value for entry in process.ledger.log()].count("delivered") == count, 20)


def test_one_process_tells_and_the_others_know_what_it_did(hub: Hub) -> None:
    one, other = hub.process("one"), hub.process("other")
    for each in (one, other):
        each.turn()
    assert (active(one), active(other)) == (True, False)
    one.evaluate(BURN)
    assert hub.told()[0] == "firing"
    delivered(one, 1)
    other.turn()
    assert [each.alert.name for each in other.service.pager.alerts(hub.clock.now())] == ["Burn"]
    assert [entry.state.value for entry in other.ledger.log()] == ["delivered"]
    assert hub.nothing_more()


def test_when_the_one_dies_another_goes_on_within_the_lease_and_repeats_nothing(hub: Hub) -> None:
    dead, heir = hub.process("dead"), hub.process("heir")
    for each in (dead, heir):
        each.turn()
    dead.evaluate(BURN)
    _, key = hub.told()
    delivered(dead, 1)
    dead.service._dispatcher.stop()
    hub.clock.seconds += 14
    heir.turn()
    assert not active(heir)
    hub.clock.seconds += 1.1
    heir.turn()
    assert active(heir)
    heir.evaluate(BURN)
    heir.evaluate(CALM)
    hub.clock.seconds += 1.1
    heir.evaluate(CALM)
    assert hub.told() == ("resolved", key)
    assert hub.nothing_more(), "it fires still, and was told"


def test_what_was_owed_and_not_sent_is_sent_by_the_heir(hub: Hub) -> None:
    dead, heir = hub.process("dead"), hub.process("heir")
    dead.turn()
    heir.turn()
    dead.service._dispatcher.stop()
    dead.evaluate(BURN)
    assert hub.nothing_more()
    hub.clock.seconds += 15.1
    heir.turn()
    assert hub.told()[0] == "firing"
    delivered(heir, 1)


def test_a_paused_leader_sends_and_writes_nothing_when_it_wakes(hub: Hub) -> None:
    paused, heir = hub.process("paused"), hub.process("heir")
    paused.turn()
    heir.turn()
    paused.evaluate(BURN)
    hub.told()
    delivered(paused, 1)
    hub.clock.seconds += 15.1
    heir.turn()
    heir.evaluate(BURN)
    # It did not notice yet: what it decided before it was paused is refused, whatever it believes of its lease.
    paused.election._renewed_at = hub.clock.seconds
    assert active(paused)
    with pytest.raises(Deposed):
        paused.ledger.begin(paused.ledger.log()[0].notification)
    paused.service.evaluated(paused_evaluation(hub))
    paused.turn()
    assert (active(paused), active(heir)) == (False, True)
    assert hub.nothing_more()


def paused_evaluation(hub: Hub) -> Evaluation:
    return Evaluation(hub.clock.now())


def test_what_people_do_in_any_process_counts_in_all(hub: Hub) -> None:
    one, web = hub.process("one"), hub.process("web", shows_only=True)
    one.turn()
    now = hub.clock.now()
    silence = Silence("s", parse_matchers('service="cart"'), now, now + timedelta(hours=1), "ann", "", now)
    web.service.step()
    web.service.pager.silence(silence, "ann", now)
    one.turn()
    one.evaluate(BURN)
    assert hub.nothing_more(), "it is silenced"
    web.service.step()
    assert [each.silenced_by for each in web.service.pager.alerts(now)] == [("s",)]
    web.service.pager.expire("s", "ann", now)
    one.turn()
    one.evaluate(BURN)
    assert hub.told()[0] == "firing"
    web.service.step()
    mark = web.service.pager.alerts(now)[0].alert.fingerprint
    web.service.pager.acknowledge(mark, "ann", "mine", now)
    one.turn()
    one.evaluate(BURN)
    assert one.service.pager.alerts(now)[0].alert.acknowledged is not None
    assert [entry.what for entry in one.ledger.audit()] == ["acknowledge", "expire", "silence"]


def test_an_acknowledgement_is_not_lost_to_an_evaluation_at_the_same_moment(hub: Hub) -> None:
    one, web = hub.process("one"), hub.process("web", shows_only=True)
    one.turn()
    one.evaluate(BURN)
    hub.told()
    delivered(one, 1)
    web.service.step()
    mark = web.service.pager.alerts(hub.clock.now())[0].alert.fingerprint
    web.service.pager.acknowledge(mark, "ann", "", hub.clock.now())
    hub.clock.seconds += 1
    with one.service._as_the_one_that_leads():
        one.evaluate(BURN)  # on what it knew: refused
    one.evaluate(BURN)
    assert one.service.pager.alerts(hub.clock.now())[0].alert.acknowledged is not None


def test_what_is_posted_to_any_process_is_told_by_the_one(hub: Hub) -> None:
    one, web = hub.process("one"), hub.process("web", shows_only=True)
    one.turn()
    now = hub.clock.now()
    web.service.posted.take([Posted({"alertname": "Disk", "service": "db"}, {}, "", now + timedelta(minutes=5))], now)
    one.turn()
    assert hub.told()[0] == "firing"


def test_it_pages_while_the_engine_is_down(hub: Hub) -> None:
    one, other = hub.process("one"), hub.process("other")
    one.turn()
    other.turn()
    hub.log.down = True
    one.evaluate(BURN)
    assert hub.told()[0] == "firing"
    delivered(one, 1)
    hub.log.down = False
    one.turn()
    other.turn()
    assert [entry.state.value for entry in other.ledger.log()] == ["delivered"]
    assert hub.nothing_more()
