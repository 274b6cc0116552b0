-- Exponential histogram data points, one row each. Answers: the course of a metric of a service, an instance or the mesh.
-- Sorted by series so that the points of one lie together and compress.
-- shard key: cityHash64(service, metric)
CREATE TABLE IF NOT EXISTS metrics_exponential_histogram${local} ${on_cluster}
(
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of the point',
    start_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of a cumulative series; 1970 where not given',
    received DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when the hub took it',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    cluster LowCardinality(String) COMMENT 'of the sender (docs/reference/identity.md)',
    namespace LowCardinality(String) COMMENT 'of the sender',
    service LowCardinality(String) COMMENT 'of the sender',
    version LowCardinality(String) COMMENT 'of the sender',
    instance LowCardinality(String) COMMENT 'of the sender: pod, node or process',
    metric LowCardinality(String) COMMENT 'name',
    unit LowCardinality(String) COMMENT 'UCUM',
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'of the series, values as text',
    resource_attributes LowCardinality(String) COMMENT 'JSON object of texts',
    temporality Enum8('unspecified' = 0, 'delta' = 1, 'cumulative' = 2) COMMENT 'since start_time, or since the point before',
    count UInt64 CODEC(T64, ZSTD(1)) COMMENT 'of values',
    sum Float64 CODEC(ZSTD(1)) COMMENT 'of values',
    min Float64 CODEC(ZSTD(1)) COMMENT '0 where not given',
    max Float64 CODEC(ZSTD(1)) COMMENT '0 where not given',
    scale Int32 CODEC(ZSTD(1)) COMMENT 'base of the bounds is 2^(2^-scale)',
    zero_count UInt64 CODEC(T64, ZSTD(1)) COMMENT 'values at most zero_threshold from 0',
    zero_threshold Float64 CODEC(ZSTD(1)) COMMENT 'width of the zero bucket',
    positive_offset Int32 CODEC(ZSTD(1)) COMMENT 'index of the first positive bucket',
    positive_bucket_counts Array(UInt64) CODEC(ZSTD(1)) COMMENT 'counts from there on',
    negative_offset Int32 CODEC(ZSTD(1)) COMMENT 'index of the first negative bucket',
    negative_bucket_counts Array(UInt64) CODEC(ZSTD(1)) COMMENT 'counts from there on'
)
ENGINE = ${engine}MergeTree
PARTITION BY toDate(time)
ORDER BY (metric, service, namespace, instance, cityHash64(mapValues(attributes)), time)
TTL toDateTime(time) + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, ${deduplication_window} = 10000
