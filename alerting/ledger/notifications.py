"""The outbox in the ledger: what is owed is written with what it is owed for; the newest of a group is what is sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from alerting.groups import Reason, Telling
from alerting.ledger import coding
from alerting.outbox import DeliveryState, Notification, Outcome, Result
from storage.shared.statements import Statements

MAX_ALERTS_KEPT = 1_000
"""How many alerts of a group a notification carries; their number is told in any case."""

_DUE = (
    "SELECT id, group_key, receiver, channel, reason, status, created_at, attempts, told_before, body FROM outbox "
    "WHERE state = 'waiting' AND next_at <= ? ORDER BY next_at, id LIMIT ?"
)
_LOG = (
    "SELECT id, group_key, receiver, channel, reason, status, created_at, attempts, told_before, body, state, next_at "
    "FROM outbox WHERE ? IS NULL OR id < ? ORDER BY id DESC LIMIT ?"
)
_ATTEMPTS = (
    "SELECT notification, at, outcome, detail FROM attempts "
    "WHERE notification IN (SELECT value FROM json_each(?)) ORDER BY rowid"
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver."""

    at: datetime
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A notification, where it is, and every attempt to deliver it, oldest first."""

    notification: Notification
    state: DeliveryState
    next_at: datetime
    attempts: tuple[Attempt, ...]


def owe(connection: Statements, telling: Telling, channel: str, now: datetime) -> None:
    """Put a notification into the outbox, in place of those of its group that wait.

    A resolve for a group of which the channel never was told, nor may have been, is superseded at once.
    """
    group, receiver = telling.group, telling.group.route.receiver
    place = (receiver, channel, group.key)
    resolved = not telling.told.firing
    waiting = connection.execute(
        "SELECT attempts, told_before FROM outbox WHERE receiver = ? AND channel = ? AND group_key = ? "
        "AND state = 'waiting' ORDER BY id",
        place,
    ).fetchall()
    connection.execute(
        "UPDATE outbox SET state = 'superseded' WHERE receiver = ? AND channel = ? AND group_key = ? "
        "AND state = 'waiting'",
        place,
    )
    told_before = any(tried or told for tried, told in waiting) if waiting else telling.reason is not Reason.FIRST
    state = DeliveryState.SUPERSEDED if resolved and not told_before else DeliveryState.WAITING
    alerts = [*group.resolved, *group.firing] if resolved else [*group.firing, *_owed_resolved(telling)]
    body = {
        "labels": dict(group.labels),
        "alerts": [coding.alert_content(alert) for alert in alerts[:MAX_ALERTS_KEPT]],
        "total": len(alerts),
    }
    connection.execute(
        "INSERT INTO outbox "
        "(group_key, receiver, channel, reason, status, created_at, next_at, state, told_before, body) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            group.key,
            receiver,
            channel,
            telling.reason.value,
            "resolved" if resolved else "firing",
            now.timestamp(),
            now.timestamp(),
            state.value,
            int(told_before),
            json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        ),
    )


def due(connection: Statements, now: datetime, limit: int) -> list[Notification]:
    """What is to be tried now, oldest first."""
    found = connection.execute(_DUE, (now.timestamp(), limit)).fetchall()
    return [_notification(row) for row in found]


def record(
    connection: Statements, notification: Notification, outcome: Outcome, now: datetime, next_at: datetime
) -> None:
    """Note how an attempt ended. A notification that was superseded meanwhile stays so, unless it was delivered."""
    if outcome.result is Result.RETRY:
        connection.execute("UPDATE outbox SET next_at = ? WHERE id = ?", (next_at.timestamp(), notification.id))
    else:
        state = DeliveryState.DELIVERED if outcome.result is Result.DELIVERED else DeliveryState.REFUSED
        connection.execute("UPDATE outbox SET state = ? WHERE id = ?", (state.value, notification.id))
    connection.execute(
        "INSERT INTO attempts (notification, at, outcome, detail) VALUES (?, ?, ?, ?)",
        (notification.id, now.timestamp(), outcome.result.value, outcome.detail),
    )


def log(connection: Statements, limit: int, before: int | None) -> list[LogEntry]:
    """The latest notifications, newest first."""
    found = connection.execute(_LOG, (before, before, limit)).fetchall()
    attempts: dict[int, list[Attempt]] = {row[0]: [] for row in found}
    for notification, at, outcome, detail in connection.execute(_ATTEMPTS, (json.dumps(list(attempts)),)):
        attempts[notification].append(Attempt(_time(at), outcome, detail))
    return [
        LogEntry(_notification(row[:-2]), DeliveryState(row[-2]), _time(row[-1]), tuple(attempts[row[0]]))
        for row in found
    ]


def _owed_resolved(telling: Telling) -> list[Any]:
    return [alert for alert in telling.group.resolved if alert.fingerprint in telling.told.resolved]


def _notification(row: tuple[Any, ...]) -> Notification:
    number, key, receiver, channel, reason, status, created_at, attempts, told_before, body = row
    content: Mapping[str, Any] = json.loads(body)
    return Notification(
        number,
        key,
        content["labels"],
        receiver,
        channel,
        reason,
        status,
        _time(created_at),
        tuple(coding.alert_of(alert) for alert in content["alerts"]),
        attempts,
        bool(told_before),
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
