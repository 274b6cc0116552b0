"""The notifications file as it is written: receivers, the routing tree, inhibition, mute times, the heartbeat."""

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from alerting.matchers import Matcher, UnreadableMatcher, parse_matcher
from alerting.specification.quantities import read_length
from meshhub.configuration import Section
from meshhub.secret import Secret

MAX_ROUTES, MAX_DEPTH, MAX_RECEIVERS = 1_000, 20, 500

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Name = Annotated[str, Field(min_length=1, max_length=200)]


def _wait(value: Any) -> timedelta:
    """A length that may be none at all."""
    return timedelta(0) if value in (0, "0", "0s") else read_length(value)


Length = Annotated[timedelta, BeforeValidator(read_length)]
Wait = Annotated[timedelta, BeforeValidator(_wait)]


def _matcher(value: Any) -> Matcher:
    if isinstance(value, Matcher):
        return value
    if not isinstance(value, str):
        raise ValueError('a matcher is a text like service="checkout"')
    try:
        return parse_matcher(value)
    except UnreadableMatcher as error:
        raise ValueError(str(error)) from error


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError("must be an http:// or https:// URL with a host and without a user name")
    return value


def _secret_address(value: Secret) -> Secret:
    _address(value.reveal())
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {value}") from error
    return value


def _moment(value: Any) -> time:
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError('a time of day is written in quotes, like "22:00"') from error


Matchers = tuple[Annotated[Matcher, BeforeValidator(_matcher)], ...]
Address = Annotated[str, AfterValidator(_address)]
SecretAddress = Annotated[Secret, AfterValidator(_secret_address)]


class WithFiles(Section):
    """A section whose secrets may be in files: `x_file` is the twin of `x`, read when the file is loaded."""

    @model_validator(mode="before")
    @classmethod
    def read_files(cls, given: Any) -> Any:
        """Put the content of `x_file` in the place of `x`."""
        if not isinstance(given, dict):
            return given
        found = dict(given)
        for key in [key for key in found if isinstance(key, str) and key.endswith("_file")]:
            name = key.removesuffix("_file")
            if name not in cls.model_fields or name in found:
                raise ValueError(f"{key}: unknown key" if name not in found else f"{name} and {key} exclude each other")
            path = found.pop(key)
            try:
                found[name] = Secret.from_file(Path(path))
            except (OSError, TypeError, UnicodeDecodeError) as error:
                raise ValueError(f"{key}: cannot be read: {error}") from error
        return found


class PagerDutyEntry(WithFiles):
    """PagerDuty, Events API v2."""

    routing_key: Secret
    url: Address = "https://events.pagerduty.com/v2/enqueue"


class SlackEntry(WithFiles):
    """An incoming webhook of Slack."""

    url: SecretAddress
    send_resolved: bool = True


class TeamsEntry(WithFiles):
    """A workflow of Microsoft Teams."""

    url: SecretAddress
    send_resolved: bool = True


class OpsgenieEntry(WithFiles):
    """Opsgenie; the URL of the EU is https://api.eu.opsgenie.com."""

    api_key: Secret
    url: Address = "https://api.opsgenie.com"


class MailEntry(WithFiles):
    """Mail over SMTP."""

    to: Annotated[tuple[Name, ...], Field(min_length=1, max_length=50)]
    sender: Name
    host: Name
    port: int = Field(default=587, ge=1, le=65535)
    username: str = ""
    password: Secret = Secret("")
    starttls: bool = True
    send_resolved: bool = True


class WebhookEntry(WithFiles):
    """A webhook of one's own, with a template (jinja2) over the Alertmanager payload, and an HMAC signature."""

    url: SecretAddress
    template: str = ""
    hmac_secret: Secret = Secret("")
    headers: dict[Name, Secret] = Field(default_factory=dict, max_length=20)
    content_type: Name = "application/json"
    send_resolved: bool = True


class AlertmanagerEntry(WithFiles):
    """What takes Alertmanager's webhooks."""

    url: SecretAddress
    bearer_token: Secret = Secret("")
    send_resolved: bool = True


