"""The names under which proxies report: the contract between what is emitted here and what storage reads.

Command operators are Envoy's (docs: configuration/observability/access_log/usage). Access log values are always text;
"-" stands for what a request did not have.
"""

from collections.abc import Mapping
from types import MappingProxyType

LOG_NAME = "meshhub"

SERVICE_NAME = "service.name"
SERVICE_NAMESPACE = "service.namespace"
SERVICE_VERSION = "service.version"
SERVICE_INSTANCE = "service.instance.id"
CLUSTER_NAME = "k8s.cluster.name"
NODE_ROLE = "meshhub.node.role"


def _microseconds(start: str, end: str) -> str:
    return f"%COMMON_DURATION({start}:{end}:us)%"


ACCESS_LOG: Mapping[str, str] = MappingProxyType(
    {
        "log_type": "%ACCESS_LOG_TYPE%",
        "direction": "%CEL(xds.listener_direction)%",
        "method": "%REQ(:METHOD)%",
        "path": "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
        "authority": "%REQ(:AUTHORITY)%",
        "protocol": "%PROTOCOL%",
        "user_agent": "%REQ(USER-AGENT)%",
        "x_forwarded_for": "%REQ(X-FORWARDED-FOR)%",
        "request_id": "%REQ(X-REQUEST-ID)%",
        "traceparent": "%REQ(TRACEPARENT)%",
        "response_code": "%RESPONSE_CODE%",
        "grpc_status": "%GRPC_STATUS_NUMBER%",
        "response_flags": "%RESPONSE_FLAGS%",
        "response_code_details": "%RESPONSE_CODE_DETAILS%",
        "connection_termination_details": "%CONNECTION_TERMINATION_DETAILS%",
        "upstream_transport_failure_reason": "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
        "request_attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
        "bytes_received": "%BYTES_RECEIVED%",
        "bytes_sent": "%BYTES_SENT%",
        "upstream_cluster": "%UPSTREAM_CLUSTER_RAW%",
        "upstream_host": "%UPSTREAM_HOST%",
        "route_name": "%ROUTE_NAME%",
        "downstream_remote_address": "%DOWNSTREAM_REMOTE_ADDRESS%",
        "downstream_local_address": "%DOWNSTREAM_LOCAL_ADDRESS%",
        "requested_server_name": "%REQUESTED_SERVER_NAME%",
        "downstream_tls_version": "%DOWNSTREAM_TLS_VERSION%",
        "downstream_peer_uri_san": "%DOWNSTREAM_PEER_URI_SAN%",
        "downstream_local_uri_san": "%DOWNSTREAM_LOCAL_URI_SAN%",
        "upstream_tls_version": "%UPSTREAM_TLS_VERSION%",
        "upstream_peer_uri_san": "%UPSTREAM_PEER_URI_SAN%",
        "upstream_local_uri_san": "%UPSTREAM_LOCAL_URI_SAN%",
        "duration_ms": "%DURATION%",
        "duration_us": _microseconds("DS_RX_BEG", "DS_TX_END"),
        "request_duration_us": _microseconds("DS_RX_BEG", "DS_RX_END"),
        "upstream_connect_us": _microseconds("US_CX_BEG", "US_CX_END"),
        "upstream_handshake_us": _microseconds("US_CX_END", "US_HS_END"),
        "upstream_queue_us": _microseconds("DS_RX_BEG", "US_TX_BEG"),
        "upstream_first_byte_us": _microseconds("US_TX_BEG", "US_RX_BEG"),
        "upstream_response_us": _microseconds("US_RX_BEG", "US_RX_END"),
        "response_duration_us": _microseconds("DS_TX_BEG", "DS_TX_END"),
    }
)
"""What an access log record says: attribute key to Envoy's command operators, in the order they are sent."""
