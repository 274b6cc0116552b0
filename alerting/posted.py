"""Alerts that other tools post, as they would to Alertmanager: over at their end, or when nobody repeats them."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerting.alerts.model import ALERT_NAME, Alert, AlertState, Observation, Sighting, fingerprint
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
    """What is posted now. Thread-safe.

    `remembered` are those of before a restart: they go on until it is known whether somebody repeats them.
    """

    def __init__(self, remembered: Iterable[Alert], now: datetime) -> None:
        self._lock = threading.Lock()
        self._alerts = {
            alert.fingerprint: Posted(alert.labels, alert.annotations, alert.generator_url, now + RESOLVE_TIMEOUT)
            for alert in remembered
            if alert.state is not AlertState.RESOLVED
        }

    def take(self, alerts: Sequence[Posted], now: datetime) -> None:
        """Take alerts, all of them or none.

        Raises:
            UnusableAlert: one of them cannot be taken, or there are too many.
        """
        for number, alert in enumerate(alerts):
            _check(number, alert)
        with self._lock:
            merged = self._alerts | {fingerprint(alert.labels): alert for alert in alerts}
            alive = {mark: alert for mark, alert in merged.items() if alert.ends_at > now - RESOLVE_TIMEOUT}
            if len(alive) > MAX_ALERTS:
                raise UnusableAlert(f"could not take the alerts: more than {MAX_ALERTS:,} would go on at a time")
            self._alerts = alive

    def observe(self, now: datetime) -> list[Observation]:
        """All of them, met until they end."""
        with self._lock:
            alerts = list(self._alerts.values())
        return [
            Observation(
                alert.labels,
                Sighting.MET if now < alert.ends_at else Sighting.NOT_MET,
                alert.annotations,
                generator_url=alert.generator_url,
            )
            for alert in alerts
        ]


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
