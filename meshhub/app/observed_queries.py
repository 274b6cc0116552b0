"""Measures and traces the named queries on their way to the store."""

import time
from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from opentelemetry.metrics import Meter
from opentelemetry.trace import SpanKind, Tracer

from meshhub.telemetry import names

RecordT = TypeVar("RecordT")


class Queries(Protocol):
    """Answers named queries (storage.client.Store)."""

    def query(self, name: str, parameters: Mapping[str, Any], into: type[RecordT]) -> list[RecordT]: ...


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
        start = time.perf_counter()
        outcome = "failed"
        with self._tracer.start_as_current_span(f"query {name}", kind=SpanKind.CLIENT) as span:
            try:
                records = self._queries.query(name, parameters, into)
                outcome = "ok"
            finally:
                attributes = {names.QUERY: name, names.OUTCOME: outcome}
                self._duration.record(time.perf_counter() - start, attributes)
                span.set_attributes(attributes)
        return records
