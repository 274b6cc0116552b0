"""Rows of access logs."""

from dataclasses import dataclass


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
