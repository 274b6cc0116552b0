"""What completes expressions: attribute keys of the catalogue and values of the newest data."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from dashboard.queries import FilteredQueries
from dashboard.reads.slices import nanoseconds
from meshhub.clock import Clock
from meshhub.expression import Field, Fields, Kind, Suggestion, complete
from meshhub.model import TimeRange
from storage.filters import ACCESS_LOGS, SPANS, Columns, compile_text
from storage.records.search import KnownValue

RECENT = timedelta(hours=1)
MAX_ROWS = 200_000
MAX_KEYS = 1_000
MAX_VALUES = 20


class Completions:
    """Completes expressions on some tables."""

    def __init__(self, queries: FilteredQueries, clock: Clock, fields: Fields, tables: Sequence[Columns]) -> None:
        self._queries = queries
        self._clock = clock
        self._fields = fields
        self._tables = tables

    def complete(self, text: str, cursor: int) -> list[Suggestion]:
        """What can come at a cursor, the likeliest first."""
        signals = [table.table for table in self._tables]
        keys = self._queries.query("completion_keys", {"signals": signals, "limit": MAX_KEYS}, KnownValue)
        return complete(text, cursor, self._fields, self._values, [key.value for key in keys])

    def _values(self, field: Field, contains: str) -> Iterable[str]:
        found: dict[str, int] = {}
        window = TimeRange.last(RECENT, now=self._clock.now())
        for table in self._tables:
            if field.kind is not Kind.ANY and table.find(field) is None:
                continue
            known = self._queries.query_filtered(
                f"completion_values_of_{table.table}",
                nanoseconds(window) | {"contains": contains[:200], "rows": MAX_ROWS, "limit": MAX_VALUES},
                KnownValue,
                {"value": compile_text(field, table, "value")},
            )
            for one in known:
                found[one.value] = found.get(one.value, 0) + one.occurrences
        return sorted(found, key=lambda value: -found[value])


def of_requests(queries: FilteredQueries, clock: Clock, fields: Fields) -> Completions:
    """Completes expressions on spans and access logs."""
    return Completions(queries, clock, fields, (SPANS, ACCESS_LOGS))


def of_access_logs(queries: FilteredQueries, clock: Clock, fields: Fields) -> Completions:
    """Completes expressions on access logs."""
    return Completions(queries, clock, fields, (ACCESS_LOGS,))
