"""What the access-log explorer is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dashboard.reads.facets import Facet
from meshhub.errors import UnusableRequest
from meshhub.model import TimeRange
from meshhub.outcome import Outcome
from storage.records.access_logs import AccessLog
from storage.records.search import LogLine
from traces.model import Explanation


class LogOrder(StrEnum):
    """The order of rows. Only the first two go on from page to page."""

    NEWEST = "newest"
    OLDEST = "oldest"
    SLOWEST = "slowest"
    LARGEST = "largest"


class ExportFormat(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    JSON = "json"
    """An object per line."""
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class LogPage:
    """Rows in the order asked for; `cursor` goes on after them and is None where there are no more."""

    rows: tuple[LogLine, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class LogFacets:
    """How the values of fields are spread over the requests that match. `total` counts these."""

    total: int
    facets: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Requests that began in a part of the window, by how they ended. `start` is in Unix seconds."""

    start: int
    outcomes: Mapping[Outcome, int]

    @property
    def requests(self) -> int:
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class LogHistogram:
    """Requests over time. Bins start at multiples of `step` seconds, without gaps; the first and the last may reach
    beyond the window, and count what is within."""

    window: TimeRange
    step: int
    bins: tuple[Bin, ...]


class UnusableCursor(UnusableRequest):
    """A cursor, or the id of a row, that no answer gave."""


@dataclass(frozen=True, slots=True)
class Tail:
    """Rows that came since the cursor before, oldest first; `skipped` counts older ones that were too many to show."""

    rows: tuple[LogLine, ...]
    cursor: str
    skipped: int


@dataclass(frozen=True, slots=True)
class LogDetail:
    """One access log with every column, its codes in words."""

    id: str
    log: AccessLog
    outcome: Outcome
    flags: tuple[Explanation, ...]
    details: tuple[Explanation, ...]
