"""The state of the requests page as its URL says it."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from dashboard.ui import query
from dashboard.ui.query import UnreadableQuery, View
from traces.search import Sort

QUERY, SORT, ROWS, PICK = "q", "sort", "rows", "pick"
FAILED = "failed"
"""The pick of all requests that failed."""

ROWS_AT_FIRST, ROWS_AT_MOST = 100, 1_000


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the scatter: starts in Unix milliseconds, durations in microseconds, bounds included."""

    first_ms: float
    last_ms: float
    shortest_us: float
    longest_us: float


@dataclass(frozen=True, slots=True)
class RequestsState:
    """What the page is asked to show. With a request id its journey, otherwise what the expression finds."""

    view: View
    expression: str = ""
    sort: Sort = Sort.NEWEST
    rows: int = ROWS_AT_FIRST
    box: Box | None = None
    failed: bool = False
    """The requests that failed are compared with the rest."""


def parse(search: str | None) -> RequestsState:
    """Read the query part of a URL, with or without "?".

    Raises:
        UnreadableQuery: a value cannot be read.
    """
    given = {key: values[-1] for key, values in parse_qs((search or "").lstrip("?"), keep_blank_values=True).items()}
    pick, rows = given.get(PICK, ""), given.get(ROWS, "")
    return RequestsState(
        view=query.parse(search),
        expression=given.get(QUERY, "").strip(),
        sort=query.member(Sort, SORT, given.get(SORT) or Sort.NEWEST),
        rows=min(max(int(rows), 1), ROWS_AT_MOST) if rows.isascii() and rows.isdigit() else ROWS_AT_FIRST,
        box=_box(pick) if pick and pick != FAILED else None,
        failed=pick == FAILED,
    )


def _box(text: str) -> Box:
    try:
        first, last, shortest, longest = map(float, text.split("~"))
    except ValueError as error:
        raise UnreadableQuery(f"could not read {PICK}={text[:50]}: it takes four numbers, or {FAILED}") from error
    return Box(first, last, shortest, longest)
