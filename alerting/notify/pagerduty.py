"""PagerDuty Events API v2 (developer.pagerduty.com/docs/events-api-v2): trigger, acknowledge, resolve.

All alerts of a group are one incident: its dedup key is made of the receiver and the group. Summary at most 1,024
characters, dedup key 255, an event 512 KB.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from alerting.alerts.model import Alert
from alerting.groups import Reason
from alerting.notify import texts
from alerting.notify.model import Answer, HttpMessage, judge_by_status
from alerting.outbox import Notification, Outcome, Result
from meshhub.secret import Secret

URL = "https://events.pagerduty.com/v2/enqueue"
MAX_SUMMARY = 1024
MAX_EVENT_BYTES = 512 * 1024
MAX_DETAIL = 4_000
LEAST_WAIT = timedelta(seconds=30)
"""Before trying again what was limited or failed at their side: they ask for minutes, not seconds."""

_SEVERITIES = {
    "critical": "critical",
    "page": "critical",
    "error": "error",
    "warning": "warning",
    "ticket": "warning",
    "info": "info",
}


@dataclass(frozen=True, slots=True)
class PagerDuty:
    """Events for one service of PagerDuty. `url` is another one for accounts in the EU, and in tests."""

    routing_key: Secret
    links: texts.HubLinks
    url: str = URL
    name: str = "pagerduty"

    def messages(self, notification: Notification) -> Sequence[HttpMessage]:
        """One event."""
        event = self._event(notification)
        body = _encoded(event)
        if len(body) > MAX_EVENT_BYTES:
            event["payload"]["custom_details"] = {"note": "The details were too long for an event; see the hub."}
            body = _encoded(event)
        return [HttpMessage(Secret(self.url), body)]

    def judge(self, answer: Answer) -> Outcome:
        """202 is taken; 429 and 5xx are tried again after half a minute at least; 400 never will be right."""
        outcome = judge_by_status(answer)
        if outcome.result is not Result.RETRY:
            return outcome
        return Outcome(Result.RETRY, outcome.detail, max(outcome.retry_after or LEAST_WAIT, LEAST_WAIT))

    def _event(self, notification: Notification) -> dict[str, Any]:
        event: dict[str, Any] = {
            "routing_key": self.routing_key.reveal(),
            "dedup_key": dedup_key(notification),
            "event_action": action(notification),
        }
        if event["event_action"] != "trigger":
            return event
        alerts = texts.firing(notification)
        labels = texts.common(alert.labels for alert in alerts)
        page = self.links.alerts(notification)
        return event | {
            "client": "meshhub",
            **({"client_url": page} if page else {}),
            "payload": {
                "summary": texts.cut(texts.title(notification).partition("] ")[2], MAX_SUMMARY),
                "source": _source(labels),
                "severity": _SEVERITIES.get(texts.severity(notification), "error"),
                "timestamp": min(alert.starts_at for alert in alerts).isoformat(timespec="milliseconds"),
                **({"component": labels["service"]} if "service" in labels else {}),
                **({"group": labels["namespace"]} if "namespace" in labels else {}),
                **({"class": labels["alertname"]} if "alertname" in labels else {}),
                "custom_details": _details(notification),
            },
            "links": self._links(notification),
            "images": _images(alerts),
        }

    def _links(self, notification: Notification) -> list[dict[str, str]]:
        found: dict[str, str] = {}
        for alert in texts.firing(notification)[: texts.SHOWN_ALERTS]:
            if texts.RUNBOOK in alert.annotations:
                found.setdefault(alert.annotations[texts.RUNBOOK], "Runbook")
            found.setdefault(self.links.alert(alert), texts.cut(texts.summary(alert), 100))
            found |= {url: f"Request {request}" for request, url in _requests(alert, self.links.base).items()}
        return [{"href": url, "text": text} for url, text in found.items() if url.startswith(("http://", "https://"))]


def action(notification: Notification) -> str:
    """Which kind of event a notification is."""
    if notification.status == "resolved":
        return "resolve"
    return "acknowledge" if notification.reason == Reason.ACKNOWLEDGED else "trigger"


def dedup_key(notification: Notification) -> str:
    """64 hex digits: the same for all events of a group."""
    return hashlib.sha256(f"{notification.receiver}\xff{notification.group_key}".encode()).hexdigest()


def _source(labels: dict[str, str]) -> str:
    parts = [labels[name] for name in ("cluster", "namespace", "service") if labels.get(name)]
    return texts.cut("/".join(parts) or "meshhub", 255)


def _details(notification: Notification) -> dict[str, Any]:
    alerts = texts.firing(notification)
    return {
        "firing": [texts.cut(said, MAX_DETAIL) for said in texts.paragraphs(alerts)],
        "labels": texts.common(alert.labels for alert in alerts),
        **{
            name: texts.cut(text, MAX_DETAIL)
            for name, text in texts.common(alert.annotations for alert in alerts).items()
            if name not in (texts.SUMMARY, texts.DESCRIPTION, texts.REASON)
        },
        "reason": notification.reason,
        "count": len(alerts),
    }


def _images(alerts: Sequence[Alert]) -> list[dict[str, str]]:
    """The pictures that alerts name: each its own, if it is on the web over TLS, as PagerDuty asks for."""
    named = {alert.annotations.get(texts.IMAGE, ""): alert for alert in alerts[: texts.SHOWN_ALERTS]}
    return [
        {"src": url, "alt": texts.cut(texts.summary(a), 100)} for url, a in named.items() if url.startswith("https://")
    ]


def _requests(alert: Alert, base: str) -> dict[str, str]:
    """The pages of the example requests that the reason names."""
    if not base:
        return {}
    named = alert.annotations.get("example_requests", "").split()
    return {request: f"{base}/ui/requests?id={quote(request, safe='')}" for request in named[:3]}


def _encoded(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()
