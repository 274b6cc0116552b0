-- What Envoy's stats say of the callers' pools, per minute: ejected hosts, open circuit breakers, overflows, failed
-- connections. Answers: what of an edge no access log has. Only what is not 0 is here, which is little: a counter that has
-- no row in a minute was 0.
-- shard key: cityHash64(service, upstream)
CREATE TABLE IF NOT EXISTS edges_stats${local} ${on_cluster}
(
    time DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start of the minute',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    cluster LowCardinality(String) COMMENT 'of the caller',
    namespace LowCardinality(String) COMMENT 'of the caller',
    service LowCardinality(String) COMMENT 'of the caller',
    instance LowCardinality(String) COMMENT 'of the caller',
    upstream LowCardinality(String) COMMENT 'name of the Envoy cluster that is called, as in stats',
    metric LowCardinality(String) COMMENT 'name without "cluster."',
    start_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of the counter: another one after a restart; 1970 for gauges',
    lowest SimpleAggregateFunction(min, Float64) COMMENT 'in the minute',
    highest SimpleAggregateFunction(max, Float64) COMMENT 'in the minute'
)
ENGINE = ${engine}AggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (time, service, namespace, cluster, upstream, metric, tenant, instance, start_time)
TTL time + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, ${deduplication_window} = 10000
