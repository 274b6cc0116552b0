-- Which attribute keys exist, per signal and service and day, with their type and how often. Answers: what can be
-- searched for, and completes it.
-- shard key: sipHash64(key)
CREATE TABLE IF NOT EXISTS attribute_catalogue${local} ${on_cluster}
(
    day Date COMMENT 'UTC',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    signal Enum8('spans' = 1, 'access_logs' = 2, 'logs' = 3) COMMENT 'where the key was seen',
    key LowCardinality(String) COMMENT 'attribute key',
    service LowCardinality(String) COMMENT 'who sent it',
    value_type SimpleAggregateFunction(anyLast, LowCardinality(String)) COMMENT 'OTLP type, the last seen',
    example SimpleAggregateFunction(anyLast, String) COMMENT 'a value, at most 256 characters',
    occurrences SimpleAggregateFunction(sum, UInt64) COMMENT 'how often'
)
ENGINE = ${engine}AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (day, tenant, signal, key, service)
TTL day + toIntervalDay(${retention_days})
SETTINGS ${deduplication_window} = 10000
