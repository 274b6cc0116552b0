"""The access-log explorer."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeVar

from dashboard.queries import FilteredQueries
from dashboard.reads.completions import of_access_logs
from dashboard.reads.facets import Facet, FacetValue
from dashboard.reads.log_answers import (
    Bin,
    ExportFormat,
    LogDetail,
    LogFacets,
    LogHistogram,
    LogOrder,
    LogPage,
    Tail,
    UnusableCursor,
)
from dashboard.reads.sampled_facets import estimate, matching, says_enough
from dashboard.reads.slices import nanoseconds, slices
from dashboard.reads.tail_cursor import LATE_SECONDS, MAX_SHOWN, TailCursor, hash_of
from meshhub.clock import Clock
from meshhub.errors import NotFound
from meshhub.expression import Expression, ExpressionFault, Field, Kind, Suggestion, fields_of, parse
from meshhub.model import TimeRange
from meshhub.outcome import Outcome, classify
from storage.filters import ACCESS_LOG_FIELDS, ACCESS_LOGS, REQUEST_MINUTES, compile_condition, compile_texts
from storage.filters.compilation import names_of_texts, sets_of_texts
from storage.filters.condition import Condition, Piece, Pieces
from storage.filters.rows import (
    ANY,
    FINAL,
    LARGEST_LOGS,
    LOG_HASH,
    NEWEST_LOGS,
    OLDEST_LOGS,
    SLOWEST_LOGS,
    beyond,
)
from storage.records.access_logs import AccessLog
from storage.records.search import LogLine, OutcomeCount, RowCount, SampledCount, ValueCount
from traces.response_details import explain_detail, explain_details
from traces.response_flags import explain_flag, explain_flags

MAX_ROWS = 1_000
MAX_FACETS = 30
MAX_EXPORT = 200_000
FACET_VALUES = 20
SAMPLED_FROM = 10_000_000
"""Of a window with more access logs, facets that are not counted by minute are of a sample."""

ONE_IN = 12
"""Of so many granules of 8,192 rows, one is in the sample."""

BINS = 60
SETTLED_SECONDS = 2
"""How long after the hub took a row it is in the store as a rule: the tail is this late."""
DEFAULT_FACETS = ("outcome", "status", "flag", "details", "source", "destination", "method", "route", "security")

CountT = TypeVar("CountT", ValueCount, SampledCount)

_ROW_ID = re.compile(r"([0-9]{1,19})-([0-9a-f]{32})-([0-9a-f]{16})", re.ASCII)
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400)
_MINUTE = 60
_ORDERS = {
    LogOrder.NEWEST: NEWEST_LOGS,
    LogOrder.OLDEST: OLDEST_LOGS,
    LogOrder.SLOWEST: SLOWEST_LOGS,
    LogOrder.LARGEST: LARGEST_LOGS,
}
_FORMATS = {
    ExportFormat.CSV: ("log_export_sheet", "CSVWithNames"),
    ExportFormat.JSON: ("log_export", "JSONEachRow"),
    ExportFormat.PARQUET: ("log_export", "Parquet"),
}


class LogReads:
    """Access logs by row, facet and time. Only the last entry of each request counts, unless log_type is asked for.

    Every method that takes an expression raises ExpressionFault where it cannot be read.
    """

    def __init__(
        self, queries: FilteredQueries, clock: Clock, sampled_from: int = SAMPLED_FROM, one_in: int = ONE_IN
    ) -> None:
        self._queries = queries
        self._sampled_from = sampled_from
        self._one_in = one_in
        self._clock = clock
        self._completions = of_access_logs(queries, clock, ACCESS_LOG_FIELDS)

    def rows(
        self,
        window: TimeRange,
        expression: str,
        order: LogOrder = LogOrder.NEWEST,
        cursor: str | None = None,
        limit: int = 100,
    ) -> LogPage:
        """Rows that match. By time they go on from page to page; otherwise there is one page.

        Raises:
            UnusableCursor: `cursor` is none that a page gave.
        """
        filters, limit = _filters(parse(expression, ACCESS_LOG_FIELDS)), min(max(limit, 1), MAX_ROWS)
        by_time = order in (LogOrder.NEWEST, LogOrder.OLDEST)
        after = _beyond(cursor, order) if cursor and by_time else ANY
        pieces: Pieces = filters | {"hash": LOG_HASH, "order": _ORDERS[order], "beyond": after}
        found: list[LogLine] = []
        for part in slices(window, newest_first=order is not LogOrder.OLDEST) if by_time else (window,):
            found += self._queries.query_filtered(
                "log_rows", nanoseconds(part) | {"limit": limit + 1 - len(found)}, LogLine, pieces
            )
            if len(found) > limit:
                break
        more = by_time and len(found) > limit
        return LogPage(tuple(found[:limit]), found[limit - 1].id if more else None)

    def facets(self, window: TimeRange, expression: str, fields: Sequence[str] = DEFAULT_FACETS) -> LogFacets:
        """The most frequent values of fields, among the requests that match: counted, or in a window with very many
        estimated from a sample, as each facet says.

        Raises:
            ExpressionFault: also for a field that there is not.
        """
        wanted = parse(expression, ACCESS_LOG_FIELDS)
        asked = list(dict.fromkeys(_field(name) for name in fields[:MAX_FACETS]))
        in_minutes = [field for field in asked if _in_minutes(wanted) and REQUEST_MINUTES.find(field) is not None]
        in_logs = [field for field in asked if field not in in_minutes]
        may_sample = in_logs and not any(field.name == "log_type" for field in (*in_logs, *fields_of(wanted)))
        rows = self._count_rows(window) if may_sample else 0
        sampled = self._sample(window, wanted, in_logs) if rows > self._sampled_from else {}
        left = [field for field in in_logs if not says_enough(sampled.get(field, []))]
        counted = self._count_minutes(window, wanted, in_minutes) | self._count_logs(window, wanted, left)
        totals = [one[0].total for one in counted.values()] or [matching(one, rows) for one in sampled.values()]
        return LogFacets(
            max(totals, default=0),
            tuple(
                _facet(field, counted.get(field, []))
                if field in left or field in in_minutes
                else estimate(field.name, sampled[field], rows, _words)
                for field in asked
            ),
        )

    def histogram(self, window: TimeRange, expression: str) -> LogHistogram:
        """The requests that match, over time."""
        wanted, step = parse(expression, ACCESS_LOG_FIELDS), _step(window)
        parameters, pieces = nanoseconds(window) | {"step": step}, _filters(wanted)
        if step % _MINUTE == 0 and _in_minutes(wanted):
            pieces = pieces | {"minutes": compile_condition(wanted, REQUEST_MINUTES, "minutes")}
            name, parameters = "log_histogram_of_minutes", parameters | _minutes(window)
        else:
            name = "log_histogram"
        return _histogram(window, step, self._queries.query_filtered(name, parameters, OutcomeCount, pieces))

    def tail(self, expression: str, cursor: str | None = None, limit: int = 200) -> Tail:
        """The rows that match and that the hub took since the cursor; without one, the newest of the last ten seconds.

        Each row is told once, also one that was stored up to LATE_SECONDS after the hub took it.

        Raises:
            UnusableCursor: `cursor` is none that a tail gave.
        """
        filters, limit = _filters(parse(expression, ACCESS_LOG_FIELDS)), min(max(limit, 1), MAX_ROWS)
        until = int(self._clock.now().timestamp()) - SETTLED_SECONDS
        told = TailCursor(until - 10, frozenset()) if cursor is None else TailCursor.parse(cursor)
        if told.after >= until:
            return Tail((), told.text, 0)
        bounds = {"after": max(told.after, until - 300), "until": until}
        many = {"limit": limit + len(told.shown)}
        found = self._queries.query_filtered("log_tail", bounds | many, LogLine, filters | {"hash": LOG_HASH})
        rows = [row for row in found if hash_of(row.id) not in told.shown][:limit]
        skipped = 0
        if len(rows) == limit:
            (count,) = self._queries.query_filtered("log_tail_count", bounds, RowCount, filters)
            skipped = max(0, count.found - limit - len(told.shown))
        behind = until if skipped else max(told.after, until - LATE_SECONDS)
        again = frozenset(hash_of(row.id) for row in found if row.received > behind)
        following = TailCursor(behind, again) if len(again) <= MAX_SHOWN else TailCursor(until, frozenset())
        return Tail(tuple(reversed(rows)), following.text, skipped)

    def export(self, window: TimeRange, expression: str, form: ExportFormat, limit: int = 10_000) -> Iterator[bytes]:
        """A file with every column of the newest rows that match, in chunks."""
        filters = _filters(parse(expression, ACCESS_LOG_FIELDS))
        name, engine_format = _FORMATS[form]
        parameters = nanoseconds(window) | {"limit": min(max(limit, 1), MAX_EXPORT)}
        content = self._queries.export(name, parameters, filters, engine_format)
        return (content[start : start + 65_536] for start in range(0, len(content), 65_536))

    def row(self, row_id: str) -> LogDetail:
        """One access log, whole.

        Raises:
            NotFound: there is none with this id.
        """
        said = _ROW_ID.fullmatch(row_id)
        rows = self._row(int(said[1]), said[2], int(said[3], 16)) if said and int(said[1]) < 2**63 else []
        if not rows:
            raise NotFound(f"could not find the access log {row_id[:100]}: no row within the retention has this id")
        log = rows[0]
        return LogDetail(row_id, log, outcome_of(log), explain_flags(log.response_flags), explain_details(log))

    def complete(self, text: str, cursor: int) -> list[Suggestion]:
        """What can come at a cursor in an expression."""
        return self._completions.complete(text, cursor)

    def _row(self, time_unix_nano: int, trace_id: str, row_hash: int) -> list[AccessLog]:
        parameters = {"time": time_unix_nano, "trace_id": trace_id, "hash": row_hash}
        return self._queries.query_filtered("log_row", parameters, AccessLog, {"hash": LOG_HASH})

    def _count_logs(
        self, window: TimeRange, wanted: Expression, fields: Sequence[Field]
    ) -> dict[Field, list[ValueCount]]:
        if not fields:
            return {}
        pieces = _filters(wanted) | _grouped(fields) | {"values": compile_texts(fields, ACCESS_LOGS, "values")}
        parameters = nanoseconds(window) | {"fields": len(fields), "limit": FACET_VALUES}
        return _by_field(fields, self._queries.query_filtered("log_facets", parameters, ValueCount, pieces))

    def _count_rows(self, window: TimeRange) -> int:
        """All access logs of the window of which requests are counted."""
        everything, field = parse("", ACCESS_LOG_FIELDS), _field("transport")
        return sum(one.requests for one in self._count_minutes(window, everything, [field]).get(field, ()))

    def _sample(
        self, window: TimeRange, wanted: Expression, fields: Sequence[Field]
    ) -> dict[Field, list[SampledCount]]:
        pieces = {"where": compile_condition(wanted, ACCESS_LOGS), "final": FINAL} | _grouped(fields)
        pieces |= {"values": compile_texts(fields, ACCESS_LOGS, "values")}
        parameters = {"fields": len(fields), "limit": FACET_VALUES, "one_in": self._one_in}
        question = nanoseconds(window) | parameters
        return _by_field(fields, self._queries.query_filtered("log_facets_of_sample", question, SampledCount, pieces))

    def _count_minutes(
        self, window: TimeRange, wanted: Expression, fields: Sequence[Field]
    ) -> dict[Field, list[ValueCount]]:
        """By the requests counted per minute, which know all that is asked: fast whatever the traffic."""
        if not fields:
            return {}
        pieces = _filters(wanted) | _grouped(fields) | {"values": compile_texts(fields, ACCESS_LOGS, "values")}
        pieces |= {
            "minutes": compile_condition(wanted, REQUEST_MINUTES, "minutes"),
            "minutes_values": compile_texts(fields, REQUEST_MINUTES, "minutes_values"),
        }
        parameters = nanoseconds(window) | _minutes(window) | {"fields": len(fields), "limit": FACET_VALUES}
        return _by_field(fields, self._queries.query_filtered("log_facets_of_minutes", parameters, ValueCount, pieces))


def outcome_of(log: AccessLog | LogLine | OutcomeCount) -> Outcome:
    """How the request ended."""
    return classify(log.response_code, log.grpc_status, log.response_flags, tcp=log.transport == "tcp")


def _filters(wanted: Expression) -> dict[str, Piece]:
    """Which rows count, and which match."""
    any_entry = any(field.name == "log_type" for field in fields_of(wanted))
    return {"final": ANY if any_entry else FINAL, "where": compile_condition(wanted, ACCESS_LOGS)}


def _in_minutes(wanted: Expression) -> bool:
    """Whether the requests counted per minute know all that is asked."""
    return all(REQUEST_MINUTES.find(field) is not None for field in fields_of(wanted))


def _grouped(fields: Sequence[Field]) -> dict[str, Piece]:
    return {"names": names_of_texts(len(fields)), "sets": sets_of_texts(len(fields))}


def _by_field(fields: Sequence[Field], counted: Sequence[CountT]) -> dict[Field, list[CountT]]:
    found: dict[Field, list[CountT]] = {}
    for one in counted:
        found.setdefault(fields[one.field], []).append(one)
    return found


def _minutes(window: TimeRange) -> dict[str, int]:
    """The whole minutes within the window; none where it has none."""
    bounds = nanoseconds(window)
    nano = _MINUTE * 10**9
    first, last = -(-bounds["start"] // nano) * _MINUTE, bounds["end"] // nano * _MINUTE
    return {"first_minute": first, "last_minute": max(first, last)}


def _field(name: str) -> Field:
    found = ACCESS_LOG_FIELDS.find(name)
    if found is not None:
        return found
    if not name or len(name) > 200:
        raise ExpressionFault(0, f"there is no field {name[:50]}")
    if "." in name:
        return Field(name, Kind.ANY)
    meant = ACCESS_LOG_FIELDS.closest(name)
    raise ExpressionFault(0, f"there is no field {name}", f"Did you mean {meant}?" if meant else "")


def _facet(field: Field, counted: Sequence[ValueCount]) -> Facet:
    values = tuple(FacetValue(one.value, one.requests, _words(field.name, one.value)) for one in counted)
    if not counted:
        return Facet(field.name, (), 0, 0)
    return Facet(field.name, values, counted[0].total - sum(one.requests for one in values), counted[0].distinct)


def _words(field: str, value: str) -> str:
    """What a code of Envoy means."""
    if not value:
        return ""
    if field == "flag":
        return " ".join(explain_flag(flag).text for flag in value.split(","))
    return explain_detail(value).text if field == "details" else ""


def _histogram(window: TimeRange, step: int, counted: Sequence[OutcomeCount]) -> LogHistogram:
    found: dict[int, dict[Outcome, int]] = defaultdict(lambda: defaultdict(int))
    for one in counted:
        found[one.start][outcome_of(one)] += one.requests
    first = int(window.start.timestamp()) // step * step
    bins = (Bin(start, dict(found.get(start, {}))) for start in range(first, _ceiling(window.end.timestamp()), step))
    return LogHistogram(window, step, tuple(bins))


def _ceiling(seconds: float) -> int:
    return int(-(-seconds // 1))


def _step(window: TimeRange) -> int:
    """The shortest of the usual steps that makes no more than `BINS` bins, or a day."""
    return next((step for step in _STEPS if window.seconds / step <= BINS), _STEPS[-1])


def _beyond(cursor: str, order: LogOrder) -> Condition:
    said = _ROW_ID.fullmatch(cursor)
    if said is None or int(said[1]) >= 2**63:
        raise UnusableCursor("could not go on: this cursor is none that a page of access logs gave")
    return beyond(int(said[1]), int(said[3], 16), newest_first=order is LogOrder.NEWEST)
