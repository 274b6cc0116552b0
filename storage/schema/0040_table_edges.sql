-- Who called whom, in ten-second buckets: one row per call relation, reporting side and outcome. Answers: the service
-- graph of any window, the golden signals of an edge over time.
-- Client and server reports of the same calls are separate rows (two views of one edge) and must not be added together.
-- Sorted by time, because most is asked of `edges_rollup`: here are the ragged ends of a window, for all edges.
-- The latency sketch is a DDSketch (Masson et al., VLDB 2019) with 1 % relative error, in microseconds; it merges.
-- shard key: cityHash64(source_service, destination_service)
CREATE TABLE IF NOT EXISTS edges${local} ${on_cluster}
(
    time DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start of the ten seconds',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    signal Enum8('access_log' = 1, 'span' = 2) COMMENT 'what the row was counted from',
    reporter Enum8('unknown' = 0, 'client' = 1, 'server' = 2) COMMENT 'which side of the call reported',
    source_role LowCardinality(String) COMMENT 'gateway, sidecar, ... where the source itself reported; queue/<system>',
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
    relation SimpleAggregateFunction(any, UInt64) DEFAULT cityHash64(signal, reporter, source_cluster, source_namespace, source_service, destination_kind, destination_cluster, destination_namespace, destination_service, transport = 'tcp') COMMENT 'who called whom, by whose report: what the graph groups by, as one number',
    outcome SimpleAggregateFunction(any, UInt64) DEFAULT cityHash64(source_role, source_version, destination_version, transport, security, response_code, grpc_status, response_flags) COMMENT 'all else that tells rows apart, as one number',
    source_principal SimpleAggregateFunction(anyLast, String) CODEC(ZSTD(1)) COMMENT 'SPIFFE id, the last seen',
    destination_principal SimpleAggregateFunction(anyLast, String) CODEC(ZSTD(1)) COMMENT 'SPIFFE id, the last seen',
    requests SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'in these ten seconds with this outcome',
    attempts SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'requests plus retries',
    bytes_sent SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'to the caller',
    bytes_received SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'from the caller',
    duration_us_sum SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'microseconds',
    duration_us AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99), UInt64) CODEC(ZSTD(1)) COMMENT 'DDSketch of the durations in microseconds, 1 % relative error'
)
ENGINE = ${engine}AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (time, destination_service, source_service, destination_namespace, source_namespace, destination_kind,
    destination_cluster, source_cluster, destination_version, source_version, tenant, signal, reporter, transport,
    security, response_code, grpc_status, response_flags, source_role)
TTL time + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024, ${deduplication_window} = 10000
