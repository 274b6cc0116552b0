-- Counters of calls as proxies' stats have them, per minute and series: who called whom, how it ended, how it was secured.
-- Answers: the edges of meshes that can send nothing but stats (Linkerd, ztunnel), and of proxies that send no access logs.
-- Counters are cumulative, so nothing of this is a count by itself: what a counter grew by is between the rows of its
-- minutes (queries/edges_by_stats). First, last and highest merge in any order, and a sample that came twice changes nothing.
-- Sorted by minute and series, because a window asks for all of its minutes.
-- shard key: cityHash64(series)
CREATE TABLE IF NOT EXISTS edges_counters${local} ${on_cluster}
(
    time DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start of the minute',
    series UInt64 CODEC(ZSTD(1)) COMMENT 'hash of the metric, its labels and the proxy',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    proxy SimpleAggregateFunction(any, UInt64) CODEC(ZSTD(1)) COMMENT 'hash of the proxy whose stats these are',
    measure SimpleAggregateFunction(any, Enum8('requests' = 1, 'connections' = 2, 'bytes_sent' = 3, 'bytes_received' = 4, 'open' = 5)) COMMENT 'what is counted; open: connections now, a gauge',
    reporter SimpleAggregateFunction(any, Enum8('unknown' = 0, 'client' = 1, 'server' = 2)) COMMENT 'which side of the call the proxy is',
    source_cluster SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the caller',
    source_namespace SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the caller',
    source_service SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the caller',
    source_version SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the caller',
    destination_kind SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'service, external, passthrough or empty',
    destination_cluster SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the callee',
    destination_namespace SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the callee',
    destination_service SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the callee',
    destination_version SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the callee',
    transport SimpleAggregateFunction(any, Enum8('any' = 0, 'http' = 1, 'grpc' = 2, 'tcp' = 3)) COMMENT 'any: connections that may carry requests, which are counted too',
    security SimpleAggregateFunction(any, Enum8('unknown' = 0, 'plaintext' = 1, 'tls' = 2, 'mtls' = 3)) COMMENT 'of the connection between the two peers',
    tls_reason SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'why there is no TLS, in the words of the mesh',
    response_code SimpleAggregateFunction(any, UInt16) COMMENT '0: no response',
    grpc_status SimpleAggregateFunction(any, Int8) COMMENT '-1: not gRPC',
    response_flags SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'Envoy response flags',
    source_principal SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'identity in the caller''s certificate',
    destination_principal SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'identity in the callee''s certificate',
    first AggregateFunction(argMin, Float64, DateTime64(3, 'UTC')) COMMENT 'value of the first sample',
    last AggregateFunction(argMax, Float64, DateTime64(3, 'UTC')) COMMENT 'value of the last sample',
    highest SimpleAggregateFunction(max, Float64) COMMENT 'more than the last where the proxy started anew'
)
ENGINE = ${engine}AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (time, series, tenant)
TTL time + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, ${deduplication_window} = 10000
