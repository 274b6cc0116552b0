-- Every span, one row each. Answers: all spans of a trace or of a request; spans of a time range by attribute.
-- Sorted by five-minute bucket, then trace, then time: the rows of one trace lie together, so a trace is one read and
-- ids compress (docs/adr/0005 has the measured alternatives). A time range prunes by bucket; an id comes with its bucket
-- from trace_index or request_index.
-- The attributes that Envoy puts on every span have columns; the rest is in `attributes`, the OTLP type of what is not a
-- string in `attribute_types`.
-- shard key: sipHash64(trace_id)
CREATE TABLE IF NOT EXISTS spans${local} ${on_cluster}
(
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start',
    received DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when the hub took it',
    duration_ns UInt64 CODEC(T64, ZSTD(1)) COMMENT '0 where the end is not after the start',
    trace_id FixedString(16) CODEC(ZSTD(1)) COMMENT 'zero bytes: none',
    span_id FixedString(8) CODEC(NONE) COMMENT 'zero bytes: none',
    parent_span_id FixedString(8) CODEC(ZSTD(1)) COMMENT 'zero bytes: a root',
    trace_state LowCardinality(String) COMMENT 'W3C tracestate',
    flags UInt16 CODEC(ZSTD(1)) COMMENT 'lower 16 bits of the OTLP flags',
    name LowCardinality(String) COMMENT 'of the operation',
    kind Enum8('unspecified' = 0, 'internal' = 1, 'server' = 2, 'client' = 3, 'producer' = 4, 'consumer' = 5) COMMENT 'OTLP span kind',
    status_code Enum8('unset' = 0, 'ok' = 1, 'error' = 2) COMMENT 'OTLP status',
    status_message LowCardinality(String) COMMENT 'OTLP status',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    cluster LowCardinality(String) COMMENT 'of the sender (docs/reference/identity.md)',
    namespace LowCardinality(String) COMMENT 'of the sender',
    service LowCardinality(String) COMMENT 'of the sender',
    version LowCardinality(String) COMMENT 'of the sender',
    instance LowCardinality(String) COMMENT 'of the sender: pod, node or process',
    scope_name LowCardinality(String) COMMENT 'instrumentation scope',
    scope_version LowCardinality(String) COMMENT 'instrumentation scope',
    component LowCardinality(String) COMMENT '"proxy" for spans of Envoy',
    request_id String CODEC(ZSTD(1)) COMMENT 'x-request-id (attribute guid:x-request-id)',
    node_id LowCardinality(String) COMMENT 'Envoy node id',
    method LowCardinality(String) COMMENT 'HTTP',
    url String CODEC(ZSTD(1)) COMMENT 'HTTP',
    protocol LowCardinality(String) COMMENT 'HTTP',
    response_code UInt16 CODEC(ZSTD(1)) COMMENT 'HTTP status, 0: none',
    response_flags LowCardinality(String) COMMENT 'Envoy response flags, "-": none',
    user_agent LowCardinality(String) COMMENT 'HTTP',
    peer_address LowCardinality(String) COMMENT 'who connected',
    request_size UInt64 CODEC(T64, ZSTD(1)) COMMENT 'bytes',
    response_size UInt64 CODEC(T64, ZSTD(1)) COMMENT 'bytes',
    upstream_cluster LowCardinality(String) COMMENT 'Envoy cluster that was called',
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'what has no column, values as text; bytes as hex, arrays and maps as hex of their protobuf',
    attribute_types Map(LowCardinality(String), LowCardinality(String)) COMMENT 'OTLP type of each attribute that is not a string',
    resource_attributes LowCardinality(String) COMMENT 'JSON object of texts',
    events Array(Tuple(time DateTime64(9, 'UTC'), name LowCardinality(String), attributes Map(LowCardinality(String), String))) COMMENT 'things that happened meanwhile',
    links Array(Tuple(trace_id FixedString(16), span_id FixedString(8), attributes Map(LowCardinality(String), String))) COMMENT 'to spans of other traces'
)
ENGINE = ${engine}MergeTree
PARTITION BY toDate(time)
ORDER BY (toStartOfFiveMinutes(time), trace_id, time)
TTL toDateTime(time) + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, ${deduplication_window} = 10000
