"""Sending to a real receiver that fails, delays, limits and cuts connections; and where nothing may be sent to."""

import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerting.alerts.lifecycle import step
from alerting.alerts.model import Observation, Sighting
from alerting.notify.guard import Forbidden, Guard, is_public
from alerting.notify.mail import Mail
from alerting.notify.model import MailServer
from alerting.notify.sending import Sender
from alerting.notify.texts import HubLinks
from alerting.notify.webhook import Webhook
from alerting.outbox import Notification, Result
from meshhub.secret import Secret
from meshhub.testing.webhook_receiver import Reaction, WebhookReceiver, running_receiver

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OPEN = Guard(private_allowed=True)
HIDDEN = "token-in-the-path"


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with running_receiver() as running:
        yield running


def notification() -> Notification:
    firing = step(None, Observation({"alertname": "Burn"}, Sighting.MET), NOON)
    assert firing is not None
    return Notification(1, "0:ops:{}", {}, "ops", "webhook", "first_notification", "firing", NOON, (firing,))


def webhook(url: str) -> Webhook:
    return Webhook(Secret(f"{url}/hook/{HIDDEN}"), HubLinks(), lambda: 1.0)


def test_it_arrives(receiver: WebhookReceiver) -> None:
    outcome = Sender(OPEN).deliver(webhook(receiver.url), notification())
    assert (outcome.result, outcome.detail) == (Result.DELIVERED, "answered 202")
    got = receiver.received.get(timeout=5)
    assert (got.path, got.headers["content-type"]) == (f"/hook/{HIDDEN}", "application/json")
    assert got.headers["host"] == receiver.url.removeprefix("http://")


@pytest.mark.parametrize(
    ("reaction", "result", "detail"),
    [
        (Reaction(429, {"Retry-After": "7"}), Result.RETRY, "answered 429: {}"),
        (Reaction(500, body=b"boom"), Result.RETRY, "answered 500: boom"),
        (Reaction(400, body=b"no such key"), Result.REFUSED, "answered 400: no such key"),
        (Reaction(302, {"Location": "http://169.254.169.254/"}), Result.REFUSED, "answered 302: {}"),
        (Reaction(cut=True), Result.RETRY, "could not send: RemoteProtocolError"),
        (Reaction(400, body=b"x" * 1_000_000), Result.REFUSED, "answered 400: " + "x" * 300),
    ],
    ids=["limited", "broken", "refused", "redirect", "cut", "endless"],
)
def test_what_goes_wrong_is_the_outcome(
    receiver: WebhookReceiver, reaction: Reaction, result: Result, detail: str
) -> None:
    receiver.reactions.append(reaction)
    outcome = Sender(OPEN).deliver(webhook(receiver.url), notification())
    assert outcome.result is result
    assert outcome.detail.startswith(detail)
    assert HIDDEN not in outcome.detail
    assert receiver.received.qsize() == 1, "redirects are not followed"
    if reaction.status == 429:
        assert outcome.retry_after == timedelta(seconds=7)


def test_one_that_does_not_answer_is_left(receiver: WebhookReceiver) -> None:
    released = threading.Event()
    receiver.reactions.append(Reaction(wait=released))
    outcome = Sender(OPEN, seconds=0.3).deliver(webhook(receiver.url), notification())
    released.set()
    assert (outcome.result, outcome.detail) == (Result.RETRY, "no answer within 0.3 s")


def test_nobody_there_is_tried_again() -> None:
    with running_receiver() as gone:
        url = gone.url
    outcome = Sender(OPEN).deliver(webhook(url), notification())
    assert outcome.result is Result.RETRY
    assert HIDDEN not in outcome.detail


def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(receiver: WebhookReceiver) -> None:
    outcome = Sender(OPEN, tls=ssl.create_default_context()).deliver(
        webhook(receiver.url.replace("http:", "https:")), notification()
    )
    assert outcome.result is Result.RETRY
    assert receiver.received.qsize() == 0


def test_a_template_that_fails_is_refused_in_words(receiver: WebhookReceiver) -> None:
    broken = replace(webhook(receiver.url), template="{{ nothing }}")
    outcome = Sender(OPEN).deliver(broken, notification())
    assert outcome.result is Result.REFUSED
    assert "could not fill in the template" in outcome.detail


PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "ff02::1",
    "not an address",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_public_however_written(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_public_ones_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://[::1]/",
        "http://[::ffff:7f00:1]/",
        "http://user:password@example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "http:///path",
        "",
    ],
)
def test_urls_that_lead_inside_or_nowhere_are_refused(url: str) -> None:
    with pytest.raises(Forbidden):
        Guard().target(url)


def test_one_private_address_among_public_ones_is_enough() -> None:
    guard = Guard(resolve=lambda *_: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(Forbidden, match=r"could not send to inside.example: 10\.0\.0\.1 is not a public address"):
        guard.target("https://inside.example/secret-path")


def test_the_connection_goes_to_the_address_that_was_judged(receiver: WebhookReceiver) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    port = receiver.url.rpartition(":")[2]
    named = webhook(f"http://hooks.example:{port}")
    assert (
        Sender(Guard(private_allowed=True, resolve=resolve)).deliver(named, notification()).result is Result.DELIVERED
    )
    assert asked == ["hooks.example"]
    assert receiver.received.get(timeout=5).headers["host"] == f"hooks.example:{port}"


def test_a_forbidden_receiver_is_refused_for_good(receiver: WebhookReceiver) -> None:
    outcome = Sender(Guard()).deliver(webhook(receiver.url), notification())
    assert outcome.result is Result.REFUSED
    assert "allow_private_addresses in the notifications file" in outcome.detail
    assert receiver.received.qsize() == 0


def test_a_mail_server_inside_is_guarded_too() -> None:
    mail = Mail(MailServer("127.0.0.1", 1), "a@example.com", ("b@example.com",), HubLinks())
    assert Sender(Guard()).deliver(mail, notification()).result is Result.REFUSED
    assert Sender(OPEN).deliver(mail, notification()).result is Result.RETRY
