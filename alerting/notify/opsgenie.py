"""Opsgenie Alert API v2 (docs.opsgenie.com/docs/alert-api): create, acknowledge, close, by alias.

Message at most 130 characters, alias 512, description 15,000. Creating answers 202 with a request id.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from alerting.notify import texts
from alerting.notify.model import Answer, HttpMessage, judge_by_status
from alerting.notify.pagerduty import action, dedup_key
from alerting.outbox import Notification, Outcome
from meshhub.secret import Secret

URL = "https://api.opsgenie.com"
MAX_MESSAGE, MAX_DESCRIPTION = 130, 15_000

_PRIORITIES = {"critical": "P1", "page": "P1", "error": "P2", "warning": "P3", "ticket": "P3", "info": "P5"}


@dataclass(frozen=True, slots=True)
class Opsgenie:
    """Alerts of one integration of Opsgenie."""

    api_key: Secret
    links: texts.HubLinks
    url: str = URL
    name: str = "opsgenie"

    def messages(self, notification: Notification) -> Sequence[HttpMessage]:
        """One request."""
        alias, what = dedup_key(notification), action(notification)
        if what != "trigger":
            word = "close" if what == "resolve" else "acknowledge"
            return [self._post(f"/v2/alerts/{quote(alias)}/{word}?identifierType=alias", {"source": "meshhub"})]
        alerts = texts.firing(notification)
        labels = texts.common(alert.labels for alert in alerts)
        page = self.links.alerts(notification)
        body = {
            "message": texts.cut(texts.title(notification).partition("] ")[2], MAX_MESSAGE),
            "alias": alias,
            "description": texts.cut("\n\n".join([*texts.paragraphs(alerts), page]), MAX_DESCRIPTION),
            "priority": _PRIORITIES.get(texts.severity(notification), "P3"),
            "source": "meshhub",
            "entity": labels.get("service", ""),
            "details": labels,
        }
        return [self._post("/v2/alerts", body)]

    def judge(self, answer: Answer) -> Outcome:
        """By status."""
        return judge_by_status(answer)

    def _post(self, path: str, body: Mapping[str, Any]) -> HttpMessage:
        key = Secret(f"GenieKey {self.api_key.reveal()}")
        content = json.dumps(body, ensure_ascii=False).encode()
        return HttpMessage(Secret(f"{self.url}{path}"), content, {"Authorization": key})
