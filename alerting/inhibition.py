"""Inhibition: an alert whose cause has an alert of its own is not sent.

By rules, as in Alertmanager: an alert that meets `targets` is inhibited while one fires that meets `sources` and
has the same values of the labels in `equal`. And by the service graph: an alert of a service is inhibited while one
fires of a service that it calls, directly or over others. Services that call each other in a circle do not inhibit each
other: one of them must be told of.

When the cause is over, what it held back ends a little later (the windows of the two are not the same requests): for
TAIL it is held back still, if it began before the cause ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from alerting.alerts.model import Alert, AlertState
from alerting.matchers import Matcher, matches_all

TAIL = timedelta(minutes=5)

SERVICE, NAMESPACE, CLUSTER = "service", "namespace", "cluster"

ServiceKey = tuple[str, str, str]
"""Cluster, namespace and service, as the labels say them; parts may be empty."""


@dataclass(frozen=True, slots=True)
class InhibitionRule:
    """See above. A label of `equal` that neither has is equal."""

    sources: tuple[Matcher, ...]
    targets: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()


class Dependencies(Protocol):
    """Whom services call."""

    def reach(self, service: ServiceKey) -> frozenset[ServiceKey]:
        """All services that this one's requests can come to, directly or over others, with all their parts. Empty parts
        of the one that is asked for mean any."""


@dataclass(frozen=True, slots=True)
class Inhibition:
    """An alert is not sent because of another; both by fingerprint. `reason` is for people."""

    target: str
    source: str
    reason: str


def inhibited(
    alerts: Iterable[Alert],
    rules: Sequence[InhibitionRule],
    now: datetime,
    dependencies: Dependencies | None = None,
) -> dict[str, Inhibition]:
    """Which of these alerts are inhibited at a time, by fingerprint: firing ones, by firing ones and those just
    over."""
    inhibiting = sorted((alert for alert in alerts if _inhibits(alert, now)), key=_firing_first)
    by_mark = {alert.fingerprint: alert for alert in inhibiting}
    found: dict[str, Inhibition] = {}
    for rule in rules:
        for inhibition in _by_rule(inhibiting, rule):
            found.setdefault(inhibition.target, inhibition)
    if dependencies is not None:
        for inhibition in _by_dependency(inhibiting, dependencies):
            found.setdefault(inhibition.target, inhibition)
    return {mark: each for mark, each in found.items() if _holds(by_mark[each.source], by_mark[mark])}


def _firing_first(alert: Alert) -> tuple[bool, str]:
    return alert.state is not AlertState.FIRING, alert.fingerprint


def _inhibits(alert: Alert, now: datetime) -> bool:
    if alert.state is AlertState.RESOLVED:
        return alert.ends_at is not None and now - alert.ends_at < TAIL
    return alert.state is AlertState.FIRING


def _holds(source: Alert, target: Alert) -> bool:
    """Whether the target fires, and the source has not ended before it began."""
    if target.state is not AlertState.FIRING:
        return False
    return source.ends_at is None or target.starts_at <= source.ends_at


def service_key(labels: Mapping[str, str]) -> ServiceKey | None:
    """The service that an alert is about; None if it names none."""
    service = labels.get(SERVICE, "")
    return (labels.get(CLUSTER, ""), labels.get(NAMESPACE, ""), service) if service else None


def _by_rule(alerts: Sequence[Alert], rule: InhibitionRule) -> Iterable[Inhibition]:
    sources: dict[tuple[str, ...], Alert] = {}
    both: set[str] = set()
    for alert in alerts:
        if matches_all(rule.sources, alert.labels):
            # One that is source and target at once is no source for others of its kind, as in Alertmanager.
            if matches_all(rule.targets, alert.labels):
                both.add(alert.fingerprint)
                continue
            sources.setdefault(_values(alert, rule.equal), alert)
    for alert in alerts:
        source = sources.get(_values(alert, rule.equal))
        if source is not None and alert.fingerprint not in both and matches_all(rule.targets, alert.labels):
            yield Inhibition(alert.fingerprint, source.fingerprint, f"{source.name or 'another alert'} fires")


def _values(alert: Alert, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(alert.labels.get(name, "") for name in names)


def _by_dependency(alerts: Sequence[Alert], dependencies: Dependencies) -> Iterable[Inhibition]:
    services: dict[ServiceKey, Alert] = {}
    for alert in alerts:
        key = service_key(alert.labels)
        if key is not None:
            services.setdefault(key, alert)
    reached = {key: _alerting(dependencies.reach(key), services) for key in services}
    for alert in alerts:
        key = service_key(alert.labels)
        if key is None:
            continue
        causes = (
            other
            for other in reached[key]
            if other != key and key not in reached[other] and _holds(services[other], alert)
        )
        cause = min(causes, default=None)
        if cause is not None:
            reason = f"{cause[2]}, which {key[2]} depends on, has an alert of its own"
            yield Inhibition(alert.fingerprint, services[cause].fingerprint, reason)


def _alerting(reached: frozenset[ServiceKey], services: Iterable[ServiceKey]) -> set[ServiceKey]:
    """Those of the alerting services that are among the reached ones."""
    named: dict[str, list[ServiceKey]] = {}
    for key in reached:
        named.setdefault(key[2], []).append(key)
    return {key for key in services if any(fits(key, other) for other in named.get(key[2], ()))}


def fits(asked: ServiceKey, found: ServiceKey) -> bool:
    """Whether a service is the one that is asked for, of which cluster and namespace may be left open."""
    return asked[2] == found[2] and all(not part or part == whole for part, whole in zip(asked, found, strict=True))
