"""The questions of Tempo's HTTP API: times in Unix seconds, durations as Go writes them."""

import re

from traces.compat.model import ANY, MAX_LIMIT, Condition, QueryFault, TraceQuery, checked
from traces.compat.reading import Pairs, Parameters, quoted, read_go_duration, read_limit, read_time
from traces.tempo.traceql import Field, read_field, read_traceql

SECOND = 10**9
DEFAULT_LIMIT = 20
DEFAULT_SPANS = 3
MAX_SPANS = 100
DEFAULT_WINDOW_NS = 3_600 * SECOND

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LOGFMT = re.compile(r'\s*([^\s="]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?=\s|$)')


def read_search(pairs: Pairs, *, now_ns: int, tenant: str = "") -> tuple[TraceQuery, tuple[Field, ...]]:
    """A search by TraceQL (`q`) or by `tags` (logfmt), and the fields that its answer shows.

    Without times it is of the last hour.

    Raises:
        QueryFault: a parameter cannot be read (TraceQlFault: with its place in the query), or a limit is gone over.
    """
    given = Parameters(pairs)
    start_ns, end_ns = read_window(given, now_ns=now_ns)
    wanted = read_traceql(given.text("q"))
    tags = _logfmt(given.text("tags"))
    any_of = tuple((*conditions, *tags) for conditions in wanted.any_of or ((),)) if tags else wanted.any_of
    query = TraceQuery(
        start_ns=start_ns,
        end_ns=end_ns,
        shortest_ns=read_go_duration("minDuration", given.text("minDuration")),
        longest_ns=read_go_duration("maxDuration", given.text("maxDuration")),
        any_of=any_of,
        limit=read_limit("limit", given.text("limit"), default=DEFAULT_LIMIT),
        spans_per_trace=min(read_limit("spss", given.text("spss"), default=DEFAULT_SPANS), MAX_SPANS),
        tenant=tenant,
    )
    return checked(query), wanted.fields


def read_window(given: Parameters, *, now_ns: int) -> tuple[int, int]:
    """`start` and `end` in seconds as nanoseconds; without an end now, without a start an hour before it."""
    end_ns = read_time("end", given.text("end"), unit_ns=SECOND, default=now_ns)
    start_ns = read_time("start", given.text("start"), unit_ns=SECOND, default=max(end_ns - DEFAULT_WINDOW_NS, 0))
    window = checked(TraceQuery(start_ns=start_ns, end_ns=end_ns, limit=MAX_LIMIT))
    return window.start_ns, window.end_ns


def read_tag(tag: str) -> Field:
    """The attribute whose values are asked for: with a scope, as TraceQL has it, or by its key alone.

    Raises:
        QueryFault: its name is too long.
    """
    if len(tag) > 1_024:
        raise QueryFault("could not read the tag: its name is longer than 1024 characters")
    try:
        return read_field(tag)
    except QueryFault:
        return Field(ANY, tag, tag)


def _logfmt(text: str) -> tuple[Condition, ...]:
    found: list[Condition] = []
    position = 0
    while match := _LOGFMT.match(text, position):
        value = match[2]
        plain = _ESCAPED.sub(r"\1", value[1:-1]) if value.startswith('"') else value
        found.append(Condition(ANY, match[1], "=", plain))
        position = match.end()
    if text[position:].strip():
        raise QueryFault(f"invalid tags: could not read {quoted(text[position:])}, expected key=value")
    return tuple(found)
