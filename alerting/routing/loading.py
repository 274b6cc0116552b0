"""Loads the notifications file: who is told of what, and over which channels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from alerting.heartbeat import HEARTBEAT
from alerting.inhibition import InhibitionRule
from alerting.matchers import Matcher
from alerting.notify.alertmanager import AlertmanagerWebhook
from alerting.notify.mail import Mail
from alerting.notify.model import Channel, MailServer
from alerting.notify.opsgenie import Opsgenie
from alerting.notify.pagerduty import PagerDuty
from alerting.notify.slack import Slack
from alerting.notify.teams import Teams
from alerting.notify.texts import HubLinks
from alerting.notify.webhook import UnusableTemplate, Webhook, read_template
from alerting.pager import Routing
from alerting.routing.file import WEEKDAYS, NotificationsFile, ReceiverEntry, RouteEntry
from alerting.routing.model import MuteTime, Route
from meshhub.configuration import decode, parse_yaml, read_yaml
from meshhub.errors import ConfigurationError, Fault

WHAT = "the notifications file"
NOBODY = "nobody"

DEFAULT_ROUTE = Route("0", NOBODY, group_by=("alertname", "cluster", "namespace", "service"))


@dataclass(frozen=True, slots=True)
class Notifications:
    """Who is told of what. `channels` are by the names of receiver and channel."""

    routing: Routing
    channels: Mapping[tuple[str, str], Channel]
    private_allowed: bool = False
    inhibit_by_dependencies: bool = True
    heartbeat: timedelta | None = None


NOTHING = Notifications(Routing(DEFAULT_ROUTE), {})
"""Without a file: alerts are shown, and nobody is told."""


def load_notifications(path: Path, seconds: Callable[[], float], external_url: str = "") -> Notifications:
    """Who is told of what, by a file.

    Args:
        path: the file.
        seconds: the clock that signatures are dated by, Unix seconds.
        external_url: where people reach the hub, if the file does not say so.

    Raises:
        ConfigurationError: with every fault of the file.
    """
    document = read_yaml(path, what=WHAT)
    return _made(decode(document, NotificationsFile), str(path), seconds, external_url)


def read_notifications(text: str, seconds: Callable[[], float], external_url: str = "") -> Notifications:
    """Who is told of what, by a text; see `load_notifications`."""
    document = parse_yaml(text, origin="text", what=WHAT)
    return _made(decode(document, NotificationsFile), "text", seconds, external_url)


def _made(file: NotificationsFile, origin: str, seconds: Callable[[], float], external_url: str) -> Notifications:
    links = HubLinks((file.external_url or external_url).rstrip("/"))
    channels = {
        (receiver.name, channel.name): channel
        for receiver in file.receivers
        for channel in _channels(receiver, links, seconds, origin)
    }
    mutes = {
        mute.name: MuteTime(mute.name, mute.zone, tuple(map(WEEKDAYS.index, mute.weekdays)), mute.start, mute.end)
        for mute in file.mute_times
    }
    root = _route(file.route, DEFAULT_ROUTE, "0", mutes)
    if file.heartbeat is not None:
        root = _with_heartbeat(root, file.heartbeat.receiver, file.heartbeat.every)
    names: dict[str, list[str]] = {receiver.name: [] for receiver in file.receivers}
    for receiver, channel in channels:
        names[receiver].append(channel)
    rules = tuple(InhibitionRule(rule.source_matchers, rule.target_matchers, rule.equal) for rule in file.inhibit_rules)
    return Notifications(
        Routing(root, rules, names),
        channels,
        file.allow_private_addresses,
        file.inhibit_by_dependencies,
        None if file.heartbeat is None else file.heartbeat.every,
    )


def _route(entry: RouteEntry, parent: Route, place: str, mutes: Mapping[str, MuteTime]) -> Route:
    own = Route(
        place,
        entry.receiver or parent.receiver,
        entry.matchers,
        parent.group_by if entry.group_by is None else entry.group_by,
        parent.group_wait if entry.group_wait is None else entry.group_wait,
        parent.group_interval if entry.group_interval is None else entry.group_interval,
        parent.repeat_interval if entry.repeat_interval is None else entry.repeat_interval,
        tuple(mutes[name] for name in entry.mute_times),
        entry.continue_,
    )
    routes = tuple(_route(child, own, f"{place}.{number}", mutes) for number, child in enumerate(entry.routes))
    return replace(own, routes=routes)


def _with_heartbeat(root: Route, receiver: str, every: timedelta) -> Route:
    """The tree with a first branch for the heartbeat alone: told at once, and again and again."""
    only = Route(
        f"{root.id}.heartbeat",
        receiver,
        (Matcher("alertname", "=", HEARTBEAT),),
        group_wait=timedelta(0),
        group_interval=every,
        repeat_interval=every,
    )
    return replace(root, routes=(only, *root.routes))


def _channels(receiver: ReceiverEntry, links: HubLinks, seconds: Callable[[], float], origin: str) -> Sequence[Channel]:
    made: list[Channel] = []

    def name(kind: str, number: int) -> str:
        return kind if number == 0 else f"{kind}-{number + 1}"

    for number, pagerduty in enumerate(receiver.pagerduty):
        made.append(PagerDuty(pagerduty.routing_key, links, pagerduty.url, name("pagerduty", number)))
    for number, slack in enumerate(receiver.slack):
        made.append(Slack(slack.url, links, slack.send_resolved, name("slack", number)))
    for number, teams in enumerate(receiver.teams):
        made.append(Teams(teams.url, links, teams.send_resolved, name("teams", number)))
    for number, opsgenie in enumerate(receiver.opsgenie):
        made.append(Opsgenie(opsgenie.api_key, links, opsgenie.url, name("opsgenie", number)))
    for number, mail in enumerate(receiver.email):
        server = MailServer(mail.host, mail.port, mail.username, mail.password, mail.starttls)
        made.append(Mail(server, mail.sender, mail.to, links, mail.send_resolved, name("email", number)))
    for number, hook in enumerate(receiver.webhook):
        try:
            read_template(hook.template)
        except UnusableTemplate as error:
            place = f"receivers: {receiver.name}: webhook: template"
            raise ConfigurationError(WHAT, [Fault(origin, None, f"{place}: {error}")]) from error
        made.append(
            Webhook(
                hook.url,
                links,
                seconds,
                hook.template,
                hook.hmac_secret,
                hook.headers,
                hook.content_type,
                hook.send_resolved,
                name("webhook", number),
            )
        )
    for number, target in enumerate(receiver.alertmanager):
        made.append(
            AlertmanagerWebhook(
                target.url, links, target.send_resolved, target.bearer_token, name("alertmanager", number)
            )
        )
    return made
