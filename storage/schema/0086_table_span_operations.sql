-- Which operations each service has spans of, by day. Answers: the services and operations that can be searched for, without
-- reading spans.
-- shard key: cityHash64(service)
CREATE TABLE IF NOT EXISTS span_operations${local} ${on_cluster}
(
    day Date COMMENT 'UTC',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    namespace LowCardinality(String) COMMENT 'of the sender',
    service LowCardinality(String) COMMENT 'of the sender',
    name LowCardinality(String) COMMENT 'of the operation',
    kind Enum8('unspecified' = 0, 'internal' = 1, 'server' = 2, 'client' = 3, 'producer' = 4, 'consumer' = 5) COMMENT 'OTLP span kind',
    spans SimpleAggregateFunction(sum, UInt64) COMMENT 'how many'
)
ENGINE = ${engine}AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (day, tenant, namespace, service, name, kind)
TTL day + toIntervalDay(${retention_days})
SETTINGS ${deduplication_window} = 10000
