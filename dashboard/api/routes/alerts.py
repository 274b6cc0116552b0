"""/api/v1/alerts, /silences, /notifications, /audit: alerts, and what people do about them."""

from collections.abc import Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Path, Query, Response

from alerting.alerts.model import Alert
from alerting.ledger.ledger import AuditEntry
from alerting.ledger.notifications import LogEntry
from alerting.outbox import Outcome
from alerting.pager import AlertStatus
from alerting.silences import Silence
from dashboard.api import alerts_body as bodies
from dashboard.api.parameters import INVALID, UNAVAILABLE, json_response
from dashboard.api.problems import problem_responses
from dashboard.api.silence_form import read_silence
from dashboard.reads.alerts import AlertHistory
from meshhub.clock import Clock

Fingerprint = Annotated[str, Path(min_length=1, max_length=64, description="16 hex digits.")]
SilenceId = Annotated[str, Path(min_length=1, max_length=64)]
Receiver = Annotated[str, Path(min_length=1, max_length=200)]

_UNUSABLE = "What was sent cannot be used; `detail` says why."


class AlertReads(Protocol):
    """dashboard.reads.alerts.AlertReads."""

    def alerts(self) -> list[AlertStatus]: ...

    def alert(self, fingerprint: str) -> AlertHistory: ...

    def acknowledge(self, fingerprint: str, who: str, comment: str = "") -> Alert: ...

    def silences(self) -> list[Silence]: ...

    def silence(self, wanted: Silence, who: str) -> Silence: ...

    def preview(self, silence: Silence) -> list[Alert]: ...

    def expire(self, silence_id: str, who: str) -> None: ...

    def notifications(self, *, limit: int = 200, before: int | None = None) -> list[LogEntry]: ...

    def audit(self) -> list[AuditEntry]: ...

    def receivers(self) -> dict[str, Sequence[str]]: ...

    def test(self, receiver: str, who: str) -> list[tuple[str, Outcome]]: ...


def add_routes(router: APIRouter, alerts: AlertReads, clock: Clock) -> None:
    """Add the routes of this family."""
    _add_alerts(router, alerts)
    _add_silences(router, alerts, clock)
    _add_notifications(router, alerts)


def _add_alerts(router: APIRouter, alerts: AlertReads) -> None:
    @router.get(
        "/alerts",
        summary="All alerts that go on",
        description="Pending, firing and just resolved ones, latest first, each with what holds it back.",
        response_model=bodies.AlertsBody,
        responses=problem_responses(status_503=UNAVAILABLE),
    )
    def read_alerts() -> Response:
        return json_response({"alerts": [bodies.show_alert(status) for status in alerts.alerts()]})

    @router.get(
        "/alerts/{fingerprint}",
        summary="One alert, with its history",
        description="What happened to it in the last 30 days, and what receivers were told.",
        response_model=bodies.AlertHistoryBody,
        responses=problem_responses(status_404="There is no such alert.", status_422=INVALID, status_503=UNAVAILABLE),
    )
    def read_alert(fingerprint: Fingerprint) -> Response:
        return json_response(bodies.show_history(alerts.alert(fingerprint)))

    @router.post(
        "/alerts/{fingerprint}/acknowledge",
        summary="Have an alert in hand",
        description="It is not repeated until it is over; receivers that know acknowledgements are told of it.",
        response_model=bodies.AlertHistoryBody,
        responses=problem_responses(status_404="No such alert fires.", status_422=INVALID, status_503=UNAVAILABLE),
    )
    def acknowledge(fingerprint: Fingerprint, deed: bodies.Deed) -> Response:
        alerts.acknowledge(fingerprint, deed.by, deed.comment)
        return json_response(bodies.show_history(alerts.alert(fingerprint)))


def _add_silences(router: APIRouter, alerts: AlertReads, clock: Clock) -> None:
    @router.get(
        "/silences",
        summary="All silences",
        description="Pending, active and expired ones; those that end last first.",
        response_model=bodies.SilencesBody,
        responses=problem_responses(status_503=UNAVAILABLE),
    )
    def read_silences() -> Response:
        now = clock.now()
        return json_response({"silences": [bodies.show_silence(each, each.state(now)) for each in alerts.silences()]})

    @router.post(
        "/silences",
        summary="Make or change a silence",
        description="While it is active, nobody is told of the alerts that meet all its matchers.",
        response_model=bodies.SilenceBody,
        responses=problem_responses(status_400=_UNUSABLE, status_422=INVALID, status_503=UNAVAILABLE),
    )
    def make_silence(wanted: bodies.WantedSilence) -> Response:
        now = clock.now()
        made = alerts.silence(read_silence(wanted, now), wanted.created_by)
        return json_response(bodies.show_silence(made, made.state(now)))

    @router.post(
        "/silences/preview",
        summary="Which alerts a silence would cover",
        description="Of those that go on now. Nothing is changed.",
        response_model=bodies.SilencePreviewBody,
        responses=problem_responses(status_400=_UNUSABLE, status_422=INVALID, status_503=UNAVAILABLE),
    )
    def preview_silence(wanted: bodies.WantedSilence) -> Response:
        return json_response(bodies.show_preview(alerts.preview(read_silence(wanted, clock.now()))))

    @router.post(
        "/silences/{silence_id}/expire",
        summary="End a silence",
        description="From now on. What it covered is told, if it still goes on.",
        response_model=bodies.SilencesBody,
        responses=problem_responses(status_404="There is no such silence.", status_422=INVALID, status_503=UNAVAILABLE),
    )
    def expire_silence(silence_id: SilenceId, deed: bodies.Deed) -> Response:
        alerts.expire(silence_id, deed.by)
        return read_silences()


def _add_notifications(router: APIRouter, alerts: AlertReads) -> None:
    @router.get(
        "/notifications",
        summary="What receivers were told, and are owed",
        description="The notification log with every attempt to deliver, newest first.",
        response_model=bodies.NotificationsBody,
        responses=problem_responses(status_422=INVALID, status_503=UNAVAILABLE),
    )
    def read_notifications(
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        before: Annotated[int | None, Query(ge=1, description="The id of the last one seen.")] = None,
    ) -> Response:
        log = alerts.notifications(limit=limit, before=before)
        return json_response({"notifications": [bodies.show_notification(entry) for entry in log]})

    @router.get(
        "/audit",
        summary="Who changed what about alerts",
        description="Silences and acknowledgements, newest first.",
        response_model=bodies.AuditBody,
        responses=problem_responses(status_503=UNAVAILABLE),
    )
    def read_audit() -> Response:
        return json_response(bodies.show_audit(alerts.audit()))

    @router.get(
        "/receivers",
        summary="Who can be told, and how",
        description="The names of receivers, each with its channels.",
        response_model=dict[str, list[str]],
        responses=problem_responses(status_503=UNAVAILABLE),
    )
    def read_receivers() -> Response:
        return json_response({name: list(channels) for name, channels in alerts.receivers().items()})

    @router.post(
        "/receivers/{receiver}/test",
        summary="Send a test to a receiver",
        description="One message over each of its channels, at once; how each went.",
        response_model=bodies.TestBody,
        responses=problem_responses(
            status_404="There is no such receiver.", status_422=INVALID, status_503=UNAVAILABLE
        ),
    )
    def test_receiver(receiver: Receiver, deed: bodies.Deed) -> Response:
        return json_response(bodies.show_test(alerts.test(receiver, deed.by)))
