-- Every request counted per minute, by everything about it that has few values: one row per reporting proxy, call
-- relation, route and outcome. Answers what depends on no single request: SLOs (each minute's good and bad requests),
-- the routes and instances of a service, facets and time histograms of access logs. It grows with the mesh, not with
-- its traffic.
-- `duration_buckets` counts durations by their two leading decimal digits (meshhub_duration_bucket): a threshold with two
-- significant digits (300 ms, 0.25 s) splits it exactly.
-- shard key: cityHash64(source_service, destination_service)
CREATE TABLE IF NOT EXISTS request_minutes${local} ${on_cluster}
(
    time DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start of the minute in which the requests began',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    reporter Enum8('unknown' = 0, 'client' = 1, 'server' = 2) COMMENT 'which side of the call the proxy stood on',
    role LowCardinality(String) COMMENT 'sidecar, gateway, waypoint or empty',
    instance LowCardinality(String) COMMENT 'the reporting proxy: pod or node id',
    source_cluster LowCardinality(String) COMMENT 'the caller, as the reporter saw it',
    source_namespace LowCardinality(String) COMMENT 'the caller, as the reporter saw it',
    source_service LowCardinality(String) COMMENT 'the caller, as the reporter saw it',
    source_version LowCardinality(String) COMMENT 'the caller, as the reporter saw it',
    destination_kind LowCardinality(String) COMMENT 'service, external, passthrough or empty',
    destination_cluster LowCardinality(String) COMMENT 'the callee, as the reporter saw it',
    destination_namespace LowCardinality(String) COMMENT 'the callee, as the reporter saw it',
    destination_service LowCardinality(String) COMMENT 'the callee, as the reporter saw it',
    destination_version LowCardinality(String) COMMENT 'the callee, as the reporter saw it',
    transport Enum8('http' = 1, 'grpc' = 2, 'tcp' = 3) COMMENT 'grpc: HTTP with a gRPC status',
    security Enum8('unknown' = 0, 'plaintext' = 1, 'tls' = 2, 'mtls' = 3) COMMENT 'of the connection between the two peers',
    method LowCardinality(String) COMMENT 'HTTP',
    route_name LowCardinality(String) COMMENT 'Envoy route',
    response_code UInt16 COMMENT '0: no response',
    grpc_status Int8 COMMENT '-1: not gRPC',
    response_flags LowCardinality(String) COMMENT 'short names, comma separated',
    response_code_details LowCardinality(String) COMMENT 'why this response code (Envoy)',
    requests SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'that began in this minute, of a final log entry',
    attempts SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'requests plus retries',
    bytes_sent SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'to the caller',
    bytes_received SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'from the caller',
    duration_us_sum SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'microseconds',
    duration_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1)) COMMENT 'requests per meshhub_duration_bucket'
)
ENGINE = ${engine}AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (toStartOfHour(time), destination_service, source_service, destination_namespace, source_namespace,
    destination_kind, destination_cluster, source_cluster, destination_version, source_version, tenant, reporter, role,
    instance, transport, security, route_name, method, response_code, grpc_status, response_flags, response_code_details,
    time)
TTL time + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, ${deduplication_window} = 10000
