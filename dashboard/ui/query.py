"""The state of a page as its URL says it: every view is a link."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qs, urlencode

from meshhub.errors import MeshhubError
from meshhub.model import TimeRange

WINDOW, END, NAMESPACES, LIVE = "window", "end", "ns", "live"
"""Parameters that every page understands: they are kept when moving between pages."""
LABELS, IDLE, GROUPS, OPENED, SELECTED = "labels", "idle", "groups", "open", "select"
REQUEST_ID, HOP = "id", "hop"
SHARED = (WINDOW, END, NAMESPACES, LIVE)

DEFAULT_WINDOW = "15m"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_MAX_LENGTH = timedelta(days=366)
_CLOCK_TOLERANCE = timedelta(minutes=5)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MemberT = TypeVar("MemberT", bound=StrEnum)


class EdgeLabel(StrEnum):
    """A number that can be written on an edge."""

    RATE = "rate"
    ERRORS = "errors"
    P50 = "p50"
    P95 = "p95"
    P99 = "p99"
    SECURITY = "mtls"


class Groups(StrEnum):
    """Whether namespaces are drawn as one node each."""

    AUTO = "auto"
    OPEN = "open"
    CLOSED = "closed"


DEFAULT_LABELS = (EdgeLabel.RATE, EdgeLabel.SECURITY)


class UnreadableQuery(MeshhubError):
    """The URL asks for something that does not exist. The message names the parameter and what it takes."""


@dataclass(frozen=True, slots=True)
class View:
    """What a page is asked to show. `end` None means now; `opened` are the namespaces drawn otherwise than the rest."""

    length: timedelta = timedelta(minutes=15)
    end: datetime | None = None
    namespaces: tuple[str, ...] = ()
    live: bool = True
    labels: tuple[EdgeLabel, ...] = DEFAULT_LABELS
    idle: bool = True
    groups: Groups = Groups.AUTO
    opened: tuple[str, ...] = ()
    selected: str = ""
    request_id: str = ""
    hop: str = ""

    def window(self, now: datetime) -> TimeRange:
        """The time range that is asked for.

        Raises:
            UnreadableQuery: it ends in the future.
        """
        if self.end is None:
            return TimeRange.last(self.length, now=now)
        if self.end > now + _CLOCK_TOLERANCE:
            raise UnreadableQuery(f"could not use {END}={self.end.isoformat()}: it is in the future")
        return TimeRange(self.end - self.length, self.end)


def parse(search: str | None) -> View:
    """Read the query part of a URL, with or without "?". Unknown parameters are ignored.

    Raises:
        UnreadableQuery: a value cannot be read.
    """
    given = {key: values[-1] for key, values in parse_qs((search or "").lstrip("?"), keep_blank_values=True).items()}
    return View(
        length=parse_length(given.get(WINDOW, DEFAULT_WINDOW)),
        end=_parse_end(given[END]) if given.get(END) else None,
        namespaces=_listed(given.get(NAMESPACES, "")),
        live=given.get(LIVE) != "off" and not given.get(END),
        labels=tuple(_member(EdgeLabel, LABELS, name) for name in _listed(given[LABELS]))
        if LABELS in given
        else DEFAULT_LABELS,
        idle=given.get(IDLE) != "off",
        groups=_member(Groups, GROUPS, given.get(GROUPS, Groups.AUTO)),
        opened=_listed(given.get(OPENED, "")),
        selected=given.get(SELECTED, ""),
        request_id=given.get(REQUEST_ID, "").strip(),
        hop=given.get(HOP, ""),
    )


def parse_length(text: str) -> timedelta:
    """A length of time as "90s", "15m", "6h" or "7d".

    Raises:
        UnreadableQuery: it is none, or longer than a year.
    """
    match = re.fullmatch(r"(\d{1,9})([smhd])", text)
    length = timedelta(seconds=int(match[1]) * _UNITS[match[2]]) if match else timedelta(0)
    if not timedelta(0) < length <= _MAX_LENGTH:
        raise UnreadableQuery(
            f"could not read {WINDOW}={text}: it takes a length up to a year, like 90s, 15m, 6h or 7d"
        )
    return length


def write_length(length: timedelta) -> str:
    """The shortest way to write a length that `parse_length` reads."""
    seconds = round(length.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


def write_time(time: datetime) -> str:
    """A moment for a URL: ISO 8601 in UTC, to the second."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write(**parameters: str) -> str:
    """A query part with "?" of the parameters that are not empty; "" if all are."""
    given = {key: value for key, value in parameters.items() if value}
    return f"?{urlencode(given)}" if given else ""


def _parse_end(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableQuery(f"could not read {END}={text}: it takes a time like 2026-03-01T14:00:00Z") from error
    if time - _EPOCH < _MAX_LENGTH:
        raise UnreadableQuery(f"could not use {END}={text}: it is long before any telemetry")
    return time


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in text.split(",") if part))


def _member(kind: type[MemberT], parameter: str, name: str) -> MemberT:
    try:
        return kind(name)
    except ValueError as error:
        known = ", ".join(kind)
        raise UnreadableQuery(f"could not read {parameter}={name}: it takes {known}") from error
