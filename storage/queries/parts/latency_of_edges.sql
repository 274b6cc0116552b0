-- The latency of every edge of a window: quantiles in microseconds, within 5 %. To be read by steps_of_window.
SELECT
    multiIf({by:String} = 'version', cityHash64(part.relation, part.source_version, part.destination_version),
        {by:String} = 'workload', cityHash64(part.relation, part.source_workload, part.destination_workload),
        part.relation) AS edge,
    meshhub_bucket_latency(quantilesExactWeightedArray(0.5, 0.9, 0.95, 0.99)(
        mapKeys(part.duration_buckets), mapValues(part.duration_buckets))) AS latency_us
FROM
(
    SELECT relation, source_version, destination_version, source_workload, destination_workload, duration_buckets
    FROM edges
    WHERE ${parts:rows_of_edges}
    UNION ALL
    SELECT relation, source_version, destination_version, source_workload, destination_workload, duration_buckets
    FROM edges_rollup
    WHERE ${parts:rows_of_rollup}
) AS part
GROUP BY edge
