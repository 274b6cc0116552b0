-- The numbers of the service graph of a window, as columns: one row of lists. Each place of the lists is a series: a call
-- relation with one outcome and one pair of principals, which `edge_names_in_window` tells the names of. Only numbers are
-- read and grouped, which is several times as fast as with names, and names are the same in every window.
-- Of the same rows as service_edges_in_window. `edge` is what `edge_latency_in_window` merges sketches by.
WITH
    toUInt32(floor({start:Float64} / 10) * 10) AS first,
    toUInt32(ceil({end:Float64} / 10) * 10) AS last,
    toDateTime(first, 'UTC') AS first_10,
    toDateTime(last, 'UTC') AS last_10,
    toDateTime(intDiv(first + 59, 60) * 60, 'UTC') AS first_60,
    toDateTime(intDiv(last, 60) * 60, 'UTC') AS last_60,
    toDateTime(intDiv(first + 299, 300) * 300, 'UTC') AS first_300,
    toDateTime(intDiv(last, 300) * 300, 'UTC') AS last_300,
    toDateTime(intDiv(first + 599, 600) * 600, 'UTC') AS first_600,
    toDateTime(intDiv(last, 600) * 600, 'UTC') AS last_600,
    toDateTime(intDiv(first + 1799, 1800) * 1800, 'UTC') AS first_1800,
    toDateTime(intDiv(last, 1800) * 1800, 'UTC') AS last_1800,
    toDateTime(intDiv(first + 3599, 3600) * 3600, 'UTC') AS first_3600,
    toDateTime(intDiv(last, 3600) * 3600, 'UTC') AS last_3600
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
        WHERE edges.time >= first_10 AND edges.time < last_10
            AND (first_60 >= last_60 OR edges.time < first_60 OR edges.time >= last_60)
        UNION ALL
        SELECT
            multiIf({by:String} = 'version', cityHash64(relation, source_version, destination_version),
                {by:String} = 'workload', cityHash64(relation, source_workload, destination_workload), relation) AS edge,
            cityHash64(relation, outcome, source_principal, destination_principal) AS series,
            requests, attempts, bytes_sent, bytes_received, duration_us_sum,
            edges_rollup.first_seen AS first_seen, edges_rollup.last_seen AS last_seen
        FROM edges_rollup
        WHERE (seconds = 60 AND edges_rollup.time >= first_60 AND edges_rollup.time < last_60
                    AND (first_300 >= last_300 OR edges_rollup.time < first_300 OR edges_rollup.time >= last_300))
                OR (seconds = 300 AND edges_rollup.time >= first_300 AND edges_rollup.time < last_300
                    AND (first_600 >= last_600 OR edges_rollup.time < first_600 OR edges_rollup.time >= last_600))
                OR (seconds = 600 AND edges_rollup.time >= first_600 AND edges_rollup.time < last_600
                    AND (first_1800 >= last_1800 OR edges_rollup.time < first_1800 OR edges_rollup.time >= last_1800))
                OR (seconds = 1800 AND edges_rollup.time >= first_1800 AND edges_rollup.time < last_1800
                    AND (first_3600 >= last_3600 OR edges_rollup.time < first_3600 OR edges_rollup.time >= last_3600))
                OR (seconds = 3600 AND edges_rollup.time >= first_3600 AND edges_rollup.time < last_3600)
    ) AS part
    GROUP BY series
    ORDER BY requests DESC
    LIMIT {limit:UInt32}
)
