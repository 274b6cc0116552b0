"""E-mail: a plain text message per notification, threaded by group (RFC 5322 References)."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate

from alerting.notify import texts
from alerting.notify.model import Answer, MailMessage, MailServer, judge_by_status
from alerting.notify.pagerduty import dedup_key
from alerting.outbox import Notification, Outcome

MAX_SUBJECT = 250


@dataclass(frozen=True, slots=True)
class Mail:
    """Mails to some addresses."""

    server: MailServer
    sender: str
    recipients: tuple[str, ...]
    links: texts.HubLinks
    send_resolved: bool = True
    name: str = "email"

    def messages(self, notification: Notification) -> Sequence[MailMessage]:
        """One mail to all."""
        if notification.status == "resolved" and not self.send_resolved:
            return []
        mail = EmailMessage()
        mail["Subject"] = texts.cut(" ".join(texts.title(notification).split()), MAX_SUBJECT)
        mail["From"] = self.sender
        mail["To"] = ", ".join(self.recipients)
        mail["Date"] = formatdate(notification.created_at.timestamp())
        thread = dedup_key(notification)[:32]
        mail["Message-ID"] = f"<{thread}.{notification.id}@meshhub>"
        mail["References"] = f"<{thread}@meshhub>"
        mail["Auto-Submitted"] = "auto-generated"
        alerts = texts.firing(notification) or list(notification.alerts)
        links = [link for link in (self.links.alerts(notification), *_runbooks(notification)) if link]
        mail.set_content("\n\n".join([*texts.paragraphs(alerts), *links]) + "\n")
        return [MailMessage(self.server, mail)]

    def judge(self, answer: Answer) -> Outcome:
        """Not asked: what a mail server says is judged where it is spoken to."""
        return judge_by_status(answer)


def _runbooks(notification: Notification) -> list[str]:
    found = {alert.annotations.get(texts.RUNBOOK, "") for alert in notification.alerts}
    return [f"Runbook: {url}" for url in sorted(found) if url]
