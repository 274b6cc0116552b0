"""The pager: turns what evaluations see into alerts, and alerts into what receivers are owed.

Every call is one transaction of the ledger: the alerts it changed and the notifications it owes are written together,
so a crash between seeing and sending loses neither and repeats neither.
"""

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeVar

from alerting.alerts.lifecycle import step, vanish
from alerting.alerts.model import Acknowledgement, Alert, AlertState, Observation
from alerting.groups import Group, Told, decide, group, over
from alerting.inhibition import Dependencies, Inhibition, InhibitionRule, inhibited
from alerting.ledger.ledger import AuditEntry, Changes, Event, Ledger
from alerting.routing.model import Route
from alerting.silences import Silence, check, covering, expire
from meshhub.errors import NotFound
from storage.shared.database import Overtaken

INHIBITION_SECONDS = 5.0
ATTEMPTS = 10
"""How often a change of a person is made again because another process was first."""

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Routing:
    """Who is told of what: the tree, the rules of inhibition, and the channels of each receiver."""

    root: Route
    inhibition: tuple[InhibitionRule, ...] = ()
    channels: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertStatus:
    """An alert and what holds it back, if anything does."""

    alert: Alert
    source: str
    silenced_by: tuple[str, ...]
    inhibited_by: Inhibition | None


class Annotator(Protocol):
    """Says more of an alert that is about to fire: the reason in the page."""

    def annotate(self, alert: Alert, now: datetime) -> Mapping[str, str]:
        """Annotations to add. Never fails; empty if nothing is to be said."""


