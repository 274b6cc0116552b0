"""A webhook of one's own: a body from a template (jinja2, sandboxed), signed with HMAC-SHA256.

The template sees the Alertmanager payload (version 4) under its names. The signature is over "<timestamp>.<body>" and
stands with the timestamp in `X-Meshhub-Signature: t=<unix seconds>,v1=<hex>`, so that a receiver can refuse old ones;
`Idempotency-Key` is the same for every attempt of a notification.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alerting.notify import texts
from alerting.notify.alertmanager import payload
from alerting.notify.model import NO_SECRET, Answer, HttpMessage, judge_by_status
from alerting.outbox import Notification, Outcome
from meshhub.errors import MeshhubError
from meshhub.secret import Secret

MAX_TEMPLATE, MAX_BODY = 64 * 1024, 1024 * 1024
SIGNATURE, KEY = "X-Meshhub-Signature", "Idempotency-Key"


class UnusableTemplate(MeshhubError):
    """A template cannot be read, or cannot be filled in. The message says where."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """POSTs to a URL, which may hold a secret. `seconds` is the clock that signatures are dated by."""

    url: Secret
    links: texts.HubLinks
    seconds: Callable[[], float]
    template: str = ""
    hmac_secret: Secret = NO_SECRET
    headers: Mapping[str, Secret] = field(default_factory=dict)
    content_type: str = "application/json"
    send_resolved: bool = True
    name: str = "webhook"

    def messages(self, notification: Notification) -> Sequence[HttpMessage]:
        """One POST.

        Raises:
            UnusableTemplate: the template fails with this notification.
        """
        if notification.status == "resolved" and not self.send_resolved:
            return []
        content = payload(notification, self.links)
        text = fill(self.template, content) if self.template else json.dumps(content, ensure_ascii=False)
        body = text.encode()
        if len(body) > MAX_BODY:
            raise UnusableTemplate(f"could not make the webhook's body: it has more than {MAX_BODY} bytes")
        headers: dict[str, Secret | str] = dict(self.headers)
        headers[KEY] = f"{notification.receiver}-{self.name}-{notification.id}"
        if self.hmac_secret:
            headers[SIGNATURE] = signature(self.hmac_secret, body, int(self.seconds()))
        return [HttpMessage(self.url, body, headers, self.content_type)]

    def judge(self, answer: Answer) -> Outcome:
        """By status."""
        return judge_by_status(answer)


def signature(secret: Secret, body: bytes, seconds: int) -> str:
    """What SIGNATURE says for a body at a time."""
    signed = hmac.new(secret.reveal().encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={signed}"


def fill(template: str, content: Mapping[str, Any]) -> str:
    """A template with its values.

    Raises:
        UnusableTemplate: it cannot be read, names what is not there, or does what the sandbox forbids.
    """
    try:
        return read_template(template).render(content)
    except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, AttributeError) as error:
        raise UnusableTemplate(f"could not fill in the template: {error}") from error


def read_template(template: str) -> Template:
    """A template, ready to be filled in.

    Raises:
        UnusableTemplate: it is too long or cannot be read.
    """
    if len(template) > MAX_TEMPLATE:
        raise UnusableTemplate(f"could not use the template: it has more than {MAX_TEMPLATE} characters")
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.globals.pop("range", None)  # nothing in a template makes more than the notification has
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": True}
    try:
        return environment.from_string(template)
    except TemplateError as error:
        raise UnusableTemplate(f"could not read the template: {error}") from error
