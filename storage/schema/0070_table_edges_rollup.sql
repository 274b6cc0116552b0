-- The counts of `edges` added up over longer intervals, so that any window is answered from few rows: whole hours in its
-- middle, then shorter intervals and ten seconds towards its ends (queries/service_edges_in_window). Latency sketches are
-- in `edges_latency`, without outcomes: to read one costs about 1 us, whatever it holds, and to add numbers nothing.
-- Sorted by length and time, because the graph asks for all of an interval; granules are small, so that the course of
-- one edge reads little more than its own rows.
-- shard key: cityHash64(source_service, destination_service)
CREATE TABLE IF NOT EXISTS edges_rollup${local} ${on_cluster}
(
    seconds UInt16 CODEC(ZSTD(1)) COMMENT 'length of the interval: 60, 300, 600, 1800 or 3600',
    time DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start of the interval',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    signal Enum8('access_log' = 1, 'span' = 2) COMMENT 'what the row was counted from',
    reporter Enum8('unknown' = 0, 'client' = 1, 'server' = 2) COMMENT 'which side of the call reported',
    source_role LowCardinality(String) COMMENT 'gateway, sidecar, ... where the source itself reported',
    source_cluster LowCardinality(String) COMMENT 'the caller',
    source_namespace LowCardinality(String) COMMENT 'the caller',
    source_service LowCardinality(String) COMMENT 'the caller',
    source_version LowCardinality(String) COMMENT 'the caller',
    destination_kind LowCardinality(String) COMMENT 'service, external, passthrough, database/<system>, queue/<system> or empty',
    destination_cluster LowCardinality(String) COMMENT 'the callee',
    destination_namespace LowCardinality(String) COMMENT 'the callee',
    destination_service LowCardinality(String) COMMENT 'the callee',
    destination_version LowCardinality(String) COMMENT 'the callee',
    transport Enum8('http' = 1, 'grpc' = 2, 'tcp' = 3) COMMENT 'grpc: HTTP with a gRPC status',
    security Enum8('unknown' = 0, 'plaintext' = 1, 'tls' = 2, 'mtls' = 3) COMMENT 'of the connection between the two peers',
    response_code UInt16 COMMENT '0: no response',
    grpc_status Int8 COMMENT '-1: not gRPC',
    response_flags LowCardinality(String) COMMENT 'Envoy response flags',
    relation SimpleAggregateFunction(any, UInt64) COMMENT 'as in edges',
    outcome SimpleAggregateFunction(any, UInt64) COMMENT 'as in edges',
    source_principal SimpleAggregateFunction(anyLast, String) CODEC(ZSTD(1)) COMMENT 'SPIFFE id, the last seen',
    destination_principal SimpleAggregateFunction(anyLast, String) CODEC(ZSTD(1)) COMMENT 'SPIFFE id, the last seen',
    first_seen SimpleAggregateFunction(min, DateTime('UTC')) CODEC(Delta, ZSTD(1)) COMMENT 'the first ten seconds with a request',
    last_seen SimpleAggregateFunction(max, DateTime('UTC')) CODEC(Delta, ZSTD(1)) COMMENT 'the last ten seconds with a request',
    requests SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'in the interval with this outcome',
    attempts SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'requests plus retries',
    bytes_sent SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'to the caller',
    bytes_received SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'from the caller',
    duration_us_sum SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'microseconds'
)
ENGINE = ${engine}AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (seconds, time, destination_service, source_service, destination_namespace, source_namespace, destination_kind,
    destination_cluster, source_cluster, destination_version, source_version, tenant, signal, reporter, transport,
    security, response_code, grpc_status, response_flags, source_role)
TTL time + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024, ${deduplication_window} = 10000
