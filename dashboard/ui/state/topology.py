"""The state of the topology page as its URL says it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import parse_qs

from dashboard.ui import query
from dashboard.ui.graph_scope import MAX_HOPS
from dashboard.ui.query import UnreadableQuery, View
from topology.model import Perspective

PERSPECTIVE, BOXES, FOCUS, HOPS, FIND, HIDE = "view", "boxes", "focus", "hops", "find", "hide"
MOTION, FRAME, SORT = "motion", "at", "sort"


class Boxes(StrEnum):
    """What services are boxed by."""

    NAMESPACE = "namespace"
    CLUSTER = "cluster"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TopologyState:
    """What the page is asked to show.

    `focus` is the id of a node of which only `hops` around are shown. `find` and `hide` are expressions. `frame` is the
    end of the frame of the replay that is shown; None if there is no replay.
    """

    view: View
    perspective: Perspective = Perspective.SERVICE
    boxes: Boxes = Boxes.NAMESPACE
    focus: str = ""
    hops: int = 1
    find: str = ""
    hide: str = ""
    frame: datetime | None = None
    sort: str = ""


def parse(search: str | None) -> TopologyState:
    """Read the query part of a URL, with or without "?".

    Raises:
        UnreadableQuery: a value cannot be read.
    """
    given = {key: values[-1] for key, values in parse_qs((search or "").lstrip("?"), keep_blank_values=True).items()}
    return TopologyState(
        view=query.parse(search),
        perspective=query.member(Perspective, PERSPECTIVE, given.get(PERSPECTIVE) or Perspective.SERVICE),
        boxes=query.member(Boxes, BOXES, given.get(BOXES) or Boxes.NAMESPACE),
        focus=given.get(FOCUS, ""),
        hops=_hops(given.get(HOPS) or "1"),
        find=given.get(FIND, "").strip(),
        hide=given.get(HIDE, "").strip(),
        frame=_frame(given.get(FRAME, "")),
        sort=given.get(SORT, ""),
    )


def _hops(text: str) -> int:
    if text not in (known := tuple(str(count) for count in range(1, MAX_HOPS + 1))):
        raise UnreadableQuery(f"could not read {HOPS}={text[:50]}: it takes {', '.join(known)}")
    return int(text)


def _frame(text: str) -> datetime | None:
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableQuery(f"could not read {FRAME}={text[:50]}: {error}") from error
    if time.tzinfo is None:
        raise UnreadableQuery(f"could not read {FRAME}={text[:50]}: it has no time zone")
    return time.astimezone(UTC)
