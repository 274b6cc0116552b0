-- The bucket of a duration in microseconds in the latency of edges: bucket b holds (1.1^(b-1), 1.1^b], so 256 of them reach from
-- one microsecond to ten hours, and longer ones count in the last. The inverse is meshhub_bucket_latency.
CREATE OR REPLACE FUNCTION meshhub_latency_bucket ${on_cluster} AS (duration_us) ->
    toUInt8(least(ceil(log(greatest(duration_us, 1)) / log(1.1)), 255))
