"""Groups of alerts, and when a receiver is told of them: pure decisions on what was told last.

The order is that of Alertmanager's pipeline: inhibit, silence, mute, wait, deduplicate (its docs/high_availability.md).
A resolve is owed if the firing was told, also in a mute time; what never was told is not told when it is over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerting.alerts.model import Alert, AlertState
from alerting.routing.model import Route, routes_of


class Reason(StrEnum):
    """Why a receiver is told."""

    FIRST = "first_notification"
    NEW_ALERTS = "new_alerts_in_group"
    NEW_RESOLVED = "new_resolved_alerts"
    ALL_RESOLVED = "all_alerts_resolved"
    REPEAT = "repeat_interval_elapsed"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts of one route with the same group labels, by fingerprint. Firing ones that are silenced or inhibited are
    not in."""

    route: Route
    labels: Mapping[str, str]
    alerts: tuple[Alert, ...]

    @property
    def key(self) -> str:
        """What names the group for good, as Alertmanager writes group keys."""
        labels = ", ".join(f'{name}="{value}"' for name, value in self.labels.items())
        return f"{self.route.id}:{self.route.receiver}:{{{labels}}}"

    @property
    def firing(self) -> tuple[Alert, ...]:
        return tuple(alert for alert in self.alerts if alert.state is AlertState.FIRING)

    @property
    def resolved(self) -> tuple[Alert, ...]:
        return tuple(alert for alert in self.alerts if alert.state is AlertState.RESOLVED)


@dataclass(frozen=True, slots=True)
class Told:
    """What a receiver was last told of a group: fingerprints, and when."""

    key: str
    at: datetime
    firing: frozenset[str] = frozenset()
    resolved: frozenset[str] = frozenset()
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """A receiver is to be told of a group now."""

    group: Group
    reason: Reason
    told: Told
    """What it was told then."""


def group(alerts: Iterable[Alert], root: Route) -> list[Group]:
    """Firing and resolved alerts in their groups, by key. A pending one is in none."""
    found: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[Route, list[Alert]]] = {}
    for alert in alerts:
        if alert.state is AlertState.PENDING:
            continue
        for route in routes_of(root, alert.labels):
            labels = tuple(route.group_labels(alert.labels).items())
            found.setdefault((route.id, labels), (route, []))[1].append(alert)
    made = [
        Group(route, dict(labels), tuple(sorted(members, key=lambda alert: alert.fingerprint)))
        for (_, labels), (route, members) in found.items()
    ]
    return sorted(made, key=lambda each: each.key)


def decide(each: Group, last: Told | None, now: datetime) -> Telling | None:
    """Whether a receiver is told of a group now, and why; None if not (yet).

    Args:
        each: the group as it is.
        last: what its receiver was last told; None if nothing, or if that is over and forgotten.
        now: when.
    """
    firing = frozenset(alert.fingerprint for alert in each.firing)
    resolved = frozenset(alert.fingerprint for alert in each.resolved)
    muted = bool(each.route.muted(now))
    if last is None or not last.firing:
        waited = bool(firing) and not muted and _waited(each, now)
        return _tell(each, Reason.FIRST, firing, frozenset(), now) if waited else None
    reason = _reason(each, last, firing, resolved, now)
    if muted and reason is not Reason.ALL_RESOLVED:
        return None
    return _tell(each, reason, firing, resolved & (last.firing | last.resolved), now) if reason else None


def over(last: Told) -> bool:
    """Whether a receiver knows that everything it was told of is over: nothing is owed, and it can be forgotten."""
    return not last.firing


def _reason(each: Group, last: Told, firing: frozenset[str], resolved: frozenset[str], now: datetime) -> Reason | None:
    passed = now - last.at
    owed = (last.firing - firing) & resolved
    if not firing and owed:
        return Reason.ALL_RESOLVED
    if firing - last.firing and passed >= each.route.group_interval:
        return Reason.NEW_ALERTS
    acknowledged = bool(firing) and all(alert.acknowledged for alert in each.firing)
    if acknowledged:
        return None if last.acknowledged else Reason.ACKNOWLEDGED
    if owed and passed >= each.route.group_interval:
        return Reason.NEW_RESOLVED
    if firing and passed >= each.route.repeat_interval:
        return Reason.REPEAT
    return None


def _tell(each: Group, reason: Reason, firing: frozenset[str], resolved: frozenset[str], now: datetime) -> Telling:
    acknowledged = bool(firing) and all(alert.acknowledged for alert in each.firing)
    return Telling(each, reason, Told(each.key, now, firing, resolved, acknowledged))


def _waited(each: Group, now: datetime) -> bool:
    """Whether the group's oldest firing alert has waited for others."""
    began = min(alert.fired_at or alert.starts_at for alert in each.firing)
    return now - began >= each.route.group_wait or now < began - timedelta(seconds=1)
