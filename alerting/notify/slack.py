"""Slack incoming webhooks (docs.slack.dev, "Sending messages using incoming webhooks"): attachments with a colour.

Text in a message is escaped as Slack asks for (&, <, >); 429 comes with Retry-After.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from alerting.notify import texts
from alerting.notify.model import Answer, HttpMessage, judge_by_status
from alerting.outbox import Notification, Outcome
from meshhub.secret import Secret

MAX_TEXT = 3_000


@dataclass(frozen=True, slots=True)
class Slack:
    """Messages in one channel of Slack; the URL is the secret."""

    url: Secret
    links: texts.HubLinks
    send_resolved: bool = True
    name: str = "slack"

    def messages(self, notification: Notification) -> Sequence[HttpMessage]:
        """One message with an attachment per alert, at most ten."""
        if notification.status == "resolved" and not self.send_resolved:
            return []
        title, page = escaped(texts.title(notification)), self.links.alerts(notification)
        alerts = texts.firing(notification) or list(notification.alerts)
        body = {
            "text": texts.cut(f"<{page}|{title}>" if page else title, MAX_TEXT),
            "attachments": [
                {
                    "color": "good" if notification.status == "resolved" else _colour(texts.severity(notification)),
                    "fallback": title,
                    "text": texts.cut(escaped(said), MAX_TEXT),
                }
                for said in texts.paragraphs(alerts)
            ],
        }
        return [HttpMessage(self.url, json.dumps(body, ensure_ascii=False).encode())]

    def judge(self, answer: Answer) -> Outcome:
        """By status."""
        return judge_by_status(answer)


def escaped(text: str) -> str:
    """Text that Slack takes as text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _colour(severity: str) -> str:
    return "danger" if severity in ("critical", "page", "error") else "warning"
