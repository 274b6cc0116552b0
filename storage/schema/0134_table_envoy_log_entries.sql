-- Entries of Envoy's access log service one row each, on their way to access_logs. Keeps nothing itself.
CREATE TABLE IF NOT EXISTS envoy_log_entries ${on_cluster}
(
    received_unix_nano UInt64,
    tenant LowCardinality(String),
    workload Tuple(cluster String, namespace String, service String, version String, instance String, role String),
    resource_attributes LowCardinality(String),
    is_http UInt8,
    common ${envoy_log_common},
    protocol_version Int64,
    request ${envoy_log_request},
    response ${envoy_log_response},
    bytes_received UInt64,
    bytes_sent UInt64
)
ENGINE = Null
