-- The numbers of the service graph of a window, as columns: one row of lists. Each place of the lists is a series: a call
-- relation with one outcome and one pair of principals, which `edge_names_in_window` tells the names of. Only numbers are
-- read and grouped, which is several times as fast as with names, and names are the same in every window.
-- Of the same rows as service_edges_in_window. `edge` is what `edge_latency_in_window` tells the latency of.
WITH
    ${parts:steps_of_window}
SELECT
    groupArray(edge) AS edge,
    groupArray(series) AS series,
    groupArray(requests) AS requests,
    groupArray(attempts) AS attempts,
    groupArray(bytes_sent) AS bytes_sent,
    groupArray(bytes_received) AS bytes_received,
    groupArray(duration_us_sum) AS duration_us_sum,
    groupArray(first_seen) AS first_seen,
    groupArray(last_seen) AS last_seen
FROM
(
    SELECT
        any(part.edge) AS edge,
        part.series AS series,
        sum(part.requests) AS requests,
        sum(part.attempts) AS attempts,
        sum(part.bytes_sent) AS bytes_sent,
        sum(part.bytes_received) AS bytes_received,
        sum(part.duration_us_sum) AS duration_us_sum,
        toUnixTimestamp(min(part.first_seen)) AS first_seen,
        toUnixTimestamp(max(part.last_seen)) AS last_seen
    FROM
    (
        SELECT
            multiIf({by:String} = 'version', cityHash64(relation, source_version, destination_version),
                {by:String} = 'workload', cityHash64(relation, source_workload, destination_workload), relation) AS edge,
            cityHash64(relation, outcome, source_principal, destination_principal) AS series,
            requests, attempts, bytes_sent, bytes_received, duration_us_sum,
            edges.time AS first_seen, edges.time AS last_seen
        FROM edges
        WHERE ${parts:rows_of_edges}
        UNION ALL
        SELECT
            multiIf({by:String} = 'version', cityHash64(relation, source_version, destination_version),
                {by:String} = 'workload', cityHash64(relation, source_workload, destination_workload), relation) AS edge,
            cityHash64(relation, outcome, source_principal, destination_principal) AS series,
            requests, attempts, bytes_sent, bytes_received, duration_us_sum,
            edges_rollup.first_seen AS first_seen, edges_rollup.last_seen AS last_seen
        FROM edges_rollup
        WHERE ${parts:rows_of_rollup}
    ) AS part
    GROUP BY series
    ORDER BY requests DESC
    LIMIT {limit:UInt32}
)
