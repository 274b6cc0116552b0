"""The questions of Jaeger's API v1: parameters of its paths, times in microseconds (dependencies and metrics: ms)."""

from collections.abc import Mapping
from dataclasses import dataclass

from traces.compat.model import ANY, DEFAULT_LIMIT, MAX_WINDOW_NS, Condition, QueryFault, TraceQuery, checked
from traces.compat.reading import (
    Pairs,
    Parameters,
    clean,
    quoted,
    read_go_duration,
    read_integer,
    read_limit,
    read_text_map,
    read_time,
    read_trace_id,
)

MICROSECOND, MILLISECOND, DAY = 10**3, 10**6, 86_400 * 10**9
DEFAULT_SEARCH_NS = 2 * DAY
DEFAULT_DEPENDENCIES_NS = DAY
DEFAULT_METRICS_NS = 3600 * 10**9
SHORTEST_STEP_MS = 60_000
"""What metrics are counted by."""
MAX_TRACE_IDS = 100
MAX_SERVICES = 100
MAX_POINTS = 11_000

_SPAN_KINDS = {"SPAN_KIND_SERVER": "server", "SPAN_KIND_CLIENT": "client"}
_OTHER_KINDS = frozenset({"SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER"})


@dataclass(frozen=True, slots=True)
class Window:
    """[start, end) in Unix nanoseconds."""

    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class MetricsQuery:
    """Which rates, errors or latencies. `kinds` are "server" and "client"; `step_seconds` whole minutes."""

    window: Window
    services: tuple[str, ...]
    kinds: tuple[str, ...]
    by_operation: bool
    step_seconds: int
    quantile: float = 0.0


def read_search(pairs: Pairs, *, now_ns: int) -> tuple[TraceQuery, tuple[str, ...]]:
    """A search, and the trace ids that were asked for instead of one. Without times: the last two days.

    Raises:
        QueryFault: a parameter cannot be read, or the query goes over a limit.
    """
    given = Parameters(pairs)
    tags = _tags(given)
    query = TraceQuery(
        start_ns=read_time("start", given.text("start"), unit_ns=MICROSECOND, default=now_ns - DEFAULT_SEARCH_NS),
        end_ns=read_time("end", given.text("end"), unit_ns=MICROSECOND, default=now_ns),
        service=given.text("service"),
        operation=given.text("operation"),
        shortest_ns=read_go_duration("minDuration", given.text("minDuration")),
        longest_ns=read_go_duration("maxDuration", given.text("maxDuration")),
        any_of=tag_conditions(tags),
        limit=read_limit("limit", given.text("limit"), default=DEFAULT_LIMIT),
    )
    ids = tuple(read_trace_id(text) for text in given.all("traceID"))
    if len(ids) > MAX_TRACE_IDS:
        raise QueryFault(f"could not use the query: it asks for more than {MAX_TRACE_IDS} trace ids")
    return (query if ids else checked(query)), ids


def tag_conditions(tags: Mapping[str, str]) -> tuple[tuple[Condition, ...], ...]:
    """That a span or its resource has all of these tags. An empty value fits nothing, like an absent tag."""
    return (tuple(Condition(ANY, key, "=", value) for key, value in tags.items()),) if tags else ()


def read_dependencies(pairs: Pairs, *, now_ns: int) -> Window:
    """The window of a question for dependencies: `lookback` up to `endTs`."""
    given = Parameters(pairs)
    return _window(given, now_ns, DEFAULT_DEPENDENCIES_NS)


def read_metrics(pairs: Pairs, *, now_ns: int, with_quantile: bool) -> MetricsQuery:
    """A question for metrics.

    Raises:
        QueryFault: no service, or a parameter cannot be read, or there would be too many points.
    """
    given = Parameters(pairs)
    services = tuple(service for service in given.all("service") if service)
    if not services:
        raise QueryFault("unable to parse param 'service': please provide at least one service name")
    if len(services) > MAX_SERVICES or any(len(service) > 1_024 for service in services):
        raise QueryFault(f"unable to parse param 'service': more than {MAX_SERVICES} services, or a name too long")
    window = _window(given, now_ns, DEFAULT_METRICS_NS)
    step_ms = max(given.integer("step", default=SHORTEST_STEP_MS), SHORTEST_STEP_MS)
    step_seconds = min(-(-step_ms // SHORTEST_STEP_MS) * 60, 31 * 86_400)
    if (window.end_ns - window.start_ns) // 10**9 // step_seconds > MAX_POINTS:
        raise QueryFault(f"unable to parse param 'step': there would be more than {MAX_POINTS} points")
    given.integer("ratePer", default=0)
    return MetricsQuery(
        window,
        services,
        _kinds(given.all("spanKind")),
        given.flag("groupByOperation"),
        step_seconds,
        _quantile(given.text("quantile")) if with_quantile else 0.0,
    )


def read_trace_options(pairs: Pairs) -> None:
    """Check what may come with the id of a trace; ids are found without times, and traces are not adjusted.

    Raises:
        QueryFault: a parameter cannot be read.
    """
    given = Parameters(pairs)
    for name in ("start", "end"):
        read_time(name, given.text(name), unit_ns=MICROSECOND, default=0)
    given.flag("raw")


def _window(given: Parameters, now_ns: int, default_ns: int) -> Window:
    end = read_time("endTs", given.text("endTs"), unit_ns=MILLISECOND, default=now_ns)
    text = given.text("lookback")
    length = read_integer("lookback", text) * MILLISECOND if text else default_ns
    if not 0 < length <= MAX_WINDOW_NS:
        raise QueryFault(f"unable to parse param 'lookback': {quoted(text)} is not between 1 ms and 31 days")
    return Window(max(end - length, 0), end)


def _kinds(texts: list[str]) -> tuple[str, ...]:
    for text in texts:
        if text not in _SPAN_KINDS and text not in _OTHER_KINDS and text not in _SPAN_KINDS.values():
            raise QueryFault(f"unable to parse param 'spanKind': unsupported span kind: {quoted(text)}")
    known = {_SPAN_KINDS.get(text, text) for text in texts or ["server"]}
    return tuple(sorted(known & {"server", "client"}))


def _quantile(text: str) -> float:
    try:
        quantile = float(text)
    except ValueError as error:
        raise QueryFault(f"unable to parse param 'quantile': {quoted(text)} is not a number") from error
    if not 0 <= quantile <= 1:
        raise QueryFault(f"unable to parse param 'quantile': {quoted(text)} is not between 0 and 1")
    return quantile


def _tags(given: Parameters) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given.all("tag"):
        key, colon, value = text.partition(":")
        if not colon:
            raise QueryFault(f"malformed 'tag' parameter, expecting key:value, received: {quoted(text)}")
        found[clean(key)] = clean(value)
    for text in given.all("tags"):
        if text:
            found |= read_text_map("tags", text)
    return found
