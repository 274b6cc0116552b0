"""Sends messages, within limits: ten seconds, no redirects, no proxies, at most 64 KiB of an answer."""

import smtplib
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from alerting.notify.guard import Forbidden, Guard, Target
from alerting.notify.model import Answer, Channel, HttpMessage, MailMessage, Message
from alerting.outbox import Notification, Outcome, Result
from meshhub.errors import MeshhubError
from meshhub.secret import Secret

SECONDS = 10.0
MAX_ANSWER = 64 * 1024

SmtpFactory = Callable[[str, int, float], smtplib.SMTP]


class Sender:
    """Sends what channels make. Thread-safe; blocks for some ten seconds at most per message."""

    def __init__(self, guard: Guard, *, tls: ssl.SSLContext | None = None, seconds: float = SECONDS) -> None:
        """`tls` is what servers are trusted by; the system's authorities if None."""
        self._guard = guard
        self._seconds = seconds
        self._tls = tls or ssl.create_default_context()

    def deliver(self, channel: Channel, notification: Notification) -> Outcome:
        """Tell a receiver through a channel. Never raises: what goes wrong is the outcome, without secrets."""
        try:
            messages = channel.messages(notification)
        except MeshhubError as error:
            return Outcome(Result.REFUSED, str(error))
        last = Outcome(Result.DELIVERED, "nothing to tell")
        for message in messages:
            last = self._send(channel, message)
            if last.result is not Result.DELIVERED:
                return last
        return last

    def _send(self, channel: Channel, message: Message) -> Outcome:
        try:
            if isinstance(message, MailMessage):
                return self._mail(message)
            return channel.judge(self._post(message))
        except Forbidden as error:
            return Outcome(Result.REFUSED, str(error))
        except httpx.TimeoutException:
            return Outcome(Result.RETRY, f"no answer within {self._seconds:g} s")
        except (httpx.HTTPError, OSError, ssl.SSLError) as error:
            return Outcome(Result.RETRY, f"could not send: {type(error).__name__}: {_without_urls(error)}")
        except (ValueError, UnicodeError) as error:  # a URL or header that httpx does not take
            return Outcome(Result.REFUSED, f"could not send: {type(error).__name__}")

    def _post(self, message: HttpMessage) -> Answer:
        url = message.url.reveal()
        target = self._guard.target(url)
        headers = {
            "Content-Type": message.content_type,
            "User-Agent": "meshhub",
            "Host": _authority(target),
            **{name: value.reveal() if isinstance(value, Secret) else value for name, value in message.headers.items()},
        }
        with (
            httpx.Client(verify=self._tls, trust_env=False, follow_redirects=False, timeout=self._seconds) as client,
            client.stream(
                "POST",
                _pinned(url, target),
                content=message.body,
                headers=headers,
                extensions={"sni_hostname": target.host},
            ) as response,
        ):
            body = b""
            for piece in response.iter_raw():
                body += piece[: MAX_ANSWER - len(body)]
                if len(body) >= MAX_ANSWER:
                    break
            return Answer(response.status_code, dict(response.headers), body)

    def _mail(self, message: MailMessage) -> Outcome:
        server = message.server
        target = self._guard.place("smtp", server.host, server.port)
        try:
            with smtplib.SMTP(timeout=self._seconds) as smtp:
                smtp._host = server.host  # type: ignore[attr-defined]  # what starttls checks the certificate against
                smtp.connect(target.address, server.port)
                if server.starttls:
                    smtp.starttls(context=self._tls)
                if server.username:
                    smtp.login(server.username, server.password.reveal())
                smtp.send_message(message.message)
        except smtplib.SMTPResponseException as error:
            said = f"the mail server answered {error.smtp_code}"
            return Outcome(Result.RETRY if 400 <= error.smtp_code < 500 else Result.REFUSED, said)
        except smtplib.SMTPRecipientsRefused:
            return Outcome(Result.REFUSED, "the mail server refused all recipients")
        except smtplib.SMTPException as error:
            return Outcome(Result.RETRY, f"could not send: {type(error).__name__}")
        return Outcome(Result.DELIVERED, "the mail server took it")


def _authority(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == (443 if target.scheme == "https" else 80) else f"{host}:{target.port}"


def _pinned(url: str, target: Target) -> str:
    """The URL with the address in place of the host."""
    parts = urlsplit(url)
    address = f"[{target.address}]" if ":" in target.address else target.address
    return parts._replace(netloc=f"{address}:{target.port}", fragment="").geturl()


def _without_urls(error: Exception) -> str:
    """What an error says, but for words with a URL or path in them: they may hold a secret."""
    return " ".join(word for word in str(error).split() if "/" not in word)[:200]
