-- Where the rows of a request id are: its five-minute buckets and trace ids, for an exact look-up that reads a few rows
-- whatever the age and size of the store. Keyed by the 64-bit hash of the id (8 bytes instead of 36); the reader compares
-- the ids themselves afterwards.
-- shard key: request_hash
CREATE TABLE IF NOT EXISTS request_index${local} ${on_cluster}
(
    request_hash UInt64 CODEC(Delta, ZSTD(1)) COMMENT 'sipHash64(request_id)',
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'toStartOfFiveMinutes(time)',
    trace_id FixedString(16) CODEC(ZSTD(1)) COMMENT 'zero bytes: none'
)
ENGINE = ${engine}ReplacingMergeTree
PARTITION BY toDate(bucket)
ORDER BY (request_hash, bucket, trace_id)
TTL bucket + toIntervalDay(${retention_days})
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024, ${deduplication_window} = 10000
