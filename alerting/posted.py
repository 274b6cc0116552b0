"""Alerts that other tools post, as they would to Alertmanager: over at their end, or when nobody repeats them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerting.alerts.model import ALERT_NAME, Alert, AlertState, Observation, Sighting, fingerprint
from alerting.ledger.ledger import Ledger
from meshhub.errors import UnusableRequest

SOURCE = "posted"
RESOLVE_TIMEOUT = timedelta(minutes=5)
MAX_ALERTS, MAX_LABELS, MAX_NAME, MAX_VALUE = 10_000, 64, 256, 16_384


class UnusableAlert(UnusableRequest):
    """A posted alert cannot be taken. The message says which, and why."""


@dataclass(frozen=True, slots=True)
class Posted:
    """One alert as somebody posted it; without an end it is over `RESOLVE_TIMEOUT` after it was posted last."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    generator_url: str
    ends_at: datetime


class PostedAlerts:
    """What is posted, in the ledger: whichever process takes it, the one that leads knows it. Thread-safe."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def resume(self, remembered: Iterable[Alert], now: datetime) -> None:
        """Have alerts of before a restart go on until it is known whether somebody repeats them."""
        posted = self._ledger.posted()
        least = (now + RESOLVE_TIMEOUT).timestamp()
        kept = {
            alert.fingerprint: (max(least, posted.get(alert.fingerprint, (0.0, ""))[0]), _body(_of(alert, now)))
            for alert in remembered
            if alert.state is not AlertState.RESOLVED
        }
        if kept:
            self._ledger.post(kept, now - RESOLVE_TIMEOUT, MAX_ALERTS)

    def take(self, alerts: Sequence[Posted], now: datetime) -> None:
        """Take alerts, all of them or none.

        Raises:
            UnusableAlert: one of them cannot be taken, or there are too many.
            NotShared: the process that looks after alerts could not be told.
        """
        for number, alert in enumerate(alerts):
            _check(number, alert)
        posted = {fingerprint(alert.labels): (alert.ends_at.timestamp(), _body(alert)) for alert in alerts}
        if posted and not self._ledger.post(posted, now - RESOLVE_TIMEOUT, MAX_ALERTS):
            raise UnusableAlert(f"could not take the alerts: more than {MAX_ALERTS:,} would go on at a time")

    def observe(self, now: datetime) -> list[Observation]:
        """All of them, met until they end."""
        return [_observation(json.loads(body), ends_at, now) for ends_at, body in self._ledger.posted().values()]


def _of(alert: Alert, ends_at: datetime) -> Posted:
    return Posted(alert.labels, alert.annotations, alert.generator_url, ends_at)


def _body(alert: Posted) -> str:
    content = [dict(alert.labels), dict(alert.annotations), alert.generator_url]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _observation(content: list[Any], ends_at: float, now: datetime) -> Observation:
    labels, annotations, generator_url = content
    sighting = Sighting.MET if now.timestamp() < ends_at else Sighting.NOT_MET
    return Observation(labels, sighting, annotations, generator_url=generator_url)


def _check(number: int, alert: Posted) -> None:
    if not alert.labels.get(ALERT_NAME):
        raise UnusableAlert(f"could not take alert {number}: it has no label {ALERT_NAME}")
    for kind, given in (("labels", alert.labels), ("annotations", alert.annotations)):
        if len(given) > MAX_LABELS:
            raise UnusableAlert(f"could not take alert {number}: it has more than {MAX_LABELS} {kind}")
        for name, value in given.items():
            if not name or len(name) > MAX_NAME or len(value) > MAX_VALUE:
                raise UnusableAlert(
                    f"could not take alert {number}: a name or value of its {kind} is empty or too long"
                )
