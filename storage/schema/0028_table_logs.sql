-- Every log record that is not an access log. Answers: what an application logged for a trace or a request, or in a time
-- range. Sorted as spans are.
-- shard key: sipHash64(trace_id)
CREATE TABLE IF NOT EXISTS logs${local} ${on_cluster}
(
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of the record, else when it was observed, else when the hub took it',
    received DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when the hub took it',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    cluster LowCardinality(String) COMMENT 'of the sender (docs/reference/identity.md)',
    namespace LowCardinality(String) COMMENT 'of the sender',
    service LowCardinality(String) COMMENT 'of the sender',
    version LowCardinality(String) COMMENT 'of the sender',
    instance LowCardinality(String) COMMENT 'of the sender: pod, node or process',
    severity_number UInt8 CODEC(ZSTD(1)) COMMENT '1 to 24, 0: not given (OpenTelemetry logs data model)',
    severity_text LowCardinality(String) COMMENT 'as the application calls it',
    event_name LowCardinality(String) COMMENT 'kind of event, if it is one',
    body String CODEC(ZSTD(1)) COMMENT 'as text; bytes as hex, arrays and maps as hex of their protobuf',
    trace_id FixedString(16) CODEC(ZSTD(1)) COMMENT 'zero bytes: none',
    span_id FixedString(8) CODEC(ZSTD(1)) COMMENT 'zero bytes: none',
    request_id String CODEC(ZSTD(1)) COMMENT 'attribute request_id or http.request.header.x-request-id',
    scope_name LowCardinality(String) COMMENT 'instrumentation scope',
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'values as text; bytes as hex, arrays and maps as hex of their protobuf',
    attribute_types Map(LowCardinality(String), LowCardinality(String)) COMMENT 'OTLP type of each attribute that is not a string',
    resource_attributes LowCardinality(String) COMMENT 'JSON object of texts'
)
ENGINE = ${engine}MergeTree
PARTITION BY toDate(time)
ORDER BY (toStartOfFiveMinutes(time), trace_id, time)
TTL toDateTime(time) + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, ${deduplication_window} = 10000
