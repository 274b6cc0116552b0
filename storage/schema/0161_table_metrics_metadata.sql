-- What Prometheus says of metrics in requests of their own (v1): type, help, unit. Answers: what a metric is.
-- One row per name is left; the last one that came counts.
-- shard key: cityHash64(metric)
CREATE TABLE IF NOT EXISTS metrics_metadata${local} ${on_cluster}
(
    received DateTime('UTC') COMMENT 'when the hub took it',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    metric String COMMENT 'name of the family',
    type LowCardinality(String) COMMENT 'counter, gauge, histogram, gaugehistogram, summary, info, stateset or unknown',
    unit LowCardinality(String) COMMENT 'as the sender has it',
    help String CODEC(ZSTD(1)) COMMENT 'for people'
)
ENGINE = ${engine}ReplacingMergeTree(received)
ORDER BY (tenant, metric)
TTL received + toIntervalDay(${retention_days})
SETTINGS ${deduplication_window} = 10000
