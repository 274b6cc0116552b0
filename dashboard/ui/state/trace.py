"""The state of the trace page as its URL says it."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs

from dashboard.ui import query

TRACE_ID, OTHER_ID, SPAN, TAB, FIND = "id", "with", "span", "tab", "find"


class Tab(StrEnum):
    """A way to look at a trace."""

    TIMELINE = "timeline"
    MAP = "map"
    FLAME = "flame"
    STATISTICS = "statistics"
    TABLE = "table"
    LOGS = "logs"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class TraceState:
    """What the page is asked to show. `other_id` is of the trace to compare with; empty texts ask for nothing."""

    trace_id: str = ""
    other_id: str = ""
    span: str = ""
    tab: Tab = Tab.TIMELINE
    find: str = ""


def parse(search: str | None) -> TraceState:
    """Read the query part of a URL, with or without "?".

    Raises:
        UnreadableQuery: a value cannot be read.
    """
    given = {key: values[-1] for key, values in parse_qs((search or "").lstrip("?"), keep_blank_values=True).items()}
    return TraceState(
        trace_id=given.get(TRACE_ID, "").strip(),
        other_id=given.get(OTHER_ID, "").strip(),
        span=given.get(SPAN, "").strip(),
        tab=query.member(Tab, TAB, given.get(TAB) or Tab.TIMELINE),
        find=given.get(FIND, ""),
    )
