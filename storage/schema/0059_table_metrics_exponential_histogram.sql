-- Exponential histogram data points, one row each. Answers: the course of a metric of a service, an instance or the mesh.
-- Sorted by series so that the points of one lie together and compress.
-- shard key: cityHash64(service, metric)
CREATE TABLE IF NOT EXISTS metrics_exponential_histogram${local} ${on_cluster}
(
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    start_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of a cumulative series; 1970 where not given',
    received DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when the hub took it',
    tenant LowCardinality(String),
    cluster LowCardinality(String),
    namespace LowCardinality(String),
    service LowCardinality(String),
    version LowCardinality(String),
    instance LowCardinality(String),
    metric LowCardinality(String),
    unit LowCardinality(String),
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    resource_attributes LowCardinality(String) COMMENT 'JSON object of texts',
    temporality Enum8('unspecified' = 0, 'delta' = 1, 'cumulative' = 2),
    count UInt64 CODEC(T64, ZSTD(1)),
    sum Float64 CODEC(ZSTD(1)),
    min Float64 CODEC(ZSTD(1)),
    max Float64 CODEC(ZSTD(1)),
    scale Int32 CODEC(ZSTD(1)),
    zero_count UInt64 CODEC(T64, ZSTD(1)),
    zero_threshold Float64 CODEC(ZSTD(1)),
    positive_offset Int32 CODEC(ZSTD(1)),
    positive_bucket_counts Array(UInt64) CODEC(ZSTD(1)),
    negative_offset Int32 CODEC(ZSTD(1)),
    negative_bucket_counts Array(UInt64) CODEC(ZSTD(1))
)
ENGINE = ${engine}MergeTree
PARTITION BY toDate(time)
ORDER BY (metric, service, namespace, instance, cityHash64(mapValues(attributes)), time)
TTL toDateTime(time) + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, ${deduplication_window} = 10000
