-- What the series of edge_counts_in_window are called: of those that are asked for, or of all in the window if none are.
-- A series has one name, so any row of it tells; hours and minutes do, and the last ten seconds for what is newest.
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
    WHERE edges.time >= first_10 AND edges.time < last_10
        AND (first_60 >= last_60 OR edges.time < first_60 OR edges.time >= last_60)
    UNION ALL
    SELECT
        cityHash64(relation, outcome, source_principal, destination_principal) AS series,
        relation, signal, reporter, source_role, source_cluster, source_namespace, source_service, source_version,
        source_workload, destination_kind, destination_cluster, destination_namespace, destination_service,
        destination_version, destination_workload, transport, security, response_code, grpc_status, response_flags,
        source_principal, destination_principal
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
)
WHERE empty({series:Array(UInt64)}) OR series IN {series:Array(UInt64)}
LIMIT 1 BY series
LIMIT {limit:UInt32}
