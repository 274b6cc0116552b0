-- The merged sketches of every edge of a window: quantiles in microseconds. To be read by steps_of_window.
SELECT
    multiIf({by:String} = 'version', cityHash64(part.relation, part.source_version, part.destination_version),
        {by:String} = 'workload', cityHash64(part.relation, part.source_workload, part.destination_workload),
        part.relation) AS edge,
    quantilesDDMerge(0.01, 0.5, 0.9, 0.95, 0.99)(part.duration_us) AS latency_us
FROM
(
    SELECT relation, source_version, destination_version, source_workload, destination_workload, duration_us
    FROM edges
    WHERE ${parts:rows_of_edges}
    UNION ALL
    SELECT relation, source_version, destination_version, source_workload, destination_workload, duration_us
    FROM edges_latency
    WHERE ${parts:rows_of_rollup}
) AS part
GROUP BY edge
