-- Where the rows of a trace id are: its five-minute buckets. See request_index.
-- shard key: sipHash64(trace_id)
CREATE TABLE IF NOT EXISTS trace_index${local} ${on_cluster}
(
    trace_id FixedString(16) CODEC(ZSTD(1)) COMMENT 'zero bytes: none',
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'toStartOfFiveMinutes(time)'
)
ENGINE = ${engine}ReplacingMergeTree
PARTITION BY toDate(bucket)
ORDER BY (trace_id, bucket)
TTL bucket + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024, ${deduplication_window} = 10000
