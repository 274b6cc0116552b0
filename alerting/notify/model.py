"""What channels make of a notification, and what they say to the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from typing import Protocol

from alerting.outbox import Notification, Outcome, Result
from meshhub.secret import Secret

NO_SECRET = Secret("")

MAX_SHOWN = 300
"""Characters of an answer that are kept in the notification log."""


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """One POST. `url` may have a secret in it (Slack, Teams), so it is one; `headers` may, too."""

    url: Secret
    body: bytes
    headers: Mapping[str, Secret | str] = field(default_factory=dict)
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. Without a user name, without logging in; `starttls`: only over TLS."""

    host: str
    port: int = 587
    username: str = ""
    password: Secret = NO_SECRET
    starttls: bool = True


@dataclass(frozen=True, slots=True)
class MailMessage:
    """One mail."""

    server: MailServer
    message: EmailMessage


Message = HttpMessage | MailMessage


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, of which at most 64 KiB were read."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Channel(Protocol):
    """One way to tell a receiver. Pure: it makes messages and judges answers, and sends nothing itself."""

    @property
    def name(self) -> str:
        """Unique within the receiver: "pagerduty", "slack", "webhook-2", …"""
        ...

    def messages(self, notification: Notification) -> Sequence[Message]:
        """What to send, in order. Empty where this channel has nothing to say of it (resolves, if they are off)."""
        ...

    def judge(self, answer: Answer) -> Outcome:
        """Whether an answer means that it was delivered, may be if tried again, or never will be."""
        ...


def judge_by_status(answer: Answer, *, retried: frozenset[int] = frozenset({408, 425, 429})) -> Outcome:
    """2xx is delivered; 5xx and `retried` are tried again, not before Retry-After; anything else is refused."""
    if 200 <= answer.status < 300:
        return Outcome(Result.DELIVERED, f"answered {answer.status}")
    said = shown(answer)
    if answer.status >= 500 or answer.status in retried:
        return Outcome(Result.RETRY, said, retry_after(answer.headers))
    return Outcome(Result.REFUSED, said)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The seconds of a Retry-After header; a date in it is not read."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    return timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def shown(answer: Answer) -> str:
    """An answer in words: its status and the beginning of what it says, on one line."""
    said = " ".join(answer.body[: 4 * MAX_SHOWN].decode("utf-8", "replace").split())[:MAX_SHOWN]
    return f"answered {answer.status}: {said}" if said else f"answered {answer.status}"
