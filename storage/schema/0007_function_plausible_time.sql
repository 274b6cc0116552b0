-- The time of a record as DateTime64(9): its own where that is plausible (at most 31 days before and one day after the
-- hub received it), the time of receipt otherwise, so that no sender can scatter rows over a thousand partitions.
CREATE OR REPLACE FUNCTION meshhub_plausible_time ${on_cluster} AS (unix_nano, received_unix_nano) ->
    fromUnixTimestamp64Nano(toInt64(
        if(unix_nano >= received_unix_nano - 2678400000000000 AND unix_nano <= received_unix_nano + 86400000000000,
            unix_nano, received_unix_nano)), 'UTC')
