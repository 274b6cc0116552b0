-- Latency is in `duration_buckets` as in edges, and `edges_latency` is no more. Rows from before have all their requests in the
-- bucket of their mean.
-- shard key: cityHash64(source_service, destination_service)
ALTER TABLE edges_rollup${local} ${on_cluster}
    ADD COLUMN IF NOT EXISTS duration_buckets SimpleAggregateFunction(sumMap, Map(UInt8, UInt64)) DEFAULT map(meshhub_latency_bucket(duration_us_sum / requests), toUInt64(requests)) CODEC(ZSTD(1)) COMMENT 'requests per meshhub_latency_bucket' AFTER duration_us_sum
