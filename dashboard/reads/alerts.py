"""Questions about alerts, and what people do about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerting.alerts.model import Alert, AlertState, Observation, Sighting
from alerting.groups import Group, group
from alerting.ledger.ledger import AuditEntry, Changes, Event
from alerting.ledger.notifications import LogEntry
from alerting.outbox import Notification, Outcome
from alerting.pager import AlertStatus
from alerting.posted import Posted
from alerting.routing.model import Route
from alerting.service import AlertingService
from alerting.silences import Silence
from meshhub.clock import Clock
from meshhub.errors import NotFound, UnusableRequest
from meshhub.principal import Role, named, require

HISTORY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """One alert, with what happened to it in the last 30 days, newest first, and what receivers were told of it."""

    status: AlertStatus
    events: tuple[Event, ...]
    notifications: tuple[LogEntry, ...]


class AlertReads:
    """Alerts, silences and notifications. Every method blocks, is thread-safe and raises LedgerFault,
    or NotFound where alerting does not run.

    `who` is the name of who does it, for the audit log.
    """

    def __init__(self, clock: Clock) -> None:
        self._connected: AlertingService | None = None
        self._clock = clock

    def connect(self, service: AlertingService) -> None:
        """Ask this service from now on."""
        self._connected = service

    @property
    def _service(self) -> AlertingService:
        if self._connected is None:
            raise NotFound("could not look at alerts: alerting does not run in this process")
        return self._connected

    def alerts(self) -> list[AlertStatus]:
        """All alerts that are pending, fire or were just over, latest first."""
        return self._service.pager.alerts(self._clock.now())

    def groups(self) -> list[Group]:
        """Firing alerts as receivers see them, by group key."""
        firing = [each.alert for each in self.alerts() if each.alert.state is AlertState.FIRING]
        return group(firing, self._service.notifications.routing.root)

    def alert(self, fingerprint: str) -> AlertHistory:
        """One alert.

        Raises:
            NotFound: none of those that go on, or were just over, has this fingerprint.
        """
        found = next((each for each in self.alerts() if each.alert.fingerprint == fingerprint), None)
        if found is None:
            raise NotFound(
                f"could not find the alert {fingerprint[:64]}: none that is pending, fires or was over in the last "
                "hour has this fingerprint"
            )
        events = self._service.ledger.events(self._clock.now() - HISTORY, fingerprint=fingerprint)
        told = [entry for entry in self.notifications(limit=500) if fingerprint in _fingerprints(entry)]
        return AlertHistory(found, tuple(events), tuple(told))

    def events(self, since: timedelta = HISTORY) -> list[Event]:
        """What happened to all alerts since, newest first."""
        return self._service.ledger.events(self._clock.now() - since)

    def acknowledge(self, fingerprint: str, who: str, comment: str = "") -> Alert:
        """Say that somebody has an alert in hand.

        Raises:
            NotFound: no such alert fires.
        """
        require(Role.OPERATOR, "acknowledge an alert")
        alert = self._service.pager.acknowledge(fingerprint, named(who), comment, self._clock.now())
        self._service.wake()
        return alert

    def silences(self) -> list[Silence]:
        """All silences, those that end last first."""
        return self._service.pager.silences()

    def silence(self, wanted: Silence, who: str) -> Silence:
        """Make or change a silence.

        Raises:
            UnusableSilence: it cannot be used.
        """
        require(Role.OPERATOR, "silence alerts")
        return self._service.pager.silence(wanted, named(who), self._clock.now())

    def preview(self, silence: Silence) -> list[Alert]:
        """The alerts that a silence would cover."""
        return self._service.pager.preview(silence)

    def expire(self, silence_id: str, who: str) -> None:
        """End a silence.

        Raises:
            NotFound: there is none with this id.
        """
        require(Role.OPERATOR, "end a silence")
        self._service.pager.expire(silence_id, named(who), self._clock.now())
        self._service.wake()

    def post(self, alerts: Sequence[Posted]) -> None:
        """Take alerts of other tools.

        Raises:
            UnusableAlert: one of them cannot be taken.
        """
        require(Role.OPERATOR, "post alerts")
        self._service.posted.take(alerts, self._clock.now())

    def notifications(self, *, limit: int = 200, before: int | None = None) -> list[LogEntry]:
        """What receivers were told, newest first."""
        return self._service.ledger.log(limit=limit, before=before)

    def audit(self) -> list[AuditEntry]:
        """Who changed what, newest first."""
        return self._service.ledger.audit()

    def receivers(self) -> dict[str, Sequence[str]]:
        """The names of receivers, each with its channels."""
        return dict(self._service.notifications.routing.channels)

    def routes(self) -> Route:
        """The routing tree."""
        return self._service.notifications.routing.root

    def test(self, receiver: str, who: str) -> list[tuple[str, Outcome]]:
        """Send a test notification over every channel of a receiver at once; how each went.

        Raises:
            NotFound: there is no such receiver.
            UnusableRequest: it has no channels.
        """
        require(Role.OPERATOR, "test a receiver")
        who = named(who)
        channels = self._service.notifications.routing.channels
        if receiver not in channels:
            known = ", ".join(sorted(channels)) or "none"
            raise NotFound(f"could not test the receiver {receiver[:200]}: there is none; there are: {known}")
        if not channels[receiver]:
            raise UnusableRequest(f"could not test the receiver {receiver}: it has no channels")
        now = self._clock.now()
        self._service.ledger.commit(Changes(audit=[AuditEntry(now, who, "test", receiver)]), {}, now)
        return [(name, self._try(receiver, name, who, now)) for name in channels[receiver]]

    def _try(self, receiver: str, channel: str, who: str, now: datetime) -> Outcome:
        notification = _test_notification(receiver, channel, who, now)
        service = self._service
        return service.delivery.deliver(service.notifications.channels[receiver, channel], notification)


def _fingerprints(entry: LogEntry) -> set[str]:
    return {alert.fingerprint for alert in entry.notification.alerts}


def _test_notification(receiver: str, channel: str, who: str, now: datetime) -> Notification:
    seen = Observation(
        {"alertname": "MeshhubTest", "severity": "info"},
        Sighting.MET,
        {"summary": "A test of meshhub's notifications", "description": f"{who} asked for it. Nothing is wrong."},
    )
    alert = Alert(seen.fingerprint, seen.labels, seen.annotations, AlertState.FIRING, now, now, fired_at=now)
    key = f"test:{receiver}:{now.timestamp()}"
    return Notification(0, key, {}, receiver, channel, "first_notification", "firing", now, (alert,))
