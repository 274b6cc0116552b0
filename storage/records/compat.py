"""What other tracing tools ask for: rows of services, operations, found traces, calls between services."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceName:
    """A service that has spans, by the name that other tools use: <service>.<namespace>."""

    service: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A name of spans and their OTLP kind ("server", "unspecified", ...)."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class FoundTrace:
    """A trace that a search found. `matched` is how many of its spans fit, `span_ids` some of those."""

    trace_id: str
    matched: int
    span_ids: list[str]


@dataclass(frozen=True, slots=True)
class TraceOutline:
    """A trace without its spans.

    `services` are (name, spans, failed spans), by name. The root is the first span without parent; "" without one.
    Orphans are the spans whose parent is not stored.
    """

    trace_id: str
    root_service: str
    root_name: str
    start_unix_nano: int
    end_unix_nano: int
    spans: int
    failed: int
    orphans: int
    services: list[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class ServiceCalls:
    """How often one service called another, as one side reported; signal "access_log" or "span"."""

    parent: str
    child: str
    signal: str
    reporter: str
    calls: int
    failed: int


@dataclass(frozen=True, slots=True)
class CallPoint:
    """The requests of one service, and operation if asked by it, that began in one step; "server" or "client" reported.

    `start` is Unix seconds; `duration_buckets` are requests by meshhub_duration_bucket.
    """

    service: str
    operation: str
    reporter: str
    start: int
    requests: int
    failed: int
    duration_buckets: dict[int, int]


@dataclass(frozen=True, slots=True)
class AttributeKey:
    """A key of span attributes ("span") or resources ("resource")."""

    scope: str
    key: str


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """A value of an attribute and its OTLP type ("" is a text)."""

    value: str
    value_type: str
