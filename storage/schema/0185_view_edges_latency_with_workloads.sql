-- Latency of edges over longer intervals, as before, with the workloads at both ends.
DROP VIEW IF EXISTS edges_latency_from_edges ${on_cluster};
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_latency_from_edges ${on_cluster} TO edges_latency${local} AS
SELECT
    seconds,
    toDateTime(intDiv(toUInt32(edges.time), seconds) * seconds, 'UTC') AS time,
    relation,
    reporter,
    source_service,
    source_version,
    source_workload,
    destination_service,
    destination_version,
    destination_workload,
    tenant,
    sum(edges.requests) AS requests,
    quantilesDDMergeState(0.01, 0.5, 0.9, 0.95, 0.99)(edges.duration_us) AS duration_us
FROM edges${local} AS edges
ARRAY JOIN CAST([60, 300, 600, 1800, 3600], 'Array(UInt16)') AS seconds
GROUP BY ALL
