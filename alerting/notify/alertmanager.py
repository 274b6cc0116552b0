"""The webhook payload of Alertmanager, version 4 (prometheus/alertmanager, notify/webhook and template)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from alerting.alerts.model import Alert, AlertState
from alerting.notify import texts
from alerting.notify.model import NO_SECRET, Answer, HttpMessage, judge_by_status
from alerting.outbox import Notification, Outcome
from meshhub.secret import Secret

NEVER = "0001-01-01T00:00:00Z"
MAX_TEXT = 4_000
"""Characters of an annotation."""

MAX_BYTES = 900_000
"""Of all alerts together; those that do not fit are counted in `truncatedAlerts`."""


@dataclass(frozen=True, slots=True)
class AlertmanagerWebhook:
    """What takes webhooks of Alertmanager takes these."""

    url: Secret
    links: texts.HubLinks
    send_resolved: bool = True
    bearer_token: Secret = NO_SECRET
    name: str = "alertmanager"

    def messages(self, notification: Notification) -> Sequence[HttpMessage]:
        """One POST."""
        if notification.status == "resolved" and not self.send_resolved:
            return []
        body = json.dumps(payload(notification, self.links), ensure_ascii=False).encode()
        headers = {"Authorization": Secret(f"Bearer {self.bearer_token.reveal()}")} if self.bearer_token else {}
        return [HttpMessage(self.url, body, headers)]

    def judge(self, answer: Answer) -> Outcome:
        """2xx is delivered, 5xx is tried again; of the others only 429, as Alertmanager does."""
        return judge_by_status(answer, retried=frozenset({429}))


def payload(notification: Notification, links: texts.HubLinks) -> dict[str, Any]:
    """The body, version 4."""
    alerts = notification.alerts
    shown = _fitting([_alert(alert, links) for alert in alerts])
    return {
        "version": "4",
        "groupKey": notification.group_key,
        "truncatedAlerts": len(alerts) - len(shown),
        "status": notification.status,
        "receiver": notification.receiver,
        "notification_reason": notification.reason,
        "groupLabels": dict(notification.group_labels),
        "commonLabels": texts.common(alert.labels for alert in alerts),
        "commonAnnotations": texts.common(_annotations(alert) for alert in alerts),
        "externalURL": links.base,
        "alerts": shown,
    }


def moment(time: datetime | None) -> str:
    """RFC 3339 in UTC, as Go writes it; a time that is not there is Go's zero time."""
    return NEVER if time is None else time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _annotations(alert: Alert) -> dict[str, str]:
    return {name: texts.cut(text, MAX_TEXT) for name, text in sorted(alert.annotations.items())}


def _fitting(alerts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sizes = accumulate(len(json.dumps(alert, ensure_ascii=False).encode()) for alert in alerts)
    return [alert for alert, size in zip(alerts, sizes, strict=True) if size <= MAX_BYTES]


def _alert(alert: Alert, links: texts.HubLinks) -> dict[str, Any]:
    over = alert.state is AlertState.RESOLVED
    return {
        "status": "resolved" if over else "firing",
        "labels": dict(sorted(alert.labels.items())),
        "annotations": _annotations(alert),
        "startsAt": moment(alert.starts_at),
        "endsAt": moment(alert.ends_at if over else None),
        "generatorURL": links.alert(alert),
        "fingerprint": alert.fingerprint,
    }
