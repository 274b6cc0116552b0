-- Edges added up over longer intervals, as before, and their latency with them.
DROP VIEW IF EXISTS edges_rollup_from_edges ${on_cluster};
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_rollup_from_edges ${on_cluster} TO edges_rollup${local} AS
SELECT
    seconds,
    toDateTime(intDiv(toUInt32(edges.time), seconds) * seconds, 'UTC') AS time,
    tenant,
    signal,
    reporter,
    source_role,
    source_cluster,
    source_namespace,
    source_service,
    source_version,
    source_workload,
    destination_kind,
    destination_cluster,
    destination_namespace,
    destination_service,
    destination_version,
    destination_workload,
    transport,
    security,
    response_code,
    grpc_status,
    response_flags,
    any(edges.relation) AS relation,
    any(edges.outcome) AS outcome,
    anyLast(edges.source_principal) AS source_principal,
    anyLast(edges.destination_principal) AS destination_principal,
    min(edges.time) AS first_seen,
    max(edges.time) AS last_seen,
    sum(edges.requests) AS requests,
    sum(edges.attempts) AS attempts,
    sum(edges.bytes_sent) AS bytes_sent,
    sum(edges.bytes_received) AS bytes_received,
    sum(edges.duration_us_sum) AS duration_us_sum,
    sumMap(edges.duration_buckets) AS duration_buckets
FROM edges${local} AS edges
ARRAY JOIN CAST([60, 300, 600, 1800, 3600], 'Array(UInt16)') AS seconds
GROUP BY ALL
