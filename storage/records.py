"""Rows as the store's queries return them: one frozen record per question.

Times are Unix nanoseconds, ids are lower-case hex and empty where absent, unknown identity parts are empty.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AccessLog:
    """What one proxy said of one request or TCP connection (table access_logs, where each column is explained)."""

    time_unix_nano: int
    log_type: str
    reporter: str
    cluster: str
    namespace: str
    service: str
    version: str
    instance: str
    role: str
    source_cluster: str
    source_namespace: str
    source_service: str
    source_version: str
    source_principal: str
    destination_kind: str
    destination_cluster: str
    destination_namespace: str
    destination_service: str
    destination_version: str
    destination_principal: str
    request_id: str
    trace_id: str
    span_id: str
    sampled: str
    method: str
    authority: str
    path: str
    route_name: str
    protocol: str
    transport: str
    user_agent: str
    response_code: int
    grpc_status: int
    response_flags: str
    response_code_details: str
    connection_termination_details: str
    upstream_transport_failure_reason: str
    request_attempts: int
    bytes_received: int
    bytes_sent: int
    duration_us: int
    request_duration_us: int
    upstream_connect_us: int
    upstream_handshake_us: int
    upstream_queue_us: int
    upstream_first_byte_us: int
    upstream_response_us: int
    response_duration_us: int
    upstream_cluster: str
    upstream_host: str
    downstream_remote_address: str
    downstream_local_address: str
    requested_server_name: str
    downstream_tls_version: str
    upstream_tls_version: str
    security: str
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Span:
    """One span (table spans).

    `events` are (time in Unix nanoseconds, name, attributes), `links` (trace id, span id, attributes).
    `attribute_types` names the OTLP type of each attribute that is not a string; values of type array, kvlist and bytes
    are hex of their encoded form.
    """

    time_unix_nano: int
    duration_ns: int
    trace_id: str
    span_id: str
    parent_span_id: str
    trace_state: str
    flags: int
    name: str
    kind: str
    status_code: str
    status_message: str
    cluster: str
    namespace: str
    service: str
    version: str
    instance: str
    scope_name: str
    scope_version: str
    component: str
    request_id: str
    node_id: str
    method: str
    url: str
    protocol: str
    response_code: int
    response_flags: str
    user_agent: str
    peer_address: str
    request_size: int
    response_size: int
    upstream_cluster: str
    attributes: dict[str, str]
    attribute_types: dict[str, str]
    resource_attributes: str
    events: list[tuple[int, str, dict[str, str]]]
    links: list[tuple[str, str, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log record of an application (table logs)."""

    time_unix_nano: int
    cluster: str
    namespace: str
    service: str
    version: str
    instance: str
    severity_number: int
    severity_text: str
    event_name: str
    body: str
    trace_id: str
    span_id: str
    request_id: str
    scope_name: str
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True)
class EdgeReport:
    """What one side said of one call relation over a window (table edges).

    `outcomes` are (response code, gRPC status or -1, response flags, security, requests), most frequent first.
    `latency_us` are the 0.5, 0.9, 0.95 and 0.99 quantiles of the duration in microseconds, within 1 %.
    `first_seen` and `last_seen` are the first and last ten seconds with a request.
    """

    signal: str
    reporter: str
    source_role: str
    source_cluster: str
    source_namespace: str
    source_service: str
    source_version: str
    destination_kind: str
    destination_cluster: str
    destination_namespace: str
    destination_service: str
    destination_version: str
    transport: str
    source_principal: str
    destination_principal: str
    requests: int
    attempts: int
    bytes_sent: int
    bytes_received: int
    duration_us_sum: int
    latency_us: list[float]
    outcomes: list[tuple[int, int, str, str, int]]
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class ServiceEdgeReport:
    """What one side said of all calls from one service to another over a window (table edges, versions together).

    `family` is "tcp" for connections, else "http". `outcomes` are keys (response code, gRPC status or -1, response
    flags, security) and, in a second list of the same length, their requests; versions map to requests, "" is unknown.
    Principals are SPIFFE ids, at most eight, sorted.
    `latency_us` are the 0.5, 0.9, 0.95 and 0.99 quantiles of the duration in microseconds, within 1 %.
    `first_seen` and `last_seen` are the first and last ten seconds with a request.
    """

    signal: str
    reporter: str
    source_role: str
    source_cluster: str
    source_namespace: str
    source_service: str
    destination_kind: str
    destination_cluster: str
    destination_namespace: str
    destination_service: str
    family: str
    requests: int
    grpc_requests: int
    attempts: int
    bytes_sent: int
    bytes_received: int
    duration_us_sum: int
    latency_us: list[float]
    outcomes: tuple[list[tuple[int, int, str, str]], list[int]]
    source_versions: dict[str, int]
    destination_versions: dict[str, int]
    source_principals: list[str]
    destination_principals: list[str]
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class EdgesSince:
    """The start of the oldest ten seconds with an edge, in Unix seconds; 0 where there is none."""

    since: int


@dataclass(frozen=True, slots=True)
class TableSize:
    """What one table takes on disk (system.parts): rows, bytes compressed and not, active parts."""

    table_name: str
    total_rows: int
    bytes_on_disk: int
    bytes_uncompressed: int
    parts: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """When the newest record of each kind was received, in Unix seconds; 0 where the last hour has none."""

    access_logs: int
    spans: int
    metrics: int


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One value of one series of the hub's own metrics (service.name "meshhub")."""

    time_unix_milli: int
    metric: str
    attributes: dict[str, str]
    value: float
