"""The pager on its ledger: timelines of evaluations, and what is owed then; a restart anywhere changes nothing."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerting.alerts.model import AlertState, Observation, Sighting
from alerting.ledger.ledger import Ledger, LedgerFault
from alerting.matchers import parse_matchers
from alerting.outbox import DeliveryState, Outcome, Result
from alerting.pager import Pager, Routing
from alerting.routing.model import Route
from alerting.silences import Silence, UnusableSilence
from meshhub.errors import NotFound

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ROUTE = Route("0", "ops", group_by=("service",), group_wait=timedelta(seconds=10), group_interval=timedelta(minutes=1))
ROUTING = Routing(ROUTE, channels={"ops": ["pagerduty"]})


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def seen(sighting: Sighting, service: str = "cart", **more: str) -> Observation:
    return Observation({"alertname": "Burn", "service": service, **more}, sighting, {"summary": f"{service} burns"})


MET, NOT_MET = Sighting.MET, Sighting.NOT_MET


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[], tuple[Pager, Ledger]]:
    """Opens a pager on the same ledger, as a start of the hub does."""

    def open_one() -> tuple[Pager, Ledger]:
        ledger = Ledger(tmp_path / "alerting.sqlite")
        return Pager(ledger, ROUTING), ledger

    return open_one


def owed(ledger: Ledger) -> list[tuple[str, str, str]]:
    """(reason, status, where it is) of every notification, oldest first."""
    return [(e.notification.reason, e.notification.status, e.state.value) for e in reversed(ledger.log())]


def deliver(ledger: Ledger, now: datetime, result: Result = Result.DELIVERED) -> int:
    """Let all that is due come to this end; how many there were."""
    due = ledger.due(now)
    for notification in due:
        ledger.begin(notification)
        ledger.record(notification, Outcome(result, "said"), now, now + timedelta(seconds=30))
    return len(due)


def test_one_page_and_one_resolve(opened: Callable[[], tuple[Pager, Ledger]]) -> None:
    pager, ledger = opened()
    for second in range(0, 60, 5):
        pager.evaluate("slo", [seen(MET)], at(second))
        deliver(ledger, at(second))
    assert owed(ledger) == [("first_notification", "firing", "delivered")]
    for second in range(60, 90, 5):
        pager.evaluate("slo", [seen(NOT_MET)], at(second))
        deliver(ledger, at(second))
    assert owed(ledger)[1:] == [("all_alerts_resolved", "resolved", "delivered")]


def test_a_restart_at_any_moment_changes_nothing(opened: Callable[[], tuple[Pager, Ledger]]) -> None:
    for second in range(0, 120, 5):
        pager, ledger = opened()
        pager.evaluate("slo", [seen(MET if second < 60 else NOT_MET)], at(second))
        ledger.close()
        _, ledger = opened()
        deliver(ledger, at(second))
        ledger.close()
    _, ledger = opened()
    assert [status for _, status, _ in owed(ledger)] == ["firing", "resolved"]


def test_a_crash_between_send_and_record_sends_again(opened: Callable[[], tuple[Pager, Ledger]]) -> None:
    pager, ledger = opened()
    pager.evaluate("slo", [seen(MET)], at(0))
    pager.tick(at(10))
    (sent,) = ledger.due(at(10))
    ledger.begin(sent)
    ledger.close()
    _, ledger = opened()
    (again,) = ledger.due(at(11))
    assert (again.id, again.attempts) == (sent.id, 1)


def test_what_the_ledger_did_not_take_did_not_happen(
    opened: Callable[[], tuple[Pager, Ledger]], tmp_path: Path
) -> None:
    pager, ledger = opened()
    other = sqlite3.connect(tmp_path / "alerting.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    ledger._database._connection.execute("PRAGMA busy_timeout = 10")
    with pytest.raises(LedgerFault, match="could not write"):
        pager.evaluate("slo", [seen(MET)], at(0))
    other.execute("ROLLBACK")
    other.close()
    assert pager.alerts(at(0)) == []
    pager.evaluate("slo", [seen(MET)], at(5))
    assert [each.alert.starts_at for each in pager.alerts(at(5))] == [at(5)]


def test_a_receiver_that_is_down_for_a_day_hears_the_newest_once(
    opened: Callable[[], tuple[Pager, Ledger]],
) -> None:
    pager, ledger = opened()
    for hour in range(24):
        pager.evaluate("slo", [seen(MET)], at(3600 * hour))
        pager.tick(at(3600 * hour + 10))
        deliver(ledger, at(3600 * hour + 10), Result.RETRY)
    assert deliver(ledger, at(24 * 3600)) == 1
    states = [state for _, _, state in owed(ledger)]
    assert states.count("delivered") == 1
    assert states[-1] == "delivered"
    assert set(states[:-1]) == {"superseded"}


def test_what_began_and_ended_unheard_is_not_told(opened: Callable[[], tuple[Pager, Ledger]]) -> None:
    pager, ledger = opened()
    pager.evaluate("slo", [seen(MET)], at(0))
    pager.tick(at(10))
    pager.evaluate("slo", [seen(NOT_MET)], at(20))
    assert [state for _, _, state in owed(ledger)] == ["superseded", "superseded"]
    assert ledger.due(at(30)) == []


def test_a_resolve_is_owed_where_a_page_may_have_arrived(opened: Callable[[], tuple[Pager, Ledger]]) -> None:
    pager, ledger = opened()
    pager.evaluate("slo", [seen(MET)], at(0))
    pager.tick(at(10))
    deliver(ledger, at(10), Result.RETRY)
    pager.evaluate("slo", [seen(NOT_MET)], at(20))
    (due,) = ledger.due(at(20))
    assert (due.status, due.told_before) == ("resolved", True)


def test_a_condition_that_is_taken_away_is_over(opened: Callable[[], tuple[Pager, Ledger]]) -> None:
    pager, ledger = opened()
    pager.evaluate("slo", [seen(MET)], at(0))
    pager.evaluate("hub", [], at(5))
    pager.tick(at(10))
    deliver(ledger, at(10))
    pager.evaluate("slo", [], at(20))
    assert owed(ledger)[-1][:2] == ("all_alerts_resolved", "resolved")


def test_an_end_is_kept_until_it_was_told(opened: Callable[[], tuple[Pager, Ledger]]) -> None:
    """The group interval has not passed when the alert would be forgotten."""
    pager, ledger = opened()
    pager.evaluate("slo", [seen(MET), seen(MET, team="b")], at(0))
    pager.tick(at(10))
    deliver(ledger, at(10))
    pager.evaluate("slo", [seen(NOT_MET), seen(MET, team="b")], at(20))
    pager.evaluate("slo", [seen(NOT_MET), seen(MET, team="b")], at(2 * 3600))
    assert owed(ledger)[-1][0] == "new_resolved_alerts"


def test_a_silence_holds_back_and_lets_go(opened: Callable[[], tuple[Pager, Ledger]]) -> None:
    pager, ledger = opened()
    quiet = Silence("s1", parse_matchers("service=cart"), at(0), at(100), "ann", "deploying", at(0))
    assert [alert.labels["service"] for alert in pager.preview(quiet)] == []
    pager.silence(quiet, "ann", at(0))
    pager.evaluate("slo", [seen(MET)], at(1))
    assert [alert.labels["service"] for alert in pager.preview(quiet)] == ["cart"]
    pager.tick(at(50))
    assert owed(ledger) == []
    (status,) = pager.alerts(at(50))
    assert (status.silenced_by, status.alert.state) == (("s1",), AlertState.FIRING)
    ledger.close()
    pager, ledger = opened()
    pager.tick(at(101))
    assert owed(ledger) == [("first_notification", "firing", "waiting")]


def test_a_silence_ends_early_and_its_author_is_noted(opened: Callable[[], tuple[Pager, Ledger]]) -> None:
    pager, ledger = opened()
    pager.silence(Silence("s1", parse_matchers("service=cart"), at(0), at(100), "ann", "", at(0)), "ann", at(0))
    pager.expire("s1", "bob", at(10))
    assert [(entry.who, entry.what) for entry in ledger.audit()] == [("bob", "expire"), ("ann", "silence")]
    with pytest.raises(NotFound, match="could not end the silence s2"):
        pager.expire("s2", "bob", at(10))


def test_a_silence_of_everything_is_refused(opened: Callable[[], tuple[Pager, Ledger]]) -> None:
    pager, _ = opened()
    with pytest.raises(UnusableSilence, match="must not match the empty value"):
        pager.silence(Silence("s1", parse_matchers('service=~".*"'), at(0), at(100), "ann", "", at(0)), "ann", at(0))


def test_an_acknowledged_alert_is_said_to_be_so(opened: Callable[[], tuple[Pager, Ledger]]) -> None:
    pager, ledger = opened()
    pager.evaluate("slo", [seen(MET)], at(0))
    pager.tick(at(10))
    deliver(ledger, at(10))
    (status,) = pager.alerts(at(10))
    pager.acknowledge(status.alert.fingerprint, "ann", "on it", at(20))
    assert owed(ledger)[-1] == ("acknowledged", "firing", "waiting")
    assert [event.what for event in ledger.events(at(0))] == ["acknowledged", "firing"]
    with pytest.raises(NotFound, match="no such alert fires"):
        pager.acknowledge("00", "ann", "", at(20))


def test_ten_thousand_alerts_at_once_are_one_page_per_group(opened: Callable[[], tuple[Pager, Ledger]]) -> None:
    pager, ledger = opened()
    many = [seen(MET, f"service-{number % 20}", route=str(number)) for number in range(10_000)]
    pager.evaluate("slo", many, at(0))
    pager.tick(at(10))
    log = ledger.log(limit=100)
    assert len(log) == 20
    assert {entry.state for entry in log} == {DeliveryState.WAITING}
    assert all(len(entry.notification.alerts) == 500 for entry in log)


class Explaining:
    def annotate(self, alert: object, now: datetime) -> dict[str, str]:
        return {"reason": f"found at {now:%H:%M:%S}"}


def test_the_reason_is_found_once_and_stays(tmp_path: Path) -> None:
    pager = Pager(Ledger(tmp_path / "a.sqlite"), ROUTING, annotator=Explaining())
    for second in (0, 5, 10):
        pager.evaluate("slo", [seen(MET)], at(second))
    (status,) = pager.alerts(at(10))
    assert dict(status.alert.annotations) == {"summary": "cart burns", "reason": "found at 12:00:00"}


def test_a_file_that_is_no_ledger_is_said_to_be_none(tmp_path: Path) -> None:
    broken = tmp_path / "alerting.sqlite"
    broken.write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(LedgerFault, match="could not open the alerting ledger"):
        Ledger(broken)
