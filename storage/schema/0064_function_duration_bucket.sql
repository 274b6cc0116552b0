-- The bucket of a duration in microseconds by its two leading decimal digits: 0 to 99 are exact, then 90 buckets per power
-- of ten. A bucket holds [lower, next lower): 300 ms = 300000 us is the lower bound of bucket 390. The inverse is
-- meshhub_duration_bucket_start.
CREATE OR REPLACE FUNCTION meshhub_duration_bucket ${on_cluster} AS (duration_us) ->
    if(duration_us < 100, toUInt16(duration_us),
        toUInt16(intDiv(duration_us, greatest(toUInt64(exp10(length(toString(duration_us)) - 2)), 1))
            + 90 * (length(toString(duration_us)) - 2)))
