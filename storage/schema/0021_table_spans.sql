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
    duration_ns UInt64 CODEC(T64, ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(NONE),
    parent_span_id FixedString(8) CODEC(ZSTD(1)),
    trace_state LowCardinality(String),
    flags UInt16 CODEC(ZSTD(1)),
    name LowCardinality(String),
    kind Enum8('unspecified' = 0, 'internal' = 1, 'server' = 2, 'client' = 3, 'producer' = 4, 'consumer' = 5),
    status_code Enum8('unset' = 0, 'ok' = 1, 'error' = 2),
    status_message LowCardinality(String),
    tenant LowCardinality(String),
    cluster LowCardinality(String),
    namespace LowCardinality(String),
    service LowCardinality(String),
    version LowCardinality(String),
    instance LowCardinality(String),
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    component LowCardinality(String) COMMENT '"proxy" for spans of Envoy',
    request_id String CODEC(ZSTD(1)),
    node_id LowCardinality(String),
    method LowCardinality(String),
    url String CODEC(ZSTD(1)),
    protocol LowCardinality(String),
    response_code UInt16 CODEC(ZSTD(1)),
    response_flags LowCardinality(String),
    user_agent LowCardinality(String),
    peer_address LowCardinality(String),
    request_size UInt64 CODEC(T64, ZSTD(1)),
    response_size UInt64 CODEC(T64, ZSTD(1)),
    upstream_cluster LowCardinality(String),
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    attribute_types Map(LowCardinality(String), LowCardinality(String)),
    resource_attributes LowCardinality(String) COMMENT 'JSON object of texts',
    events Array(Tuple(time DateTime64(9, 'UTC'), name LowCardinality(String), attributes Map(LowCardinality(String), String))),
    links Array(Tuple(trace_id FixedString(16), span_id FixedString(8), attributes Map(LowCardinality(String), String)))
)
ENGINE = ${engine}MergeTree
PARTITION BY toDate(time)
ORDER BY (toStartOfFiveMinutes(time), trace_id, time)
TTL toDateTime(time) + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, ${deduplication_window} = 10000
