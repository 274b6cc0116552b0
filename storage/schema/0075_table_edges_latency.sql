-- How long the requests of `edges` took, as latency sketches over longer intervals, all outcomes of a call relation
-- together: beside `edges_rollup`, which counts them.
-- Sorted by length and time, because the graph asks for all of an interval.
-- shard key: cityHash64(source_service, destination_service)
CREATE TABLE IF NOT EXISTS edges_latency${local} ${on_cluster}
(
    seconds UInt16 CODEC(ZSTD(1)) COMMENT 'length of the interval: 60, 300, 600, 1800 or 3600',
    time DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start of the interval',
    relation UInt64 COMMENT 'as in edges',
    reporter Enum8('unknown' = 0, 'client' = 1, 'server' = 2) COMMENT 'which side of the call reported',
    source_service LowCardinality(String) COMMENT 'the caller',
    source_version LowCardinality(String) COMMENT 'the caller',
    destination_service LowCardinality(String) COMMENT 'the callee',
    destination_version LowCardinality(String) COMMENT 'the callee',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    requests SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'in the interval',
    duration_us AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99), UInt64) CODEC(ZSTD(1)) COMMENT 'DDSketch of the durations in microseconds, 1 % relative error'
)
ENGINE = ${engine}AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (seconds, time, destination_service, source_service, relation, reporter, destination_version, source_version, tenant)
TTL time + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024, ${deduplication_window} = 10000
