-- The service graph of a window: one row per pair of services, signal, reporting side and family of transport (requests of
-- HTTP and gRPC, or TCP connections), with its outcomes and versions counted; by = version or workload one per pair of
-- those.
-- Durations are added up over all of that here, because quantiles cannot be merged later. Windows are widened to
-- whole ten-second buckets [first, last). Of each length of interval come those that lie within the window and in no
-- longer one: hours, then ever shorter ones towards its ends. Every row of `edges` counts exactly once.
-- Rows are grouped by hashes of their names (edges.relation, edges.outcome), which is five times as fast as by names.
WITH
    ${parts:steps_of_window}
SELECT
    toString(graph.signal) AS signal,
    toString(graph.reporter) AS reporter,
    graph.source_role AS source_role,
    graph.source_cluster AS source_cluster,
    graph.source_namespace AS source_namespace,
    graph.source_service AS source_service,
    graph.source_version AS source_version,
    graph.source_workload AS source_workload,
    graph.destination_kind AS destination_kind,
    graph.destination_cluster AS destination_cluster,
    graph.destination_namespace AS destination_namespace,
    graph.destination_service AS destination_service,
    graph.destination_version AS destination_version,
    graph.destination_workload AS destination_workload,
    graph.family AS family,
    graph.requests AS requests,
    graph.grpc_requests AS grpc_requests,
    graph.attempts AS attempts,
    graph.bytes_sent AS bytes_sent,
    graph.bytes_received AS bytes_received,
    graph.duration_us_sum AS duration_us_sum,
    timed.latency_us AS latency_us,
    graph.outcomes AS outcomes,
    graph.source_versions AS source_versions,
    graph.source_workloads AS source_workloads,
    graph.destination_versions AS destination_versions,
    graph.destination_workloads AS destination_workloads,
    graph.source_principals AS source_principals,
    graph.destination_principals AS destination_principals,
    graph.first_seen AS first_seen,
    graph.last_seen AS last_seen,
    graph.relation AS relation
FROM
(
    SELECT
        counted.edge AS edge,
        any(counted.relation) AS relation,
        any(counted.signal) AS signal,
        any(counted.reporter) AS reporter,
        max(counted.source_role) AS source_role,
        any(counted.source_cluster) AS source_cluster,
        any(counted.source_namespace) AS source_namespace,
        any(counted.source_service) AS source_service,
        if({by:String} = 'version', any(counted.source_version), '') AS source_version,
        if({by:String} = 'workload', any(counted.source_workload), '') AS source_workload,
        any(counted.destination_kind) AS destination_kind,
        any(counted.destination_cluster) AS destination_cluster,
        any(counted.destination_namespace) AS destination_namespace,
        any(counted.destination_service) AS destination_service,
        if({by:String} = 'version', any(counted.destination_version), '') AS destination_version,
        if({by:String} = 'workload', any(counted.destination_workload), '') AS destination_workload,
        if(any(counted.transport) = 'tcp', 'tcp', 'http') AS family,
        sum(counted.requests) AS requests,
        sumIf(counted.requests, counted.transport = 'grpc') AS grpc_requests,
        sum(counted.attempts) AS attempts,
        sum(counted.bytes_sent) AS bytes_sent,
        sum(counted.bytes_received) AS bytes_received,
        sum(counted.duration_us_sum) AS duration_us_sum,
        sumMap([(counted.response_code, counted.grpc_status, toString(counted.response_flags), toString(counted.security))],
            [counted.requests]) AS outcomes,
        sumMap(map(toString(counted.source_version), counted.requests)) AS source_versions,
        sumMap(map(toString(counted.source_workload), counted.requests)) AS source_workloads,
        sumMap(map(toString(counted.destination_version), counted.requests)) AS destination_versions,
        sumMap(map(toString(counted.destination_workload), counted.requests)) AS destination_workloads,
        arraySort(groupUniqArrayIf(8)(counted.source_principal, counted.source_principal != '')) AS source_principals,
        arraySort(groupUniqArrayIf(8)(counted.destination_principal, counted.destination_principal != ''))
            AS destination_principals,
        min(counted.first_seen) AS first_seen,
        max(counted.last_seen) AS last_seen
    FROM
    (
        SELECT
            multiIf({by:String} = 'version', cityHash64(part.relation, part.source_version, part.destination_version),
                {by:String} = 'workload', cityHash64(part.relation, part.source_workload, part.destination_workload),
                part.relation) AS edge,
            cityHash64(part.outcome, part.source_principal, part.destination_principal) AS kind,
            any(part.relation) AS relation,
            any(part.signal) AS signal,
            any(part.reporter) AS reporter,
            any(part.source_role) AS source_role,
            any(part.source_cluster) AS source_cluster,
            any(part.source_namespace) AS source_namespace,
            any(part.source_service) AS source_service,
            any(part.source_version) AS source_version,
            any(part.source_workload) AS source_workload,
            any(part.destination_kind) AS destination_kind,
            any(part.destination_cluster) AS destination_cluster,
            any(part.destination_namespace) AS destination_namespace,
            any(part.destination_service) AS destination_service,
            any(part.destination_version) AS destination_version,
            any(part.destination_workload) AS destination_workload,
            any(part.transport) AS transport,
            any(part.security) AS security,
            any(part.response_code) AS response_code,
            any(part.grpc_status) AS grpc_status,
            any(part.response_flags) AS response_flags,
            any(part.source_principal) AS source_principal,
            any(part.destination_principal) AS destination_principal,
            sum(part.requests) AS requests,
            sum(part.attempts) AS attempts,
            sum(part.bytes_sent) AS bytes_sent,
            sum(part.bytes_received) AS bytes_received,
            sum(part.duration_us_sum) AS duration_us_sum,
            min(part.first_seen) AS first_seen,
            max(part.last_seen) AS last_seen
        FROM
        (
            SELECT
                signal, reporter, source_role, source_cluster, source_namespace, source_service, source_version,
                source_workload, destination_kind, destination_cluster, destination_namespace, destination_service,
                destination_version, destination_workload, transport, security, response_code, grpc_status, response_flags,
                source_principal, destination_principal,
                relation, outcome, requests, attempts, bytes_sent, bytes_received, duration_us_sum,
                edges.time AS first_seen, edges.time AS last_seen
            FROM edges
            WHERE ${parts:rows_of_edges}
            UNION ALL
            SELECT
                signal, reporter, source_role, source_cluster, source_namespace, source_service, source_version,
                source_workload, destination_kind, destination_cluster, destination_namespace, destination_service,
                destination_version, destination_workload, transport, security, response_code, grpc_status, response_flags,
                source_principal, destination_principal,
                relation, outcome, requests, attempts, bytes_sent, bytes_received, duration_us_sum,
                first_seen, last_seen
            FROM edges_rollup
            WHERE ${parts:rows_of_rollup}
        ) AS part
        GROUP BY edge, kind
    ) AS counted
    GROUP BY edge
    ORDER BY requests DESC
    LIMIT {limit:UInt32}
) AS graph
INNER JOIN
(
    ${parts:latency_of_edges}
) AS timed ON timed.edge = graph.edge
ORDER BY requests DESC
