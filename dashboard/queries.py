"""What the dashboard asks of the store."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from storage.filters import Pieces

RecordT = TypeVar("RecordT")


class Queries(Protocol):
    """Answers the named queries of storage/queries (storage.client.Store). Blocks; thread-safe.

    Raises:
        StorageError: the engine does not answer, or the question went over its limits.
    """

    def query(self, name: str, parameters: Mapping[str, Any], into: type[RecordT]) -> list[RecordT]: ...


class FilteredQueries(Queries, Protocol):
    """Answers also the queries that leave places for filters."""

    def query_filtered(
        self, name: str, parameters: Mapping[str, Any], into: type[RecordT], pieces: Pieces
    ) -> list[RecordT]: ...

    def export(self, name: str, parameters: Mapping[str, Any], pieces: Pieces, form: str) -> bytes: ...
