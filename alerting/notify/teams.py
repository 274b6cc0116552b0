"""Microsoft Teams through a Power Automate workflow ("When a Teams webhook request is received"): an Adaptive Card 1.4.

The older connectors (MessageCard) were retired by Microsoft; a workflow answers 202. At most 28 KB per message.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alerting.notify import texts
from alerting.notify.model import Answer, HttpMessage, judge_by_status
from alerting.outbox import Notification, Outcome
from meshhub.secret import Secret

MAX_BYTES = 28 * 1024
MAX_TEXT = 1_500


@dataclass(frozen=True, slots=True)
class Teams:
    """Cards in one channel of Teams; the URL is the secret."""

    url: Secret
    links: texts.HubLinks
    send_resolved: bool = True
    name: str = "teams"

    def messages(self, notification: Notification) -> Sequence[HttpMessage]:
        """One card."""
        if notification.status == "resolved" and not self.send_resolved:
            return []
        paragraphs = texts.paragraphs(texts.firing(notification) or list(notification.alerts))
        body = self._card(notification, paragraphs)
        while len(body) > MAX_BYTES and paragraphs:
            paragraphs = paragraphs[: len(paragraphs) // 2]
            body = self._card(notification, [*paragraphs, "… see the hub for the rest"])
        return [HttpMessage(self.url, body)]

    def judge(self, answer: Answer) -> Outcome:
        """By status."""
        return judge_by_status(answer)

    def _card(self, notification: Notification, paragraphs: Sequence[str]) -> bytes:
        page = self.links.alerts(notification)
        colour = "good" if notification.status == "resolved" else "attention"
        title = texts.cut(texts.title(notification), MAX_TEXT)
        content: dict[str, Any] = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": [
                _text(title, weight="Bolder", size="Medium", color=colour),
                *(_text(texts.cut(said, MAX_TEXT)) for said in paragraphs),
            ],
            "actions": [{"type": "Action.OpenUrl", "title": "Open in meshhub", "url": page}] if page else [],
        }
        attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
        return json.dumps({"type": "message", "attachments": [attachment]}, ensure_ascii=False).encode()


def _text(text: str, **style: str) -> dict[str, Any]:
    return {"type": "TextBlock", "text": _plain(text), "wrap": True, **style}


def _plain(text: str) -> str:
    """Text whose characters are no Markdown to Teams."""
    return "".join(f"\\{character}" if character in "\\*_~`[]#" else character for character in text)
