-- The lower bound, in microseconds, of a bucket of meshhub_duration_bucket.
CREATE OR REPLACE FUNCTION meshhub_duration_bucket_start ${on_cluster} AS (bucket) ->
    if(bucket < 100, toUInt64(bucket), toUInt64(10 + (bucket - 10) % 90) * toUInt64(exp10(intDiv(bucket - 10, 90))))
