"""An alert, and what is seen of it in one evaluation."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

ALERT_NAME = "alertname"
SEVERITY = "severity"


class Sighting(StrEnum):
    """What an evaluation says of a condition."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    """Nothing was measured: what was so before stays so."""


class AlertState(StrEnum):
    """Where an alert is in its life. An alert that is inactive is not there at all."""

    PENDING = "pending"
    """The condition is met, but not for long enough."""
    FIRING = "firing"
    RESOLVED = "resolved"
    """It fired and is over; kept for a while, so that everybody hears of it."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One condition in one evaluation.

    `labels` are its identity, "alertname" and "severity" among them. `annotations` are texts for people ("summary",
    "description", "runbook_url", …). `after` is how long it must be met before it fires, `linger` how long it goes on
    firing after it is met no more: what comes and goes is one alert.
    """

    labels: Mapping[str, str]
    sighting: Sighting
    annotations: Mapping[str, str] = field(default_factory=dict)
    after: timedelta = timedelta(0)
    linger: timedelta = timedelta(0)
    generator_url: str = ""
    """Where it can be looked at."""

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.labels)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody has it in hand: no repetitions until it is over."""

    by: str
    at: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert in one life of it. Times are UTC.

    `starts_at` is when the condition was first met, `fired_at` when it began to fire, `last_met` when it was last met,
    `ends_at` when it was over. `changes` are the latest moments at which it began to fire, oldest first: many of them
    make it flap.
    """

    fingerprint: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    state: AlertState
    starts_at: datetime
    last_met: datetime
    generator_url: str = ""
    fired_at: datetime | None = None
    ends_at: datetime | None = None
    acknowledged: Acknowledgement | None = None
    changes: tuple[datetime, ...] = ()
    flapping: bool = False

    @property
    def name(self) -> str:
        return self.labels.get(ALERT_NAME, "")


def fingerprint(labels: Mapping[str, str]) -> str:
    """16 hex digits that stand for these labels, whatever their order."""
    joined = "\xff".join(f"{name}\xff{labels[name]}" for name in sorted(labels))
    return hashlib.blake2b(joined.encode(), digest_size=8).hexdigest()
