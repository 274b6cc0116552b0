-- Which attribute keys exist, per signal and service and day, with their type and how often. Answers: what can be
-- searched for, and completes it.
-- shard key: sipHash64(key)
CREATE TABLE IF NOT EXISTS attribute_catalogue${local} ${on_cluster}
(
    day Date,
    tenant LowCardinality(String),
    signal Enum8('spans' = 1, 'access_logs' = 2, 'logs' = 3),
    key LowCardinality(String),
    service LowCardinality(String),
    value_type SimpleAggregateFunction(anyLast, LowCardinality(String)),
    example SimpleAggregateFunction(anyLast, String),
    occurrences SimpleAggregateFunction(sum, UInt64)
)
ENGINE = ${engine}AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (day, tenant, signal, key, service)
TTL day + toIntervalDay(${retention_days})
SETTINGS ${deduplication_window} = 10000
