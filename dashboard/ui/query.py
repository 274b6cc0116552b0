"""The state of a page as its URL says it: every view is a link."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qs, urlencode

from dashboard.api.comparison import other_window
from dashboard.api.windows import DEFAULT_WINDOW, read_window
from meshhub.errors import MeshhubError
from meshhub.model import TimeRange

WINDOW, END, NAMESPACES, LIVE = "window", "end", "ns", "live"
CLUSTERS, COMPARE = "cluster", "compare"
LABELS, IDLE, GROUPS, OPENED, SELECTED = "labels", "idle", "groups", "open", "select"
REQUEST_ID, HOP = "id", "hop"
SHARED = (WINDOW, END, CLUSTERS, NAMESPACES, LIVE, COMPARE)
"""Parameters that every page understands: they are kept when moving between pages."""

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
    """What a page is asked to show.

    `length` and `end` are as dashboard.api.windows reads them; no end means now. `compare` is as
    dashboard.api.comparison reads it; empty means that nothing is compared. `opened` are the boxes that are drawn
    otherwise than the rest.
    """

    length: str = DEFAULT_WINDOW
    end: str = ""
    clusters: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    compare: str = ""
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
            UnusableWindow: it cannot be read, is too long, or ends in the future.
        """
        return read_window(self.length, None, self.end or None, now=now)

    def before(self, window: TimeRange) -> TimeRange | None:
        """The time range that `window` is compared with; None if with none.

        Raises:
            UnusableWindow: it cannot be read.
        """
        return other_window(self.compare, window) if self.compare else None


def parse(search: str | None) -> View:
    """Read the query part of a URL, with or without "?". Unknown parameters are ignored.

    Raises:
        UnreadableQuery: a value cannot be read.
    """
    given = {key: values[-1] for key, values in parse_qs((search or "").lstrip("?"), keep_blank_values=True).items()}
    labels = _listed(given[LABELS]) if LABELS in given else DEFAULT_LABELS
    return View(
        length=given.get(WINDOW) or DEFAULT_WINDOW,
        end=given.get(END, ""),
        clusters=_listed(given.get(CLUSTERS, "")),
        namespaces=_listed(given.get(NAMESPACES, "")),
        compare=given.get(COMPARE, "").strip(),
        labels=tuple(member(EdgeLabel, LABELS, name) for name in labels),
        idle=given.get(IDLE) != "off",
        groups=member(Groups, GROUPS, given.get(GROUPS) or Groups.AUTO),
        opened=_listed(given.get(OPENED, "")),
        selected=given.get(SELECTED, ""),
        request_id=given.get(REQUEST_ID, "").strip(),
        hop=given.get(HOP, ""),
    )


def write(**parameters: str) -> str:
    """A query part with "?" of the parameters that are not empty; "" if all are."""
    given = {key: value for key, value in parameters.items() if value}
    return f"?{urlencode(given)}" if given else ""


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in text.split(",") if part))


def member(kind: type[MemberT], parameter: str, name: str) -> MemberT:
    """The member that a parameter names.

    Raises:
        UnreadableQuery: there is none of this name; the message says which there are.
    """
    try:
        return kind(name)
    except ValueError as error:
        known = ", ".join(kind)
        raise UnreadableQuery(f"could not read {parameter}={name}: it takes {known}") from error
