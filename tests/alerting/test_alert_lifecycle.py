"""The life of an alert, entry by entry of its table, and what must hold whatever is seen."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting.alerts.lifecycle import FLAP_WINDOW, FLAPS, KEEP_RESOLVED, step, vanish
from alerting.alerts.model import Alert, AlertState, Observation, Sighting, fingerprint

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LABELS = {"alertname": "Burn", "service": "cart"}
MET, NOT_MET, UNKNOWN = Sighting.MET, Sighting.NOT_MET, Sighting.UNKNOWN


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def seen(sighting: Sighting, *, after: float = 0, linger: float = 0, text: str = "") -> Observation:
    return Observation(LABELS, sighting, {"summary": text}, minutes(after), minutes(linger))


def live(*sightings: tuple[float, Sighting], after: float = 0, linger: float = 0) -> list[str]:
    """The states of an alert after each sighting at a minute."""
    alert: Alert | None = None
    states = []
    for minute, sighting in sightings:
        alert = step(alert, seen(sighting, after=after, linger=linger), NOON + minutes(minute))
        states.append(alert.state.value if alert else "inactive")
    return states


@pytest.mark.parametrize(
    ("sightings", "after", "linger", "states"),
    [
        pytest.param([(0, NOT_MET), (1, UNKNOWN)], 0, 0, ["inactive", "inactive"], id="nothing is seen"),
        pytest.param([(0, MET)], 0, 0, ["firing"], id="fires at once"),
        pytest.param(
            [(0, MET), (1, MET), (2, MET)], 2, 0, ["pending", "pending", "firing"], id="fires when long enough"
        ),
        pytest.param([(0, MET), (1, NOT_MET), (2, MET)], 2, 0, ["pending", "inactive", "pending"], id="waits anew"),
        pytest.param(
            [(0, MET), (1, UNKNOWN), (2, MET)], 2, 0, ["pending", "pending", "firing"], id="unknown holds pending"
        ),
        pytest.param([(0, MET), (1, UNKNOWN), (9, UNKNOWN)], 0, 0, ["firing"] * 3, id="unknown holds firing"),
        pytest.param([(0, MET), (1, NOT_MET)], 0, 0, ["firing", "resolved"], id="is over at once"),
        pytest.param([(0, MET), (4, NOT_MET), (5, NOT_MET)], 0, 5, ["firing", "firing", "resolved"], id="lingers"),
        pytest.param(
            [(0, MET), (4, NOT_MET), (5, MET), (9, NOT_MET)], 0, 5, ["firing"] * 4, id="lingers from the last"
        ),
        pytest.param([(0, MET), (1, NOT_MET), (2, MET)], 0, 0, ["firing", "resolved", "firing"], id="comes again"),
        pytest.param(
            [(0, MET), (1, NOT_MET), (2, MET)], 1, 0, ["pending", "inactive", "pending"], id="comes again waiting"
        ),
        pytest.param(
            [(0, MET), (1, NOT_MET), (62, NOT_MET)], 0, 0, ["firing", "resolved", "inactive"], id="is forgotten"
        ),
        pytest.param(
            [(0, MET), (1, NOT_MET), (62, UNKNOWN)], 0, 0, ["firing", "resolved", "inactive"], id="also unseen"
        ),
        pytest.param([(0, MET), (-60, MET), (1, MET)], 5, 0, ["pending"] * 3, id="a clock set back is no time"),
    ],
)
def test_the_table(sightings: list[tuple[float, Sighting]], after: float, linger: float, states: list[str]) -> None:
    assert live(*sightings, after=after, linger=linger) == states


def test_it_says_what_was_so_when_it_was_last_met() -> None:
    firing = step(None, seen(MET, text="12 % failed"), NOON)
    later = step(firing, seen(MET, text="14 % failed"), NOON + minutes(1))
    over = step(later, seen(NOT_MET, text="0 % failed"), NOON + minutes(2))
    assert over is not None
    assert (over.annotations["summary"], over.starts_at, over.ends_at) == ("14 % failed", NOON, NOON + minutes(2))


def test_one_that_comes_and_goes_becomes_one_long_alert() -> None:
    alert: Alert | None = None
    fired = 0
    for minute in range(20):
        before = alert
        alert = step(alert, seen(MET if minute % 2 == 0 else NOT_MET), NOON + minutes(minute))
        fired += alert is not None and alert.state is AlertState.FIRING and before is not None and alert is not before
    assert alert is not None
    assert (alert.flapping, alert.state) == (True, AlertState.FIRING)
    assert len(alert.changes) == FLAPS
    quiet = step(alert, seen(NOT_MET), alert.last_met + FLAP_WINDOW)
    assert quiet is not None
    assert quiet.state is AlertState.RESOLVED


def test_what_is_evaluated_no_more_is_over() -> None:
    firing = step(None, seen(MET, linger=30), NOON)
    assert firing is not None
    gone = vanish(firing, NOON + minutes(1))
    assert gone is not None
    assert gone.state is AlertState.RESOLVED
    assert vanish(gone, NOON + minutes(1) + KEEP_RESOLVED) is None


@given(
    st.lists(st.tuples(st.floats(0, 30), st.sampled_from(list(Sighting))), max_size=60),
    st.floats(0, 10),
    st.floats(0, 10),
)
def test_whatever_is_seen_it_fires_only_when_met_and_ends_only_when_not(
    sightings: list[tuple[float, Sighting]], after: float, linger: float
) -> None:
    alert: Alert | None = None
    now = NOON
    for passed, sighting in sightings:
        now += minutes(passed)
        before, alert = alert, step(alert, seen(sighting, after=after, linger=linger), now)
        was, state = before and before.state, alert and alert.state
        if alert is not None and state is AlertState.FIRING and was is not AlertState.FIRING:
            assert sighting is MET
            assert now - alert.starts_at >= minutes(after) or after == 0
        if alert is not None and state is AlertState.RESOLVED and was is not AlertState.RESOLVED:
            assert sighting is NOT_MET
            assert alert.fired_at is not None
        if alert is not None:
            assert alert.starts_at <= alert.last_met <= now


def test_labels_are_an_identity_whatever_their_order() -> None:
    assert fingerprint({"a": "1", "b": "2"}) == fingerprint({"b": "2", "a": "1"})
    assert len({fingerprint(labels) for labels in ({"a": "1b"}, {"a1": "b"}, {"a": "1", "b": ""})}) == 3
