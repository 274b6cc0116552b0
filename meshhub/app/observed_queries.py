"""Measures and traces the named queries on their way to the store."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from opentelemetry.metrics import Meter
from opentelemetry.trace import SpanKind, Tracer

from meshhub.telemetry import names
from storage.filters import Pieces

RecordT = TypeVar("RecordT")
AnswerT = TypeVar("AnswerT")


class Queries(Protocol):
    """Answers named queries (storage.client.Store)."""

    def query(self, name: str, parameters: Mapping[str, Any], into: type[RecordT]) -> list[RecordT]: ...

    def query_filtered(
        self, name: str, parameters: Mapping[str, Any], into: type[RecordT], pieces: Pieces
    ) -> list[RecordT]: ...

    def export(self, name: str, parameters: Mapping[str, Any], pieces: Pieces, form: str) -> bytes: ...


class ObservedQueries:
    """Hands queries on; their time is recorded by name and outcome. Thread-safe if what it hands them to is."""

    def __init__(self, queries: Queries, meter: Meter, tracer: Tracer) -> None:
        self._queries = queries
        self._tracer = tracer
        self._duration = meter.create_histogram(
            names.QUERY_DURATION, "s", "Time of one query of the store, by its name and whether it succeeded."
        )

    def query(self, name: str, parameters: Mapping[str, Any], into: type[RecordT]) -> list[RecordT]:
        """Run a query (storage.client.Store.query)."""
        return self._observed(name, lambda: self._queries.query(name, parameters, into))

    def query_filtered(
        self, name: str, parameters: Mapping[str, Any], into: type[RecordT], pieces: Pieces
    ) -> list[RecordT]:
        """Run a query that leaves places for filters (storage.client.Store.query_filtered)."""
        return self._observed(name, lambda: self._queries.query_filtered(name, parameters, into, pieces))

    def export(self, name: str, parameters: Mapping[str, Any], pieces: Pieces, form: str) -> bytes:
        """Run a query into a file (storage.client.Store.export)."""
        return self._observed(name, lambda: self._queries.export(name, parameters, pieces, form))

    def _observed(self, name: str, run: Callable[[], AnswerT]) -> AnswerT:
        start = time.perf_counter()
        outcome = "failed"
        with self._tracer.start_as_current_span(f"query {name}", kind=SpanKind.CLIENT) as span:
            try:
                answer = run()
                outcome = "ok"
            finally:
                attributes = {names.QUERY: name, names.OUTCOME: outcome}
                self._duration.record(time.perf_counter() - start, attributes)
                span.set_attributes(attributes)
        return answer
