-- The latency of every edge of a window, as columns: one row of lists, quantiles in microseconds. Beside
-- edge_counts_in_window, whose `edge` it has: sketches are read once for all outcomes of an edge.
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
    groupArray(latency[1]) AS p50,
    groupArray(latency[2]) AS p90,
    groupArray(latency[3]) AS p95,
    groupArray(latency[4]) AS p99
FROM
(
    SELECT
        multiIf({by:String} = 'version', cityHash64(part.relation, part.source_version, part.destination_version),
            {by:String} = 'workload', cityHash64(part.relation, part.source_workload, part.destination_workload),
            part.relation) AS edge,
        quantilesDDMerge(0.01, 0.5, 0.9, 0.95, 0.99)(part.duration_us) AS latency
    FROM
    (
        SELECT relation, source_version, destination_version, source_workload, destination_workload, duration_us
        FROM edges
        WHERE edges.time >= first_10 AND edges.time < last_10
            AND (first_60 >= last_60 OR edges.time < first_60 OR edges.time >= last_60)
        UNION ALL
        SELECT relation, source_version, destination_version, source_workload, destination_workload, duration_us
        FROM edges_latency
        WHERE (seconds = 60 AND edges_latency.time >= first_60 AND edges_latency.time < last_60
                    AND (first_300 >= last_300 OR edges_latency.time < first_300 OR edges_latency.time >= last_300))
                OR (seconds = 300 AND edges_latency.time >= first_300 AND edges_latency.time < last_300
                    AND (first_600 >= last_600 OR edges_latency.time < first_600 OR edges_latency.time >= last_600))
                OR (seconds = 600 AND edges_latency.time >= first_600 AND edges_latency.time < last_600
                    AND (first_1800 >= last_1800 OR edges_latency.time < first_1800 OR edges_latency.time >= last_1800))
                OR (seconds = 1800 AND edges_latency.time >= first_1800 AND edges_latency.time < last_1800
                    AND (first_3600 >= last_3600 OR edges_latency.time < first_3600 OR edges_latency.time >= last_3600))
                OR (seconds = 3600 AND edges_latency.time >= first_3600 AND edges_latency.time < last_3600)
    ) AS part
    GROUP BY edge
)
