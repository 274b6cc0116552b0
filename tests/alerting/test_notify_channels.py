"""What each channel says, by value, and the contract that every one of them keeps."""

import hashlib
import hmac
import json
import string
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerting.alerts.lifecycle import step
from alerting.alerts.model import Alert, Observation, Sighting
from alerting.notify.alertmanager import AlertmanagerWebhook
from alerting.notify.mail import Mail
from alerting.notify.model import Answer, Channel, HttpMessage, MailMessage, MailServer
from alerting.notify.opsgenie import Opsgenie
from alerting.notify.pagerduty import MAX_EVENT_BYTES, PagerDuty
from alerting.notify.slack import Slack
from alerting.notify.teams import MAX_BYTES, Teams
from alerting.notify.texts import HubLinks
from alerting.notify.webhook import UnusableTemplate, Webhook, fill
from alerting.outbox import Notification, Result
from meshhub.secret import Secret

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LINKS = HubLinks("https://hub.example")
HIDDEN = "s3cret-of-the-channel"

CHANNELS: Mapping[str, Channel] = {
    "pagerduty": PagerDuty(Secret(HIDDEN), LINKS),
    "slack": Slack(Secret(f"https://hooks.slack.example/{HIDDEN}"), LINKS),
    "teams": Teams(Secret(f"https://teams.example/{HIDDEN}"), LINKS),
    "opsgenie": Opsgenie(Secret(HIDDEN), LINKS),
    "email": Mail(MailServer("mail.example", password=Secret(HIDDEN)), "hub@example.com", ("ops@example.com",), LINKS),
    "webhook": Webhook(Secret(f"https://example.com/{HIDDEN}"), LINKS, lambda: 1.0, hmac_secret=Secret(HIDDEN)),
    "alertmanager": AlertmanagerWebhook(Secret(f"https://example.com/{HIDDEN}"), LINKS, bearer_token=Secret(HIDDEN)),
}


def alert(service: str = "checkout", **annotations: str) -> Alert:
    labels = {"alertname": "ErrorBudgetBurn", "severity": "page", "namespace": "shop", "service": service}
    said = {
        "summary": f"{service} burns its budget 14 times too fast",
        "description": "5xx of v2 on /pay",
        **annotations,
    }
    firing = step(None, Observation(labels, Sighting.MET, said), NOON)
    assert firing is not None
    return firing


def over(firing: Alert) -> Alert:
    ended = step(firing, Observation(firing.labels, Sighting.NOT_MET), NOON + timedelta(minutes=9))
    assert ended is not None
    return ended


def firing(*alerts: Alert, reason: str = "first_notification") -> Notification:
    given = alerts or (alert(),)
    return Notification(
        7, '0:ops:{service="checkout"}', {"service": "checkout"}, "ops", "x", reason, "firing", NOON, given
    )


def resolved() -> Notification:
    return replace(firing(over(alert()), reason="all_alerts_resolved"), status="resolved")


def sent(channel: Channel, notification: Notification) -> Any:
    """The JSON of the one message that it makes."""
    (message,) = channel.messages(notification)
    assert isinstance(message, HttpMessage)
    return json.loads(message.body)


# The contract.

HOSTILE = (
    "<script>alert(1)</script> & \"quotes\" 'and' \\ * _ ` ~ [link](http://x) \r\nBcc: everybody@example.com\x00",
    "🔥" * 5_000,
    "x" * 100_000,
)


@pytest.mark.parametrize("kind", CHANNELS)
@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "emoji", "long"])
def test_whatever_an_alert_says_there_is_a_message(kind: str, text: str) -> None:
    many = [replace(alert(summary=text, description=text), fingerprint=f"{number:016x}") for number in range(200)]
    for notification in (firing(*many), firing(alert(summary=text)), resolved()):
        messages = CHANNELS[kind].messages(notification)
        assert messages
        for message in messages:
            size = len(message.body) if isinstance(message, HttpMessage) else len(bytes(message.message))
            assert size > 0
            if kind == "pagerduty":
                assert size <= MAX_EVENT_BYTES
            if kind == "teams":
                assert size <= MAX_BYTES