class ReceiverEntry(Section):
    """Somebody who is told, over one channel or several."""

    name: Name
    pagerduty: tuple[PagerDutyEntry, ...] = ()
    slack: tuple[SlackEntry, ...] = ()
    teams: tuple[TeamsEntry, ...] = ()
    opsgenie: tuple[OpsgenieEntry, ...] = ()
    email: tuple[MailEntry, ...] = ()
    webhook: tuple[WebhookEntry, ...] = ()
    alertmanager: tuple[AlertmanagerEntry, ...] = ()


class RouteEntry(Section):
    """A node of the routing tree; what is left out is as its parent has it."""

    receiver: Name | None = None
    matchers: Matchers = ()
    group_by: tuple[Name, ...] | None = None
    group_wait: Wait | None = None
    group_interval: Wait | None = None
    repeat_interval: Length | None = None
    mute_times: tuple[Name, ...] = ()
    continue_: bool = Field(default=False, alias="continue")
    routes: tuple["RouteEntry", ...] = ()


class InhibitEntry(Section):
    """Alerts that meet `target_matchers` are held back while one fires that meets `source_matchers`."""

    source_matchers: Matchers
    target_matchers: Matchers
    equal: tuple[Name, ...] = ()


class MuteEntry(Section):
    """When nothing is sent, week after week."""

    name: Name
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    weekdays: tuple[Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], ...] = ()
    start: Annotated[time, BeforeValidator(_moment)] = time(0, 0)
    end: Annotated[time, BeforeValidator(_moment)] = time(0, 0)


class HeartbeatEntry(Section):
    """An alert that always fires: who hears nothing of it for longer than `every` knows that the hub is gone."""

    receiver: Name
    every: Length = timedelta(minutes=1)


class NotificationsFile(Section):
    """The whole file."""

    external_url: Address | None = None
    allow_private_addresses: bool = False
    receivers: Annotated[tuple[ReceiverEntry, ...], Field(max_length=MAX_RECEIVERS)]
    route: RouteEntry
    inhibit_rules: tuple[InhibitEntry, ...] = ()
    inhibit_by_dependencies: bool = True
    mute_times: tuple[MuteEntry, ...] = ()
    heartbeat: HeartbeatEntry | None = None

    @model_validator(mode="after")
    def names_are_known(self) -> Self:
        """Whatever is named is there, once."""
        receivers = [receiver.name for receiver in self.receivers]
        mutes = [mute.name for mute in self.mute_times]
        faults = [
            *(f"receivers: {name} is there twice" for name in sorted({n for n in receivers if receivers.count(n) > 1})),
            *(f"mute_times: {name} is there twice" for name in sorted({n for n in mutes if mutes.count(n) > 1})),
        ]
        if self.route.receiver is None:
            faults.append("route: the root needs a receiver")
        if self.route.matchers or self.route.continue_:
            faults.append("route: the root takes every alert: it has no matchers, and nothing comes after it")
        nodes = list(_nodes(self.route, "route", 0))
        if len(nodes) > MAX_ROUTES:
            faults.append(f"route: there are {len(nodes)} routes; at most {MAX_ROUTES} fit")
        for place, node, depth in nodes:
            if node.receiver is not None and node.receiver not in receivers:
                faults.append(f"{place}: there is no receiver {node.receiver}")
            faults += [f"{place}: there is no mute time {name}" for name in node.mute_times if name not in mutes]
            if depth > MAX_DEPTH:
                faults.append(f"{place}: routes are nested more than {MAX_DEPTH} deep")
        if self.heartbeat is not None and self.heartbeat.receiver not in receivers:
            faults.append(f"heartbeat: there is no receiver {self.heartbeat.receiver}")
        if faults:
            raise ValueError("; ".join(faults))
        return self


def _nodes(node: RouteEntry, place: str, depth: int) -> list[tuple[str, RouteEntry, int]]:
    found = [(place, node, depth)]
    for number, child in enumerate(node.routes if depth <= MAX_DEPTH else ()):
        found += _nodes(child, f"{place}.routes[{number}]", depth + 1)
    return found
