"""The one door to the domain packages: every page, route and command asks here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from meshhub.clock import Clock
from meshhub.model import TimeRange
from storage.records import TableSize
from topology.model import ServiceGraph
from traces.model import Journey

RecordT = TypeVar("RecordT")


class Queries(Protocol):
    """Answers the named queries of storage/queries (storage.client.Store). Blocks; thread-safe."""

    def query(self, name: str, parameters: Mapping[str, Any], into: type[RecordT]) -> list[RecordT]: ...


@dataclass(frozen=True, slots=True)
class DataAge:
    """Seconds since the hub took the newest record of each kind; None where the last hour has none."""

    access_logs: float | None
    spans: float | None
    metrics: float | None


@dataclass(frozen=True, slots=True)
class Series:
    """The course of one of the hub's own metrics: (Unix seconds, value), by time."""

    metric: str
    attributes: tuple[tuple[str, str], ...]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class HubHealth:
    """How the hub itself is doing."""

    window: TimeRange
    age: DataAge
    tables: tuple[TableSize, ...]
    """Largest first."""
    series: tuple[Series, ...]
    """By metric and attributes."""


class Reads:
    """Answers the product's questions. Every method blocks and is thread-safe.

    Raises (every method): StorageError, when the engine does not answer or the question went over its limits.
    """

    def __init__(self, queries: Queries, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock

    def age(self) -> DataAge:
        """How old the newest data is."""
        raise NotImplementedError

    def graph(self, window: TimeRange) -> ServiceGraph:
        """The service graph of a window."""
        raise NotImplementedError

    def request(self, request_id: str) -> Journey:
        """What happened to one request, by its x-request-id.

        Raises:
            NotFound: nothing is stored for it; the message says what was searched.
        """
        raise NotImplementedError

    def hub(self, window: TimeRange, metrics: Sequence[str]) -> HubHealth:
        """How the hub is doing: its tables, the age of its data, and the course of these of its own metrics."""
        raise NotImplementedError
