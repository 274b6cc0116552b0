-- Latency is in `duration_buckets`, requests by bucket of their duration (meshhub_latency_bucket), and no longer in a sketch, which
-- takes five times as long to read and merge. Rows from before have all their requests in the bucket of their mean.
-- shard key: cityHash64(source_service, destination_service)
ALTER TABLE edges${local} ${on_cluster}
    ADD COLUMN IF NOT EXISTS duration_buckets SimpleAggregateFunction(sumMap, Map(UInt8, UInt64)) DEFAULT map(meshhub_latency_bucket(duration_us_sum / requests), toUInt64(requests)) CODEC(ZSTD(1)) COMMENT 'requests per meshhub_latency_bucket' AFTER duration_us_sum
