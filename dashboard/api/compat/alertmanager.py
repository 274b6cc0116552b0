"""Alertmanager's API v2 (prometheus/alertmanager, api/v2/openapi.yaml): tools post and read alerts and silences.

Prometheus and vmalert post to /api/v2/alerts; amtool, Grafana and karma read alerts, groups, receivers and silences.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerting.alerts.model import Alert, AlertState
from alerting.groups import Group
from alerting.matchers import Matcher, make_matcher, matches_all, parse_matcher
from alerting.notify.alertmanager import moment
from alerting.pager import AlertStatus
from alerting.posted import MAX_ALERTS, RESOLVE_TIMEOUT, Posted
from alerting.routing.model import routes_of
from alerting.silences import Silence
from dashboard.api.parameters import json_response
from meshhub import __version__
from meshhub.clock import Clock
from meshhub.errors import NotFound, UnusableRequest

PREFIX = "/api/v2"

SilenceId = Annotated[str, Path(min_length=1, max_length=64)]
Filter = Annotated[tuple[str, ...], Query(max_length=50, description='Matchers, like service="cart".')]


class AlertReads(Protocol):
    """dashboard.reads.alerts.AlertReads."""

    def alerts(self) -> list[AlertStatus]: ...

    def groups(self) -> list[Group]: ...

    def routes(self) -> Any: ...

    def silences(self) -> list[Silence]: ...

    def silence(self, wanted: Silence, who: str) -> Silence: ...

    def expire(self, silence_id: str, who: str) -> None: ...

    def post(self, alerts: Sequence[Posted]) -> None: ...

    def receivers(self) -> dict[str, Sequence[str]]: ...


class PostedBody(BaseModel):
    """One alert as it is posted. Unknown keys are left out, as Alertmanager does."""

    model_config = ConfigDict(extra="ignore")

    labels: dict[str, str]
    annotations: dict[str, str] = Field(default_factory=dict)
    startsAt: datetime | None = None  # noqa: N815 - Alertmanager's name
    endsAt: datetime | None = None  # noqa: N815
    generatorURL: Annotated[str, Field(max_length=4_000)] = ""  # noqa: N815


class MatcherBody(BaseModel):
    """One matcher of a silence."""

    name: Annotated[str, Field(min_length=1, max_length=256)]
    value: Annotated[str, Field(max_length=1_000)]
    isRegex: bool = False  # noqa: N815
    isEqual: bool = True  # noqa: N815


class PostedSilence(BaseModel):
    """A silence as it is posted."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[str, Field(max_length=64)] | None = None
    matchers: Annotated[list[MatcherBody], Field(min_length=1, max_length=50)]
    startsAt: datetime  # noqa: N815
    endsAt: datetime  # noqa: N815
    createdBy: Annotated[str, Field(max_length=200)]  # noqa: N815
    comment: Annotated[str, Field(max_length=4_000)] = ""


def create_router(alerts: AlertReads, clock: Clock) -> APIRouter:
    """The routes under /api/v2."""
    router = APIRouter(prefix=PREFIX, tags=["Alertmanager"])
    started = clock.now()
    _add_status(router, alerts, started)
    _add_alerts(router, alerts, clock)
    _add_silences(router, alerts, clock)
    return router


def _add_status(router: APIRouter, alerts: AlertReads, started: datetime) -> None:
    @router.get("/status", summary="Alertmanager: status")
    def read_status() -> Response:
        version = dict.fromkeys(("branch", "buildDate", "buildUser", "goVersion", "revision"), "")
        return json_response(
            {
                "cluster": {"status": "disabled", "peers": []},
                "versionInfo": version | {"version": __version__},
                "config": {"original": ""},
                "uptime": moment(started),
            }
        )

    @router.get("/receivers", summary="Alertmanager: receivers")
    def read_receivers() -> Response:
        return json_response([{"name": name} for name in sorted(alerts.receivers())])


