-- Durations in microseconds for some buckets of meshhub_latency_bucket: within 5 % of all that a bucket holds.
CREATE OR REPLACE FUNCTION meshhub_bucket_latency ${on_cluster} AS (buckets) -> arrayMap(bucket -> pow(1.1, bucket) / 1.05, buckets)
