-- Every log record that is not an access log. Answers: what an application logged for a trace or a request, or in a time
-- range. Sorted as spans are.
-- shard key: sipHash64(trace_id)
CREATE TABLE IF NOT EXISTS logs${local} ${on_cluster}
(
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    received DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when the hub took it',
    tenant LowCardinality(String),
    cluster LowCardinality(String),
    namespace LowCardinality(String),
    service LowCardinality(String),
    version LowCardinality(String),
    instance LowCardinality(String),
    severity_number UInt8 CODEC(ZSTD(1)) COMMENT '1 to 24, 0: not given (OpenTelemetry logs data model)',
    severity_text LowCardinality(String),
    event_name LowCardinality(String),
    body String CODEC(ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    scope_name LowCardinality(String),
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    attribute_types Map(LowCardinality(String), LowCardinality(String)),
    resource_attributes LowCardinality(String) COMMENT 'JSON object of texts'
)
ENGINE = ${engine}MergeTree
PARTITION BY toDate(time)
ORDER BY (toStartOfFiveMinutes(time), trace_id, time)
TTL toDateTime(time) + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, ${deduplication_window} = 10000
