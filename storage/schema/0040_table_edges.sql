-- Who called whom, in ten-second buckets: one row per call relation, reporting side and outcome. Answers: the service
-- graph of any window, the golden signals of an edge over time.
-- Client and server reports of the same calls are separate rows (two views of one edge) and must not be added together.
-- The latency sketch is a DDSketch (Masson et al., VLDB 2019) with 1 % relative error, in microseconds; it merges.
-- shard key: cityHash64(source_service, destination_service)
CREATE TABLE IF NOT EXISTS edges${local} ${on_cluster}
(
    time DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start of the ten seconds',
    tenant LowCardinality(String),
    signal Enum8('access_log' = 1, 'span' = 2) COMMENT 'what the row was counted from',
    reporter Enum8('unknown' = 0, 'client' = 1, 'server' = 2),
    source_role LowCardinality(String) COMMENT 'gateway, sidecar, ... where the source itself reported',
    source_cluster LowCardinality(String),
    source_namespace LowCardinality(String),
    source_service LowCardinality(String),
    source_version LowCardinality(String),
    destination_kind LowCardinality(String) COMMENT 'service, external, passthrough or empty',
    destination_cluster LowCardinality(String),
    destination_namespace LowCardinality(String),
    destination_service LowCardinality(String),
    destination_version LowCardinality(String),
    transport Enum8('http' = 1, 'grpc' = 2, 'tcp' = 3),
    security Enum8('unknown' = 0, 'plaintext' = 1, 'tls' = 2, 'mtls' = 3),
    response_code UInt16,
    grpc_status Int8,
    response_flags LowCardinality(String),
    source_principal SimpleAggregateFunction(anyLast, String) CODEC(ZSTD(1)),
    destination_principal SimpleAggregateFunction(anyLast, String) CODEC(ZSTD(1)),
    requests SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    attempts SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'requests plus retries',
    bytes_sent SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    bytes_received SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    duration_us_sum SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    duration_us AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99), UInt64) CODEC(ZSTD(1))
)
ENGINE = ${engine}AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (toStartOfHour(time), destination_service, source_service, destination_namespace, source_namespace,
    destination_kind, destination_cluster, source_cluster, destination_version, source_version, tenant, signal, reporter,
    transport, security, response_code, grpc_status, response_flags, source_role, time)
TTL time + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, ${deduplication_window} = 10000
