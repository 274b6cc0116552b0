"""The questions of Zipkin's API v2: times and lookbacks in milliseconds, durations in microseconds."""

from traces.compat.model import ANY, MAX_WINDOW_NS, SPAN, Condition, QueryFault, TraceQuery, checked
from traces.compat.reading import Pairs, Parameters, read_limit, read_time, read_trace_id

MICROSECOND, MILLISECOND = 10**3, 10**6
DEFAULT_LIMIT = 10
DEFAULT_LOOKBACK_NS = 86_400 * 10**9
MAX_TRACE_IDS = 100


def read_search(pairs: Pairs, *, now_ns: int) -> TraceQuery:
    """A search; without times of the last day.

    Raises:
        QueryFault: a parameter cannot be read or is not supported, or a limit is gone over.
    """
    given = Parameters(pairs)
    if given.text("remoteServiceName"):
        raise QueryFault("could not use remoteServiceName: this hub does not search by it")
    start_ns, end_ns = read_window(pairs, now_ns=now_ns)
    terms = _terms(given.text("annotationQuery"))
    return checked(
        TraceQuery(
            start_ns=start_ns,
            end_ns=end_ns,
            service=given.text("serviceName"),
            operation=_unless_all(given.text("spanName")),
            shortest_ns=_duration(given, "minDuration"),
            longest_ns=_duration(given, "maxDuration"),
            any_of=(terms,) if terms else (),
            limit=read_limit("limit", given.text("limit"), default=DEFAULT_LIMIT),
        )
    )


def read_window(pairs: Pairs, *, now_ns: int) -> tuple[int, int]:
    """`lookback` up to `endTs`, in nanoseconds; of a longer lookback the last 31 days."""
    given = Parameters(pairs)
    end_ns = read_time("endTs", given.text("endTs"), unit_ns=MILLISECOND, default=now_ns)
    lookback_ns = given.integer("lookback", default=DEFAULT_LOOKBACK_NS // MILLISECOND) * MILLISECOND
    window = checked(TraceQuery(start_ns=max(end_ns - min(lookback_ns, MAX_WINDOW_NS), 0), end_ns=end_ns))
    return window.start_ns, window.end_ns


def read_trace_ids(pairs: Pairs) -> tuple[str, ...]:
    """The ids of `traceIds`, which commas separate.

    Raises:
        QueryFault: none, too many, or one that cannot be read.
    """
    texts = [text for text in Parameters(pairs).text("traceIds").split(",") if text]
    if not texts:
        raise QueryFault("traceIds parameter is empty")
    if len(texts) > MAX_TRACE_IDS:
        raise QueryFault(f"traceIds has more than {MAX_TRACE_IDS} ids")
    return tuple(read_trace_id(text) for text in texts)


def _terms(text: str) -> tuple[Condition, ...]:
    """ "error and http.method=GET": that a tag is there, and that one has a value."""
    found = []
    for term in filter(None, (part.strip() for part in text.split(" and "))):
        key, equals, value = term.partition("=")
        found.append(Condition(ANY, key, "=", value) if equals else Condition(SPAN, key, "exists"))
    return tuple(found)


def _duration(given: Parameters, name: str) -> int:
    return read_time(name, given.text(name), unit_ns=MICROSECOND, default=0)


def _unless_all(name: str) -> str:
    return "" if name == "all" else name