class Pager:
    """All alerts of a hub. Thread-safe."""

    def __init__(
        self,
        ledger: Ledger,
        routing: Routing,
        dependencies: Dependencies | None = None,
        annotator: Annotator | None = None,
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        """Goes on where the ledger ended. `leads` is whether it is this process that owes receivers what is to be told;
        the changes that people make can be made in any.

        Raises:
            LedgerFault: it cannot be read.
        """
        self._ledger = ledger
        self._routing = routing
        self._dependencies = dependencies
        self._annotator = annotator
        self._leads = leads
        self._lock = threading.RLock()
        self._alerts: dict[str, tuple[str, Alert]] = {}
        self._told: dict[str, Told] = {}
        self._silences: dict[str, Silence] = {}
        self._held: tuple[Hashable, dict[str, Inhibition]] = (None, {})
        self._revision = 0
        self._remember()

    def follow(self) -> None:
        """Take over what other processes did to the ledger.

        Raises:
            LedgerFault: it cannot be read.
        """
        self._ledger.follow()
        with self._lock:
            if self._ledger.revision != self._revision:
                self._remember()

    def evaluate(self, source: str, observations: Sequence[Observation], now: datetime) -> None:
        """Take one evaluation of a source: all its conditions. An alert of the source that is not among them is over.

        Raises:
            LedgerFault: nothing of it counts; the next evaluation begins where this one did.
            Overtaken: the same, because another process changed something; the next one is on that.
            Deposed: the same, because another process leads.
        """
        with self._lock:
            changes = Changes()
            seen = {observation.fingerprint: observation for observation in observations}
            after: dict[str, Alert | None] = {}
            for mark, observation in seen.items():
                before = self._alert(mark)
                after[mark] = self._annotated(before, step(before, observation, now), now)
            for mark, (owner, alert) in self._alerts.items():
                if owner == source and mark not in seen:
                    after[mark] = vanish(alert, now)
            self._take(source, after, changes, now)
            self._commit(changes, now)

    def tick(self, now: datetime) -> None:
        """Tell what is to be told by the passing of time alone (waits, intervals, ends of silences)."""
        with self._lock:
            self._commit(Changes(), now)

    def alerts(self, now: datetime) -> list[AlertStatus]:
        """All alerts, by when they began, latest first."""
        with self._lock:
            held = self._inhibited(now)
            silences = tuple(self._silences.values())
            found = [
                AlertStatus(alert, source, covering(silences, alert.labels, now), held.get(mark))
                for mark, (source, alert) in self._alerts.items()
            ]
        return sorted(found, key=lambda each: (each.alert.starts_at, each.alert.fingerprint), reverse=True)

    def silences(self) -> list[Silence]:
        """All silences, by when they end, latest first."""
        with self._lock:
            return sorted(self._silences.values(), key=lambda each: (each.ends_at, each.id), reverse=True)

    def silence(self, wanted: Silence, who: str, now: datetime) -> Silence:
        """Make a silence, or change the one with its id.

        Raises:
            UnusableSilence: it cannot be used.
        """
        usable = check(wanted, now)

        def change() -> Silence:
            changes = Changes(silences=[usable])
            matchers = ", ".join(str(matcher) for matcher in usable.matchers)
            changes.audit.append(AuditEntry(now, who, "silence", usable.id, f"{matchers} until {usable.ends_at}"))
            self._silences[usable.id] = usable
            self._commit(changes, now)
            return usable

        return self._on_the_newest(change)

    def expire(self, silence_id: str, who: str, now: datetime) -> None:
        """End a silence now.

        Raises:
            NotFound: there is no such silence.
        """

        def change() -> None:
            if silence_id not in self._silences:
                raise NotFound(f"could not end the silence {silence_id}: there is none with this id")
            ended = expire(self._silences[silence_id], now)
            self._silences[silence_id] = ended
            self._commit(Changes(silences=[ended], audit=[AuditEntry(now, who, "expire", silence_id)]), now)

        self._on_the_newest(change)

    def preview(self, silence: Silence) -> list[Alert]:
        """The alerts that go on and that a silence would cover."""
        with self._lock:
            alive = [alert for _, alert in self._alerts.values() if alert.state is not AlertState.RESOLVED]
        return [alert for alert in alive if silence.covers(alert.labels, silence.starts_at)]

    def acknowledge(self, mark: str, who: str, comment: str, now: datetime) -> Alert:
        """Say that somebody has an alert in hand.

        Raises:
            NotFound: no such alert fires.
        """

        def change() -> Alert:
            source, alert = self._alerts.get(mark, ("", None))
            if alert is None or alert.state is not AlertState.FIRING:
                raise NotFound(f"could not acknowledge the alert {mark}: no such alert fires")
            held = replace(alert, acknowledged=Acknowledgement(who, now, comment))
            self._alerts[mark] = source, held
            changes = Changes(
                alerts=[(source, held)],
                events=[Event(now, mark, "acknowledged", who)],
                audit=[AuditEntry(now, who, "acknowledge", mark, comment)],
            )
            self._commit(changes, now)
            return held

        return self._on_the_newest(change)

    def _on_the_newest(self, change: Callable[[], ResultT]) -> ResultT:
        """Make a change; again, where another process made one first."""
        with self._lock:
            for _ in range(ATTEMPTS):
                try:
                    return change()
                except Overtaken:
                    continue
            raise Overtaken

    def _remember(self) -> None:
        remembered = self._ledger.remembered()
        self._alerts, self._silences = dict(remembered.alerts), dict(remembered.silences)
        self._told = dict(remembered.told)
        self._revision = remembered.revision

    def _alert(self, mark: str) -> Alert | None:
        return self._alerts[mark][1] if mark in self._alerts else None

    def _annotated(self, before: Alert | None, after: Alert | None, now: datetime) -> Alert | None:
        fired = after is not None and after.state is AlertState.FIRING
        if after is None or not fired or self._annotator is None:
            return after
        if before is not None and before.state is AlertState.FIRING:
            # The reason is found once, when it begins: it stays beside what the evaluation says meanwhile.
            kept = {name: text for name, text in before.annotations.items() if name not in after.annotations}
            return replace(after, annotations={**kept, **after.annotations}) if kept else after
        return replace(after, annotations={**after.annotations, **self._annotator.annotate(after, now)})

    def _take(self, source: str, after: Mapping[str, Alert | None], changes: Changes, now: datetime) -> None:
        owed = {mark for told in self._told.values() for mark in told.firing}
        for mark, alert in after.items():
            before = self._alert(mark)
            if alert == before:
                continue
            if alert is None:
                # One that receivers think is firing stays until they heard of its end.
                if mark in owed:
                    continue
                changes.gone.append(mark)
                del self._alerts[mark]
            else:
                owner = self._alerts[mark][0] if mark in self._alerts else source
                changes.alerts.append((owner, alert))
                self._alerts[mark] = owner, alert
            was = before.state.value if before else "inactive"
            what = alert.state.value if alert else "inactive"
            if what != was:
                changes.events.append(Event(now, mark, what, alert.name if alert else ""))

    def _commit(self, changes: Changes, now: datetime) -> None:
        told = self._tell(changes, now) if self._leads() else self._told
        try:
            self._ledger.commit(changes, self._routing.channels, now, self._revision)
        except BaseException:
            # What is not written did not happen: go on from what the ledger has.
            self._remember()
            raise
        self._told = told

    def _tell(self, changes: Changes, now: datetime) -> dict[str, Told]:
        """Owe what is to be told now; what receivers know then."""
        told = dict(self._told)
        held, silences = self._inhibited(now), tuple(self._silences.values())
        open_alerts = [
            alert
            for mark, (_, alert) in self._alerts.items()
            if alert.state is AlertState.RESOLVED or (mark not in held and not covering(silences, alert.labels, now))
        ]
        groups = group(open_alerts, self._routing.root)
        for key in self._orphaned(told, groups):
            told.pop(key)
            changes.forgotten.append(key)
        for each in groups:
            telling = decide(each, told.get(each.key), now)
            if telling is None:
                continue
            changes.tellings.append(telling)
            if over(telling.told):
                told.pop(each.key, None)
                changes.forgotten.append(each.key)
            else:
                told[each.key] = telling.told
                changes.told.append(telling.told)
        return told

    def _orphaned(self, told: Mapping[str, Told], groups: Sequence[Group]) -> list[str]:
        """What was told of groups that cannot come again: the routing was changed, and their alerts are gone."""
        known = {each.key for each in groups}
        return [key for key, last in told.items() if key not in known and not (last.firing & self._alerts.keys())]

    def _inhibited(self, now: datetime) -> dict[str, Inhibition]:
        """Worked out anew when other alerts fire, and every few seconds, because who calls whom may change."""
        alerts = [alert for _, alert in self._alerts.values() if alert.state is not AlertState.PENDING]
        states = frozenset((alert.fingerprint, alert.state) for alert in alerts)
        state = states, now.timestamp() // INHIBITION_SECONDS
        if self._held[0] != state:
            self._held = state, inhibited(alerts, self._routing.inhibition, now, self._dependencies)
        return self._held[1]
