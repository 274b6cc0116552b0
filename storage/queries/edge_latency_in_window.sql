-- The latency of every edge of a window, as columns: one row of lists, quantiles in microseconds. Beside
-- edge_counts_in_window, whose `edge` it has: by edge, because quantiles of series cannot be merged later.
WITH
    ${parts:steps_of_window}
SELECT
    groupArray(edge) AS edge,
    groupArray(latency_us[1]) AS p50,
    groupArray(latency_us[2]) AS p90,
    groupArray(latency_us[3]) AS p95,
    groupArray(latency_us[4]) AS p99
FROM
(
    ${parts:latency_of_edges}
)
