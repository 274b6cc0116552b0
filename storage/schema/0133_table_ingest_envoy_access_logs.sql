-- Where the loader puts a segment of Envoy's access log service: one row per message of a stream
-- (storage/wire/envoy_access_logs.proto). Keeps nothing itself.
CREATE TABLE IF NOT EXISTS ingest_envoy_access_logs ${on_cluster}
(
    http_logs Tuple(log_entry Array(Tuple(
        common_properties ${envoy_log_common},
        protocol_version Int64,
        request ${envoy_log_request},
        response ${envoy_log_response}))),
    tcp_logs Tuple(log_entry Array(Tuple(
        common_properties ${envoy_log_common},
        connection_properties Tuple(received_bytes UInt64, sent_bytes UInt64)))),
    resource Tuple(attributes ${attribute_list}),
    received_unix_nano UInt64,
    tenant String
)
ENGINE = Null