def _add_alerts(router: APIRouter, alerts: AlertReads, clock: Clock) -> None:
    @router.get("/alerts", summary="Alertmanager: alerts")
    def read_alerts(
        active: bool = True,
        silenced: bool = True,
        inhibited: bool = True,
        filter: Filter = (),  # noqa: A002 - Alertmanager's name
        receiver: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        matchers, root = _matchers(filter), alerts.routes()
        found = []
        for status in alerts.alerts():
            if status.alert.state is not AlertState.FIRING or not matches_all(matchers, status.alert.labels):
                continue
            held = bool(status.silenced_by) or status.inhibited_by is not None
            if (
                (not held and not active)
                or (status.silenced_by and not silenced)
                or (status.inhibited_by and not inhibited)
            ):
                continue
            receivers = [route.receiver for route in routes_of(root, status.alert.labels)]
            if not receiver or receiver in receivers:
                found.append(_alert(status, receivers, clock.now()))
        return json_response(found)

    @router.get("/alerts/groups", summary="Alertmanager: alerts in groups")
    def read_groups(filter: Filter = ()) -> Response:  # noqa: A002
        matchers = _matchers(filter)
        statuses = {status.alert.fingerprint: status for status in alerts.alerts()}
        now = clock.now()
        return json_response(
            [
                {
                    "labels": dict(group.labels),
                    "receiver": {"name": group.route.receiver},
                    "alerts": [_alert(statuses[alert.fingerprint], [group.route.receiver], now) for alert in shown],
                }
                for group in alerts.groups()
                if (shown := [a for a in group.alerts if a.fingerprint in statuses and matches_all(matchers, a.labels)])
            ]
        )

    @router.post("/alerts", summary="Alertmanager: post alerts")
    def post_alerts(posted: Annotated[list[PostedBody], Field(max_length=MAX_ALERTS)]) -> Response:
        now = clock.now()
        alerts.post(
            [
                Posted(each.labels, each.annotations, each.generatorURL, _end(each.endsAt) or now + RESOLVE_TIMEOUT)
                for each in posted
            ]
        )
        return Response(status_code=200)


def _add_silences(router: APIRouter, alerts: AlertReads, clock: Clock) -> None:
    @router.get("/silences", summary="Alertmanager: silences")
    def read_silences(filter: Filter = ()) -> Response:  # noqa: A002
        wanted = _matchers(filter)
        now = clock.now()
        return json_response(
            [
                _silence(each, now)
                for each in alerts.silences()
                if all(any(own.name == m.name and own.value == m.value for own in each.matchers) for m in wanted)
            ]
        )

    @router.post("/silences", summary="Alertmanager: post a silence")
    def post_silence(posted: PostedSilence) -> Response:
        now = clock.now()
        made = alerts.silence(_read_silence(posted, now), posted.createdBy)
        return json_response({"silenceID": made.id})

    @router.get("/silence/{silence_id}", summary="Alertmanager: one silence")
    def read_silence(silence_id: SilenceId) -> Response:
        found = next((each for each in alerts.silences() if each.id == silence_id), None)
        if found is None:
            raise NotFound(f"could not find the silence {silence_id}: there is none with this id")
        return json_response(_silence(found, clock.now()))

    @router.delete("/silence/{silence_id}", summary="Alertmanager: end a silence")
    def delete_silence(silence_id: SilenceId) -> Response:
        alerts.expire(silence_id, "api/v2")
        return Response(status_code=200)


def _matchers(texts: Sequence[str]) -> list[Matcher]:
    return [parse_matcher(text) for text in texts]


def _end(time: datetime | None) -> datetime | None:
    """An end as it is meant: Go's zero time is none."""
    if time is None or time.year <= 1:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _alert(status: AlertStatus, receivers: Sequence[str], now: datetime) -> Mapping[str, Any]:
    alert: Alert = status.alert
    held = bool(status.silenced_by) or status.inhibited_by is not None
    return {
        "annotations": dict(sorted(alert.annotations.items())),
        "endsAt": moment(alert.ends_at or now + RESOLVE_TIMEOUT),
        "fingerprint": alert.fingerprint,
        "receivers": [{"name": name} for name in receivers],
        "startsAt": moment(alert.starts_at),
        "status": {
            "inhibitedBy": [status.inhibited_by.source] if status.inhibited_by else [],
            "silencedBy": list(status.silenced_by),
            "mutedBy": [],
            "state": "suppressed" if held else "active",
        },
        "updatedAt": moment(max(alert.last_met, alert.starts_at)),
        "generatorURL": alert.generator_url,
        "labels": dict(sorted(alert.labels.items())),
    }


def _silence(silence: Silence, now: datetime) -> Mapping[str, Any]:
    return {
        "id": silence.id,
        "status": {"state": silence.state(now).value},
        "updatedAt": moment(silence.updated_at),
        "comment": silence.comment,
        "createdBy": silence.created_by,
        "startsAt": moment(silence.starts_at),
        "endsAt": moment(silence.ends_at),
        "matchers": [
            {
                "name": matcher.name,
                "value": matcher.value,
                "isRegex": "~" in matcher.operator,
                "isEqual": not matcher.operator.startswith("!"),
            }
            for matcher in silence.matchers
        ],
    }


def _read_silence(posted: PostedSilence, now: datetime) -> Silence:
    matchers = tuple(
        make_matcher(
            each.name, ("=~" if each.isEqual else "!~") if each.isRegex else ("=" if each.isEqual else "!="), each.value
        )
        for each in posted.matchers
    )
    starts_at, ends_at = _end(posted.startsAt), _end(posted.endsAt)
    if starts_at is None or ends_at is None:
        raise UnusableRequest("could not make the silence: startsAt and endsAt are needed")
    made_id = posted.id or secrets.token_hex(16)
    return Silence(made_id, matchers, starts_at, ends_at, posted.createdBy, posted.comment, now)
