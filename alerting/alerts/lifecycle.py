"""How an alert lives, as a pure function of what was and what is seen.

| state    | met                                   | not met                                  | unknown |
|----------|---------------------------------------|------------------------------------------|---------|
| inactive | pending; firing if it need not wait   | inactive                                 | inactive|
| pending  | firing once it was met for `after`    | inactive                                 | pending |
| firing   | firing                                | resolved once not met for `linger`       | firing  |
| resolved | a new life: pending or firing         | resolved; inactive after `KEEP_RESOLVED` | as not met |

An alert that began to fire FLAPS times within FLAP_WINDOW flaps: it lingers for FLAP_WINDOW, so that it is one long
alert instead of many short ones. Time that runs backwards counts as no time.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from alerting.alerts.model import Alert, AlertState, Observation, Sighting

KEEP_RESOLVED = timedelta(hours=1)
FLAPS = 4
FLAP_WINDOW = timedelta(minutes=30)


def step(alert: Alert | None, seen: Observation, now: datetime) -> Alert | None:
    """The alert after an evaluation; None is inactive.

    Args:
        alert: as it was, None if it was inactive. Its fingerprint is that of the observation.
        seen: what the evaluation says of its condition.
        now: when. Not before what the alert has seen; where a clock was set back, nothing passes.
    """
    if alert is None:
        return _begin(seen, now, ()) if seen.sighting is Sighting.MET else None
    if seen.sighting is Sighting.UNKNOWN and alert.state is not AlertState.RESOLVED:
        return alert
    if seen.sighting is Sighting.MET:
        return _met(alert, seen, now)
    return _not_met(alert, seen, now)


def vanish(alert: Alert, now: datetime) -> Alert | None:
    """The alert after an evaluation that knew its condition no more (its SLO was taken away): it is over."""
    gone = Observation(alert.labels, Sighting.NOT_MET, alert.annotations)
    return _not_met(replace(alert, flapping=False), gone, now)


def _begin(seen: Observation, now: datetime, changes: tuple[datetime, ...]) -> Alert:
    begun = Alert(
        seen.fingerprint,
        seen.labels,
        seen.annotations,
        AlertState.PENDING,
        starts_at=now,
        last_met=now,
        generator_url=seen.generator_url,
        changes=changes,
    )
    return begun if seen.after > timedelta(0) else _fire(begun, now)


def _fire(alert: Alert, now: datetime) -> Alert:
    changes = (*(at for at in alert.changes if now - at <= FLAP_WINDOW), now)[-FLAPS:]
    return replace(alert, state=AlertState.FIRING, fired_at=now, changes=changes, flapping=len(changes) == FLAPS)


def _met(alert: Alert, seen: Observation, now: datetime) -> Alert:
    if alert.state is AlertState.RESOLVED:
        return _begin(seen, now, alert.changes)
    # What an alert says is what was so when it was last met: the reason stays readable when it is over.
    met = replace(
        alert,
        annotations=seen.annotations,
        generator_url=seen.generator_url,
        last_met=max(now, alert.last_met),
    )
    if alert.state is AlertState.PENDING and now - alert.starts_at >= seen.after:
        return _fire(met, now)
    return met


def _not_met(alert: Alert, seen: Observation, now: datetime) -> Alert | None:
    if alert.state is AlertState.PENDING:
        return None
    if alert.state is AlertState.RESOLVED:
        return None if alert.ends_at is not None and now - alert.ends_at >= KEEP_RESOLVED else alert
    linger = max(seen.linger, FLAP_WINDOW) if alert.flapping else seen.linger
    if now - alert.last_met < linger:
        return alert
    return replace(alert, state=AlertState.RESOLVED, ends_at=now)
