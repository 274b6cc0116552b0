"""A search for traces and its answers, whichever tool asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from meshhub.errors import MeshhubError
from storage.records.spans import Span

DEFAULT_LIMIT = 100
MAX_LIMIT = 1_500
MAX_CONDITIONS = 50
MAX_TEXT = 4_096
MAX_WINDOW_NS = 31 * 86_400 * 10**9
LATEST_NS = 2**63 - 1

ANY, SPAN, RESOURCE = "", "span", "resource"
SERVICE_NAME = "service.name"
STATUS, KIND, NAME, DURATION = "<status>", "<kind>", "<name>", "<duration>"
"""Keys of properties of a span: its status ("error", "ok", "unset"), kind, name, duration in nanoseconds."""


class QueryFault(MeshhubError):
    """A question that cannot be read or goes over a limit; the message says which part and why."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a span must fulfil; an absent attribute fulfils nothing.

    `operator` is one of = != > >= < <= =~ !~ exists. Those of order compare `number`, the others `text`; regular
    expressions are those of RE2 and stand for the whole text only if they say so.
    """

    scope: str
    key: str
    operator: str
    text: str = ""
    number: float = 0.0

    @property
    def row(self) -> tuple[str, str, str, str, float]:
        return self.scope, self.key, self.operator, self.text, self.number


@dataclass(frozen=True, slots=True)
class TraceQuery:
    """Which traces: those with a span that fits all of it. Empty texts and a `longest_ns` of 0 ask for nothing.

    Times are Unix nanoseconds, [start, end). `any_of` are lists of conditions of which one must hold whole; none at all
    asks for nothing. A service is named with or without its namespace ("cart", "cart.shop").
    """

    start_ns: int
    end_ns: int
    service: str = ""
    operation: str = ""
    shortest_ns: int = 0
    longest_ns: int = 0
    any_of: tuple[tuple[Condition, ...], ...] = ()
    limit: int = DEFAULT_LIMIT
    spans_per_trace: int = 3
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace: its spans by start. `matched` counts those that fit the search, `span_ids` are some of them.

    `cut` says that it has more spans than these.
    """

    trace_id: str
    spans: Sequence[Span]
    matched: int = 0
    span_ids: tuple[str, ...] = ()
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Dependency:
    """That one service called another this often."""

    parent: str
    child: str
    calls: int
    failed: int


def checked(query: TraceQuery) -> TraceQuery:
    """The query, if it keeps to the limits; with the most traces there may be if it asks for more.

    Raises:
        QueryFault: it does not.
    """
    if not 0 <= query.start_ns <= query.end_ns <= LATEST_NS:
        raise QueryFault("could not use the time range: its end is before its start, or a time is out of range")
    if query.end_ns - query.start_ns > MAX_WINDOW_NS:
        raise QueryFault("could not use the time range: it is longer than 31 days")
    if query.shortest_ns < 0 or query.longest_ns < 0 or max(query.shortest_ns, query.longest_ns) > LATEST_NS:
        raise QueryFault("could not use the durations: one is negative or out of range")
    if query.longest_ns and query.longest_ns < query.shortest_ns:
        raise QueryFault("'maxDuration' should be greater than 'minDuration'")
    conditions = [condition for conditions in query.any_of for condition in conditions]
    if len(conditions) > MAX_CONDITIONS:
        raise QueryFault(f"could not use the query: it has more than {MAX_CONDITIONS} conditions")
    texts = [query.service, query.operation, *(text for each in conditions for text in (each.key, each.text))]
    if any(len(text) > MAX_TEXT for text in texts):
        raise QueryFault(f"could not use the query: a text is longer than {MAX_TEXT} characters")
    return query


def narrowed(query: TraceQuery) -> TraceQuery:
    """The same question with what the store answers fastest asked by itself: the service and operation that must be."""
    if len(query.any_of) != 1:
        return query
    service, operation, left = query.service, query.operation, list[Condition]()
    for condition in query.any_of[0]:
        must_be = condition.operator == "=" and condition.text != ""
        if must_be and condition.key == SERVICE_NAME and condition.scope != SPAN and not service:
            service = condition.text
        elif must_be and condition.key == NAME and not operation:
            operation = condition.text
        else:
            left.append(condition)
    if (query.service, query.operation) == (service, operation):
        return query
    return replace(query, service=service, operation=operation, any_of=(tuple(left),) if left else ())