@pytest.mark.parametrize("kind", CHANNELS)
def test_no_channel_shows_its_secret(kind: str) -> None:
    channel = CHANNELS[kind]
    shown = repr(channel) + "".join(repr(message) for message in channel.messages(firing()) if kind != "pagerduty")
    assert HIDDEN not in shown


@pytest.mark.parametrize("kind", CHANNELS)
@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, Result.DELIVERED),
        (202, Result.DELIVERED),
        (400, Result.REFUSED),
        (401, Result.REFUSED),
        (404, Result.REFUSED),
        (302, Result.REFUSED),
        (429, Result.RETRY),
        (500, Result.RETRY),
        (503, Result.RETRY),
    ],
)
def test_an_answer_is_judged(kind: str, status: int, result: Result) -> None:
    outcome = CHANNELS[kind].judge(Answer(status, {"Retry-After": "40"}, b"said <b>so</b>\n"))
    assert outcome.result is result
    if result is Result.RETRY:
        assert outcome.retry_after == timedelta(seconds=40)
    if result is not Result.DELIVERED:
        assert outcome.detail == f"answered {status}: said <b>so</b>"


@pytest.mark.parametrize("kind", ["slack", "teams", "email", "webhook", "alertmanager"])
def test_resolves_can_be_left_out(kind: str) -> None:
    channel = replace(CHANNELS[kind], send_resolved=False)  # type: ignore[type-var]
    assert channel.messages(resolved()) == []
    assert len(channel.messages(firing())) == 1


# Each by value.


def test_pagerduty_triggers_with_the_reason_and_links() -> None:
    burning = alert(runbook_url="https://runbooks.example/burn", example_requests="aaa bbb")
    event = sent(CHANNELS["pagerduty"], firing(burning))
    assert (event["routing_key"], event["event_action"]) == (HIDDEN, "trigger")
    assert len(event["dedup_key"]) == 64
    assert set(event["dedup_key"]) <= set(string.hexdigits)
    payload = event["payload"]
    assert payload["summary"] == "checkout burns its budget 14 times too fast"
    assert (payload["source"], payload["severity"], payload["component"]) == ("shop/checkout", "critical", "checkout")
    assert payload["timestamp"] == "2026-03-02T12:00:00.000+00:00"
    assert payload["custom_details"]["firing"] == [f"{payload['summary']}\n5xx of v2 on /pay"]
    assert {"href": "https://runbooks.example/burn", "text": "Runbook"} in event["links"]
    assert {"href": "https://hub.example/ui/requests?id=aaa", "text": "Request aaa"} in event["links"]
    assert event["client_url"].startswith("https://hub.example/ui/alerts?group=")


def test_pagerduty_shows_the_pictures_that_alerts_name() -> None:
    shown = alert(image_url="https://charts.example/burn.png")
    plain = alert("cart", image_url="http://charts.example/burn.png")
    event = sent(CHANNELS["pagerduty"], firing(shown, plain))
    assert event["images"] == [
        {"src": "https://charts.example/burn.png", "alt": "checkout burns its budget 14 times too fast"}
    ]


def test_pagerduty_resolves_and_acknowledges_the_same_incident() -> None:
    channel = CHANNELS["pagerduty"]
    opened, closed = sent(channel, firing()), sent(channel, resolved())
    assert (closed["event_action"], closed["dedup_key"]) == ("resolve", opened["dedup_key"])
    assert "payload" not in closed
    taken = sent(channel, firing(reason="acknowledged"))
    assert (taken["event_action"], taken["dedup_key"]) == ("acknowledge", opened["dedup_key"])
    again = sent(channel, firing(reason="repeat_interval_elapsed"))
    assert (again["event_action"], again["dedup_key"]) == ("trigger", opened["dedup_key"])


def test_pagerduty_is_not_hurried() -> None:
    outcome = CHANNELS["pagerduty"].judge(Answer(503, {}, b""))
    assert outcome.retry_after == timedelta(seconds=30)


