"""What every channel says of a notification: one text for all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from alerting.alerts.model import ALERT_NAME, SEVERITY, Alert, AlertState
from alerting.outbox import Notification

SUMMARY, DESCRIPTION, RUNBOOK, IMAGE = "summary", "description", "runbook_url", "image_url"
REASON = "reason"
"""Why it fires, as it was found out when it began."""
SHOWN_ALERTS = 10

_WORST_FIRST = ("critical", "page", "error", "warning", "ticket", "info")


@dataclass(frozen=True, slots=True)
class HubLinks:
    """Links into the hub. `base` is its external URL without a slash at the end; empty: no links are made."""

    base: str = ""

    def alerts(self, notification: Notification) -> str:
        """The page of alerts, at this group."""
        return f"{self.base}/ui/alerts?group={quote(notification.group_key, safe='')}" if self.base else ""

    def alert(self, alert: Alert) -> str:
        """What the alert was made by, or the page of the alert."""
        if alert.generator_url.startswith(("http://", "https://")):
            return alert.generator_url
        if not self.base:
            return ""
        return f"{self.base}{alert.generator_url or f'/ui/alerts?alert={alert.fingerprint}'}"


def severity(notification: Notification) -> str:
    """The worst severity of its alerts, as their labels name it; "warning" where none does."""
    found = {alert.labels.get(SEVERITY, "").lower() for alert in notification.alerts}
    return next((each for each in _WORST_FIRST if each in found), "warning")


def firing(notification: Notification) -> list[Alert]:
    """Its alerts that fire."""
    return [alert for alert in notification.alerts if alert.state is AlertState.FIRING]


def title(notification: Notification) -> str:
    """One line: what, where, how many."""
    alerts = firing(notification) or list(notification.alerts)
    word = "RESOLVED" if notification.status == "resolved" else "FIRING"
    if len(alerts) == 1:
        return f"[{word}] {summary(alerts[0])}"
    names = sorted({alert.labels.get(ALERT_NAME, "alert") for alert in alerts})
    where = ", ".join(f"{name}={value}" for name, value in notification.group_labels.items() if name != ALERT_NAME)
    return (
        f"[{word}:{len(alerts)}] {', '.join(names[:3])}{' …' if len(names) > 3 else ''}{f' ({where})' if where else ''}"
    )


def summary(alert: Alert) -> str:
    """One line on an alert."""
    return alert.annotations.get(SUMMARY) or alert.labels.get(ALERT_NAME) or "alert"


def paragraphs(alerts: Iterable[Alert]) -> list[str]:
    """What there is to say of each of the first ten alerts, and how many more there are."""
    listed = list(alerts)
    said = [_paragraph(alert) for alert in listed[:SHOWN_ALERTS]]
    if len(listed) > SHOWN_ALERTS:
        said.append(f"… and {len(listed) - SHOWN_ALERTS} more")
    return said


def _paragraph(alert: Alert) -> str:
    more = alert.annotations.get(REASON) or alert.annotations.get(DESCRIPTION, "")
    return "\n".join(filter(None, (summary(alert), more)))


def common(maps: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """What all have with the same value, by name."""
    each = list(maps)
    if not each:
        return {}
    return {k: v for k, v in sorted(each[0].items()) if all(other.get(k) == v for other in each[1:])}


def cut(text: str, length: int) -> str:
    """At most so many characters, with … at the end of what was cut."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def cut_bytes(text: str, length: int) -> str:
    """At most so many bytes of UTF-8."""
    encoded = text.encode()
    return text if len(encoded) <= length else encoded[: length - 3].decode("utf-8", "ignore") + "…"
