"""The bodies of /api/v1/alerts, /silences, /notifications and /audit."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from alerting.alerts.model import Alert
from alerting.ledger.ledger import AuditEntry, Event
from alerting.ledger.notifications import LogEntry
from alerting.notify.alertmanager import moment
from alerting.outbox import Outcome
from alerting.pager import AlertStatus
from alerting.silences import Silence, SilenceState
from dashboard.reads.alerts import AlertHistory

Time = Annotated[str, Field(description="RFC 3339, UTC.")]
Labels = dict[str, str]


class AcknowledgementBody(TypedDict):
    """Who has an alert in hand."""

    by: str
    at: Time
    comment: str


class AlertBody(TypedDict):
    """One alert."""

    fingerprint: str
    state: Annotated[str, Field(description="pending, firing or resolved.")]
    source: Annotated[str, Field(description="slo, hub, heartbeat or posted.")]
    labels: Labels
    annotations: Annotated[Labels, Field(description="Texts: summary, description, reason, runbook_url, …")]
    starts_at: Time
    fired_at: Time | None
    ends_at: Time | None
    generator_url: str
    acknowledged: AcknowledgementBody | None
    flapping: bool
    silenced_by: Annotated[list[str], Field(description="Ids of silences.")]
    inhibited_by: Annotated[str, Field(description="Fingerprint of the alert that holds it back; empty: none.")]
    inhibited_because: str


class AlertsBody(TypedDict):
    """All alerts that go on, latest first."""

    alerts: list[AlertBody]


class EventBody(TypedDict):
    """A moment in the life of an alert."""

    at: Time
    fingerprint: str
    what: str
    text: str


class AttemptBody(TypedDict):
    """One attempt to deliver a notification."""

    at: Time
    outcome: str
    detail: str


class NotificationBody(TypedDict):
    """What one channel of a receiver was told, or is owed."""

    id: int
    receiver: str
    channel: str
    group_key: str
    group_labels: Labels
    reason: str
    status: Annotated[str, Field(description="firing or resolved.")]
    state: Annotated[str, Field(description="waiting, delivered, refused or superseded.")]
    created_at: Time
    next_attempt_at: Time | None
    alerts: Annotated[list[str], Field(description="Fingerprints.")]
    attempts: list[AttemptBody]


class NotificationsBody(TypedDict):
    """The notification log, newest first."""

    notifications: list[NotificationBody]


class AlertHistoryBody(TypedDict):
    """One alert, what happened to it, and what receivers were told of it; newest first."""

    alert: AlertBody
    events: list[EventBody]
    notifications: list[NotificationBody]


class MatcherBody(TypedDict):
    """One matcher of a silence."""

    name: str
    operator: str
    value: str


class SilenceBody(TypedDict):
    """One silence."""

    id: str
    state: Annotated[str, Field(description="pending, active or expired.")]
    matchers: list[MatcherBody]
    starts_at: Time
    ends_at: Time
    created_by: str
    comment: str


class SilencesBody(TypedDict):
    """All silences."""

    silences: list[SilenceBody]


class SilencePreviewBody(TypedDict):
    """The alerts that a silence would cover."""

    alerts: Annotated[list[str], Field(description="Fingerprints.")]


class AuditBody(TypedDict):
    """Who changed what, newest first."""

    entries: list[dict[str, str]]


class TestBody(TypedDict):
    """How a test went, by channel."""

    channels: list[dict[str, str]]


class Wanted(BaseModel):
    """A body that is sent to the hub: unknown keys are faults."""

    model_config = ConfigDict(extra="forbid")


class WantedSilence(Wanted):
    """A silence to be made, or with `id` to be changed."""

    matchers: Annotated[str, Field(max_length=10_000, description='Like service="cart", severity=~"page|ticket".')]
    starts_at: Annotated[str, Field(max_length=64, description="RFC 3339; now if it is left out.")] = ""
    ends_at: Annotated[str, Field(max_length=64, description="RFC 3339; or a `duration`.")] = ""
    duration: Annotated[str, Field(max_length=16, description="A length: 30m, 2h, 1d.")] = ""
    created_by: Annotated[str, Field(min_length=1, max_length=200)]
    comment: Annotated[str, Field(max_length=4_000)] = ""
    id: Annotated[str, Field(max_length=64)] = ""


class Deed(Wanted):
    """Who does something, and why."""

    by: Annotated[str, Field(min_length=1, max_length=200)]
    comment: Annotated[str, Field(max_length=4_000)] = ""


def show_alert(status: AlertStatus) -> AlertBody:
    """One alert."""
    alert, held = status.alert, status.alert.acknowledged
    return {
        "fingerprint": alert.fingerprint,
        "state": alert.state.value,
        "source": status.source,
        "labels": dict(sorted(alert.labels.items())),
        "annotations": dict(sorted(alert.annotations.items())),
        "starts_at": moment(alert.starts_at),
        "fired_at": moment(alert.fired_at) if alert.fired_at else None,
        "ends_at": moment(alert.ends_at) if alert.ends_at else None,
        "generator_url": alert.generator_url,
        "acknowledged": {"by": held.by, "at": moment(held.at), "comment": held.comment} if held else None,
        "flapping": alert.flapping,
        "silenced_by": list(status.silenced_by),
        "inhibited_by": status.inhibited_by.source if status.inhibited_by else "",
        "inhibited_because": status.inhibited_by.reason if status.inhibited_by else "",
    }


def show_history(history: AlertHistory) -> AlertHistoryBody:
    """One alert with its history."""
    return {
        "alert": show_alert(history.status),
        "events": [show_event(event) for event in history.events],
        "notifications": [show_notification(entry) for entry in history.notifications],
    }


def show_event(event: Event) -> EventBody:
    """A moment in the life of an alert."""
    return {"at": moment(event.at), "fingerprint": event.fingerprint, "what": event.what, "text": event.text}


def show_notification(entry: LogEntry) -> NotificationBody:
    """A notification with its attempts."""
    told = entry.notification
    return {
        "id": told.id,
        "receiver": told.receiver,
        "channel": told.channel,
        "group_key": told.group_key,
        "group_labels": dict(told.group_labels),
        "reason": told.reason,
        "status": told.status,
        "state": entry.state.value,
        "created_at": moment(told.created_at),
        "next_attempt_at": moment(entry.next_at) if entry.state.value == "waiting" else None,
        "alerts": [alert.fingerprint for alert in told.alerts],
        "attempts": [{"at": moment(a.at), "outcome": a.outcome, "detail": a.detail} for a in entry.attempts],
    }


def show_silence(silence: Silence, state: SilenceState) -> SilenceBody:
    """One silence."""
    return {
        "id": silence.id,
        "state": state.value,
        "matchers": [{"name": m.name, "operator": m.operator, "value": m.value} for m in silence.matchers],
        "starts_at": moment(silence.starts_at),
        "ends_at": moment(silence.ends_at),
        "created_by": silence.created_by,
        "comment": silence.comment,
    }


def show_preview(alerts: list[Alert]) -> SilencePreviewBody:
    """The alerts that a silence would cover."""
    return {"alerts": [alert.fingerprint for alert in alerts]}


def show_audit(entries: list[AuditEntry]) -> AuditBody:
    """The audit log."""
    return {
        "entries": [
            {"at": moment(e.at), "who": e.who, "what": e.what, "subject": e.subject, "detail": e.detail}
            for e in entries
        ]
    }


def show_test(outcomes: list[tuple[str, Outcome]]) -> TestBody:
    """How a test went."""
    return {
        "channels": [
            {"channel": name, "outcome": outcome.result.value, "detail": outcome.detail} for name, outcome in outcomes
        ]
    }
