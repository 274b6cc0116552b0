"""The routing tree."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerting.matchers import Matcher, matches_all

GROUP_BY_ALL = "..."
"""As a name in `group_by`: every alert is a group of its own."""


@dataclass(frozen=True, slots=True)
class MuteTime:
    """When nothing is sent, over and over: on these weekdays (Monday is 0; none: every day) from `start` to `end` in a
    time zone. An end before the start is on the next day."""

    name: str
    zone: str = "UTC"
    weekdays: tuple[int, ...] = ()
    start: time = time(0, 0)
    end: time = time(0, 0)

    def covers(self, now: datetime) -> bool:
        """Whether this moment is within it."""
        local = now.astimezone(ZoneInfo(self.zone))
        at, today = local.time(), local.weekday()
        if self.start < self.end:
            return self.start <= at < self.end and self._on(today)
        return (at >= self.start and self._on(today)) or (at < self.end and self._on((today - 1) % 7))

    def _on(self, weekday: int) -> bool:
        return not self.weekdays or weekday in self.weekdays


@dataclass(frozen=True, slots=True)
class Route:
    """One node of the tree. Every alert comes to the root; the first child that matches takes it, and the next ones too
    while `goes_on` says so. What no child takes is the node's own.

    `group_wait`: how long a new group waits for more alerts. `group_interval`: how long until changes in a group are
    told. `repeat_interval`: how long until what goes on is told again. `id` is its place in the tree: "0", "0.1", …
    """

    id: str
    receiver: str
    matchers: tuple[Matcher, ...] = ()
    group_by: tuple[str, ...] = ()
    group_wait: timedelta = timedelta(seconds=30)
    group_interval: timedelta = timedelta(minutes=5)
    repeat_interval: timedelta = timedelta(hours=4)
    mute_times: tuple[MuteTime, ...] = ()
    goes_on: bool = False
    routes: tuple["Route", ...] = ()

    def muted(self, now: datetime) -> str:
        """The name of the mute time that covers this moment; empty if none does."""
        return next((mute.name for mute in self.mute_times if mute.covers(now)), "")

    def group_labels(self, labels: Mapping[str, str]) -> dict[str, str]:
        """The labels by which an alert is grouped here."""
        if GROUP_BY_ALL in self.group_by:
            return dict(sorted(labels.items()))
        return {name: labels[name] for name in sorted(self.group_by) if name in labels}


def routes_of(root: Route, labels: Mapping[str, str]) -> tuple[Route, ...]:
    """The nodes whose receivers hear of an alert, in the order of the tree. At least one: the root takes what nobody
    else does."""
    return tuple(_matching(root, labels))


def _matching(route: Route, labels: Mapping[str, str]) -> Iterator[Route]:
    taken = False
    for child in route.routes:
        if not matches_all(child.matchers, labels):
            continue
        taken = True
        yield from _matching(child, labels)
        if not child.goes_on:
            return
    if not taken:
        yield route