def test_slack_escapes_what_is_said() -> None:
    body = sent(CHANNELS["slack"], firing(alert(summary="<!channel> & co")))
    assert "<!channel>" not in json.dumps(body)
    assert "&lt;!channel&gt; &amp; co" in body["text"]
    assert body["attachments"][0]["color"] == "danger"
    assert sent(CHANNELS["slack"], resolved())["attachments"][0]["color"] == "good"


def test_teams_gets_a_card_without_markdown() -> None:
    body = sent(CHANNELS["teams"], firing(alert(summary="[click](http://evil)")))
    card = body["attachments"][0]["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert "\\[click\\]" in card["body"][0]["text"]
    assert card["actions"][0]["url"].startswith("https://hub.example/")


def test_opsgenie_opens_and_closes_by_alias() -> None:
    channel = CHANNELS["opsgenie"]
    (opened,), (closed,) = channel.messages(firing()), channel.messages(resolved())
    assert isinstance(opened, HttpMessage)
    assert isinstance(closed, HttpMessage)
    body = json.loads(opened.body)
    assert (body["priority"], body["entity"]) == ("P1", "checkout")
    assert opened.headers["Authorization"] == Secret(f"GenieKey {HIDDEN}")
    assert closed.url.reveal().endswith(f"/v2/alerts/{body['alias']}/close?identifierType=alias")


def test_alertmanagers_payload_has_its_shape() -> None:
    body = sent(CHANNELS["alertmanager"], resolved())
    assert (body["version"], body["status"], body["receiver"], body["truncatedAlerts"]) == ("4", "resolved", "ops", 0)
    assert body["groupLabels"] == {"service": "checkout"}
    assert body["commonLabels"]["alertname"] == "ErrorBudgetBurn"
    (one,) = body["alerts"]
    assert (one["status"], one["startsAt"], one["endsAt"]) == (
        "resolved",
        "2026-03-02T12:00:00.000Z",
        "2026-03-02T12:09:00.000Z",
    )
    assert sent(CHANNELS["alertmanager"], firing())["alerts"][0]["endsAt"] == "0001-01-01T00:00:00Z"


def test_a_webhook_is_signed_and_can_be_told_apart_from_its_repetition() -> None:
    (message,) = CHANNELS["webhook"].messages(firing())
    assert isinstance(message, HttpMessage)
    expected = hmac.new(HIDDEN.encode(), b"1." + message.body, hashlib.sha256).hexdigest()
    assert message.headers["X-Meshhub-Signature"] == f"t=1,v1={expected}"
    assert message.headers["Idempotency-Key"] == "ops-webhook-7"


def test_a_template_makes_the_body() -> None:
    template = '{"text": {{ commonAnnotations.summary | tojson }}, "n": {{ alerts | length }}}'
    channel = Webhook(Secret("https://example.com"), LINKS, lambda: 1.0, template=template)
    assert sent(channel, firing(alert(summary='a "quoted" one'))) == {"text": 'a "quoted" one', "n": 1}


@pytest.mark.parametrize(
    "template",
    [
        "{{ nothing }}",
        "{% for %}",
        "{{ ''.__class__.__mro__ }}",
        "{{ alerts.append(1) }}",
        "{{ alerts.__init__.__globals__ }}",
        "{% for i in range(10 ** 9) %}x{% endfor %}",
        "{{ 1 / 0 }}",
        "{% include 'x' %}",
        "x" * 70_000,
    ],
)
def test_a_template_that_cannot_be_used_is_refused(template: str) -> None:
    with pytest.raises(UnusableTemplate, match="template"):
        fill(template, {"alerts": []})


def test_a_mail_cannot_be_given_other_headers() -> None:
    (message,) = CHANNELS["email"].messages(firing(alert(summary="burns\r\nBcc: everybody@example.com")))
    assert isinstance(message, MailMessage)
    assert message.message["Subject"] == "[FIRING] burns Bcc: everybody@example.com"
    assert message.message["Bcc"] is None
    assert message.message["To"] == "ops@example.com"
    (closed,) = CHANNELS["email"].messages(resolved())
    assert isinstance(closed, MailMessage)
    assert closed.message["References"] == message.message["References"]
