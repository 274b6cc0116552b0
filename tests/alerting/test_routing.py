"""The routing tree, mute times, groups and when they are told of, by value."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from alerting.alerts.lifecycle import step
from alerting.alerts.model import Acknowledgement, Alert, Observation, Sighting
from alerting.groups import Reason, Told, decide, group
from alerting.matchers import parse_matchers
from alerting.routing.model import GROUP_BY_ALL, MuteTime, Route, routes_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
TREE = Route(
    "0",
    "everybody",
    group_by=("alertname",),
    routes=(
        Route("0.0", "log", goes_on=True),
        Route(
            "0.1",
            "shop",
            parse_matchers('team="shop"'),
            routes=(Route("0.1.0", "shop-pager", parse_matchers('severity="page"')),),
        ),
        Route("0.2", "bank", parse_matchers('team=~"bank.*"')),
    ),
)


def alert(labels: Mapping[str, str], at: datetime = NOON) -> Alert:
    found = step(None, Observation(labels, Sighting.MET), at)
    assert found is not None
    return found


def over(firing: Alert, at: datetime) -> Alert:
    found = step(firing, Observation(firing.labels, Sighting.NOT_MET), at)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ({"team": "shop", "severity": "page"}, ["log", "shop-pager"]),
        ({"team": "shop"}, ["log", "shop"]),
        ({"team": "bank-eu"}, ["log", "bank"]),
        ({"team": "other"}, ["log"]),
    ],
)
def test_the_first_that_matches_takes_it_and_goes_on_where_it_says_so(
    labels: Mapping[str, str], receivers: list[str]
) -> None:
    assert [route.receiver for route in routes_of(TREE, labels)] == receivers


def test_what_no_child_takes_is_the_roots() -> None:
    assert [route.receiver for route in routes_of(Route("0", "all", routes=TREE.routes[1:]), {"team": "x"})] == ["all"]


@pytest.mark.parametrize(
    ("zone", "weekdays", "start", "end", "at", "muted"),
    [
        ("UTC", (), time(9), time(17), NOON, True),
        ("UTC", (), time(13), time(17), NOON, False),
        ("America/New_York", (), time(7), time(8), NOON, True),
        ("UTC", (5, 6), time(0), time(0), NOON, False),
        ("UTC", (5, 6), time(0), time(0), NOON - timedelta(days=1), True),
        ("UTC", (6,), time(22), time(6), NOON.replace(hour=5), True),
        ("UTC", (0,), time(22), time(6), NOON.replace(hour=5), False),
        ("UTC", (0,), time(22), time(6), NOON.replace(hour=23), True),
    ],
)
def test_mute_times(zone: str, weekdays: tuple[int, ...], start: time, end: time, at: datetime, muted: bool) -> None:
    assert MuteTime("quiet", zone, weekdays, start, end).covers(at) is muted


def test_alerts_with_the_same_group_labels_are_one_group() -> None:
    root = Route("0", "all", group_by=("service",))
    alerts = [alert({"alertname": name, "service": service}) for name in "ab" for service in ("cart", "shop")]
    assert [(dict(each.labels), len(each.alerts)) for each in group(alerts, root)] == [
        ({"service": "cart"}, 2),
        ({"service": "shop"}, 2),
    ]
    assert len(group(alerts, Route("0", "all", group_by=(GROUP_BY_ALL,)))) == 4
    assert [each.key for each in group(alerts[:1], root)] == ['0:all:{service="cart"}']


QUICK = Route("0", "all", group_wait=timedelta(seconds=30), group_interval=timedelta(minutes=5))
CART, SHOP = {"alertname": "x", "service": "cart"}, {"alertname": "x", "service": "shop"}


def told(
    alerts: list[Alert], last: Told | None, at: datetime, route: Route = QUICK
) -> tuple[Reason | None, Told | None]:
    (one,) = group(alerts, route)
    telling = decide(one, last, at)
    return (telling.reason, telling.told) if telling else (None, last)


def test_a_group_waits_then_tells_changes_then_repeats_then_says_that_all_is_over() -> None:
    cart = alert(CART)
    assert told([cart], None, NOON + timedelta(seconds=29))[0] is None
    reason, last = told([cart], None, NOON + timedelta(seconds=30))
    assert reason is Reason.FIRST

    shop = alert(SHOP, NOON + timedelta(minutes=1))
    assert told([cart, shop], last, NOON + timedelta(minutes=5))[0] is None
    reason, last = told([cart, shop], last, NOON + timedelta(minutes=5, seconds=30))
    assert reason is Reason.NEW_ALERTS
    assert told([cart, shop], last, NOON + timedelta(hours=4))[0] is None
    reason, last = told([cart, shop], last, NOON + timedelta(hours=4, minutes=6))
    assert reason is Reason.REPEAT

    ended = over(cart, NOON + timedelta(hours=4, minutes=7))
    assert told([ended, shop], last, NOON + timedelta(hours=4, minutes=8))[0] is None
    reason, last = told([ended, shop], last, NOON + timedelta(hours=4, minutes=12))
    assert reason is Reason.NEW_RESOLVED
    all_over = over(shop, NOON + timedelta(hours=5))
    assert told([ended, all_over], last, NOON + timedelta(hours=5))[0] is Reason.ALL_RESOLVED


def test_what_was_never_told_is_not_told_when_it_is_over() -> None:
    ended = over(alert(CART), NOON + timedelta(seconds=10))
    assert told([ended], None, NOON + timedelta(minutes=1))[0] is None


def test_in_a_mute_time_only_ends_are_told() -> None:
    muted = Route("0", "all", group_wait=timedelta(0), mute_times=(MuteTime("always"),))
    cart = alert(CART)
    assert told([cart], None, NOON, muted)[0] is None
    last = Told("0:all:{}", NOON, frozenset({cart.fingerprint}))
    assert told([over(cart, NOON)], last, NOON, muted)[0] is Reason.ALL_RESOLVED


def test_an_acknowledged_group_is_said_to_be_so_once_and_not_repeated() -> None:
    cart = alert(CART)
    _, last = told([cart], None, NOON + timedelta(minutes=1))
    held = replace(cart, acknowledged=Acknowledgement("ann", NOON))
    reason, last = told([held], last, NOON + timedelta(minutes=2))
    assert reason is Reason.ACKNOWLEDGED
    assert told([held], last, NOON + timedelta(days=1))[0] is None
    shop = alert(SHOP, NOON + timedelta(days=1))
    assert told([held, shop], last, NOON + timedelta(days=1))[0] is Reason.NEW_ALERTS
