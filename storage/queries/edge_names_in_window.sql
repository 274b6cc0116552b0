-- What the series of edge_counts_in_window are called: of those that are asked for, or of all in the window if none are.
-- A series has one name, so any row of it tells; hours and minutes do, and the last ten seconds for what is newest.
WITH
    ${parts:steps_of_window}
SELECT
    series,
    relation,
    toString(signal) AS signal,
    toString(reporter) AS reporter,
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
    toString(transport) AS transport,
    toString(security) AS security,
    response_code,
    grpc_status,
    response_flags,
    source_principal,
    destination_principal
FROM
(
    SELECT
        cityHash64(relation, outcome, source_principal, destination_principal) AS series,
        relation, signal, reporter, source_role, source_cluster, source_namespace, source_service, source_version,
        source_workload, destination_kind, destination_cluster, destination_namespace, destination_service,
        destination_version, destination_workload, transport, security, response_code, grpc_status, response_flags,
        source_principal, destination_principal
    FROM edges
    WHERE ${parts:rows_of_edges}
    UNION ALL
    SELECT
        cityHash64(relation, outcome, source_principal, destination_principal) AS series,
        relation, signal, reporter, source_role, source_cluster, source_namespace, source_service, source_version,
        source_workload, destination_kind, destination_cluster, destination_namespace, destination_service,
        destination_version, destination_workload, transport, security, response_code, grpc_status, response_flags,
        source_principal, destination_principal
    FROM edges_rollup
    WHERE ${parts:rows_of_rollup}
)
WHERE empty({series:Array(UInt64)}) OR series IN {series:Array(UInt64)}
LIMIT 1 BY series
LIMIT {limit:UInt32}
