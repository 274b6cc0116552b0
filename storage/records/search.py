"""Rows of the explorers: access logs in short, requests and traces summed up, counts of values.

Texts are cut to a few hundred characters here; the whole row is in AccessLog and Span.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogLine:
    """One access log in short. `id` names the row (queries/log_row.sql)."""

    id: str
    time_unix_nano: int
    received: int
    """Unix seconds when the hub took it."""
    reporter: str
    service: str
    namespace: str
    instance: str
    source_service: str
    source_namespace: str
    source_version: str
    destination_kind: str
    destination_service: str
    destination_namespace: str
    destination_version: str
    method: str
    authority: str
    path: str
    route_name: str
    protocol: str
    transport: str
    response_code: int
    grpc_status: int
    response_flags: str
    response_code_details: str
    request_attempts: int
    bytes_received: int
    bytes_sent: int
    duration_us: int
    upstream_host: str
    security: str
    sampled: str
    request_id: str
    trace_id: str


@dataclass(frozen=True, slots=True)
class ValueCount:
    """How many requests have a value of a field ("": none). `distinct` counts the values, `total` their requests.

    `field` is the place of the field among those that were asked for.
    """

    field: int
    value: str
    requests: int
    distinct: int
    total: int


@dataclass(frozen=True, slots=True)
class SampledCount:
    """As ValueCount, of a sample in eight groups: `counted` are the requests with the value by group, `matched` those
    with any, `looked` the rows of the sample whether they match or not. `distinct` counts the values in the sample.
    """

    field: int
    value: str
    counted: list[int]
    distinct: int
    matched: list[int]
    looked: list[int]


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """Requests of one bin of a histogram that ended alike. `start` is the bin's, in Unix seconds."""

    start: int
    response_code: int
    grpc_status: int
    response_flags: str
    transport: str
    requests: int


@dataclass(frozen=True, slots=True)
class SpansOfTrace:
    """The stored spans of one trace, summed up."""

    trace_id: str
    request_id: str
    start_unix_nano: int
    end_unix_nano: int
    root_namespace: str
    root_service: str
    root_operation: str
    spans: int
    errors: int
    services: list[str]
    status: int
    """The highest HTTP status, 0 where there is none."""
    flags: list[str]


@dataclass(frozen=True, slots=True)
class LogsOfRequest:
    """The access logs of one trace id, or of one request id where they have no trace id, summed up."""

    trace_id: str
    request_id: str
    start_unix_nano: int
    end_unix_nano: int
    root_namespace: str
    root_service: str
    root_operation: str
    access_logs: int
    errors: int
    services: list[str]
    status: int
    grpc_status: int
    """The highest, -1 where no call was gRPC."""
    flags: list[str]


@dataclass(frozen=True, slots=True)
class AttributeCount:
    """In how many requests of a selection, and in how many of the rest, an attribute has a value."""

    key: str
    value: str
    selected: int
    rest: int
    compared: int
    """How many values were compared in all."""


@dataclass(frozen=True, slots=True)
class FoundId:
    """The id of a trace that matches."""

    trace_id: str


@dataclass(frozen=True, slots=True)
class FoundRequest:
    """A request that matches. `request_id` is told only where it has no trace id."""

    trace_id: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """Start of five minutes that have rows of an id, in Unix seconds; the traces that they are of, "" for none."""

    bucket: int
    traces: list[str]


@dataclass(frozen=True, slots=True)
class RowCount:
    found: int


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value or a name that is in the store, and how often."""

    value: str
    occurrences: int
