-- The service graph of a window: one row per pair of services, signal, reporting side and family of transport (requests of
-- HTTP and gRPC, or TCP connections), with its outcomes and versions counted; with `by_version` one per pair of versions.
-- Latency sketches are merged over all of that here, because quantiles cannot be merged later. Windows are widened to
-- whole ten-second buckets [first, last). Of each length of interval come those that lie within the window and in no
-- longer one: hours, then ten minutes, minutes and ten seconds at its ends. Every row of `edges` counts exactly once.
WITH
    toUInt32(floor({start:Float64} / 10) * 10) AS first,
    toUInt32(ceil({end:Float64} / 10) * 10) AS last,
    toDateTime(first, 'UTC') AS first_10,
    toDateTime(last, 'UTC') AS last_10,
    toDateTime(intDiv(first + 59, 60) * 60, 'UTC') AS first_60,
    toDateTime(intDiv(last, 60) * 60, 'UTC') AS last_60,
    toDateTime(intDiv(first + 599, 600) * 600, 'UTC') AS first_600,
    toDateTime(intDiv(last, 600) * 600, 'UTC') AS last_600,
    toDateTime(intDiv(first + 3599, 3600) * 3600, 'UTC') AS first_3600,
    toDateTime(intDiv(last, 3600) * 3600, 'UTC') AS last_3600
SELECT
    toString(signal) AS signal,
    toString(reporter) AS reporter,
    max(outcome.source_role) AS source_role,
    source_cluster,
    source_namespace,
    source_service,
    if({by_version:Bool}, outcome.source_version, '') AS source_version,
    destination_kind,
    destination_cluster,
    destination_namespace,
    destination_service,
    if({by_version:Bool}, outcome.destination_version, '') AS destination_version,
    if(transport = 'tcp', 'tcp', 'http') AS family,
    sum(outcome.requests) AS requests,
    sumIf(outcome.requests, transport = 'grpc') AS grpc_requests,
    sum(outcome.attempts) AS attempts,
    sum(outcome.bytes_sent) AS bytes_sent,
    sum(outcome.bytes_received) AS bytes_received,
    sum(outcome.duration_us_sum) AS duration_us_sum,
    quantilesDDMerge(0.01, 0.5, 0.9, 0.95, 0.99)(outcome.sketch) AS latency_us,
    sumMap([(response_code, grpc_status, toString(response_flags), toString(security))], [outcome.requests]) AS outcomes,
    sumMap(map(toString(outcome.source_version), outcome.requests)) AS source_versions,
    sumMap(map(toString(outcome.destination_version), outcome.requests)) AS destination_versions,
    arraySort(arrayDistinct(arrayFlatten(groupArray(outcome.source_principals)))) AS source_principals,
    arraySort(arrayDistinct(arrayFlatten(groupArray(outcome.destination_principals)))) AS destination_principals,
    min(outcome.first_seen) AS first_seen,
    max(outcome.last_seen) AS last_seen
FROM
(
    SELECT
        signal, reporter, source_role, source_cluster, source_namespace, source_service, source_version,
        destination_kind, destination_cluster, destination_namespace, destination_service, destination_version, transport,
        security, response_code, grpc_status, response_flags,
        groupUniqArrayIf(8)(part.source_principal, part.source_principal != '') AS source_principals,
        groupUniqArrayIf(8)(part.destination_principal, part.destination_principal != '') AS destination_principals,
        sum(part.requests) AS requests,
        sum(part.attempts) AS attempts,
        sum(part.bytes_sent) AS bytes_sent,
        sum(part.bytes_received) AS bytes_received,
        sum(part.duration_us_sum) AS duration_us_sum,
        quantilesDDMergeState(0.01, 0.5, 0.9, 0.95, 0.99)(part.duration_us) AS sketch,
        min(part.first_seen) AS first_seen,
        max(part.last_seen) AS last_seen
    FROM
    (
        SELECT
            signal, reporter, source_role, source_cluster, source_namespace, source_service, source_version,
            destination_kind, destination_cluster, destination_namespace, destination_service, destination_version,
            transport, security, response_code, grpc_status, response_flags, source_principal, destination_principal,
            requests, attempts, bytes_sent, bytes_received, duration_us_sum, duration_us, edges.time AS first_seen,
            edges.time AS last_seen
        FROM edges
        WHERE edges.time >= first_10 AND edges.time < last_10
            AND (first_60 >= last_60 OR edges.time < first_60 OR edges.time >= last_60)
        UNION ALL
        SELECT
            signal, reporter, source_role, source_cluster, source_namespace, source_service, source_version,
            destination_kind, destination_cluster, destination_namespace, destination_service, destination_version,
            transport, security, response_code, grpc_status, response_flags, source_principal, destination_principal,
            requests, attempts, bytes_sent, bytes_received, duration_us_sum, duration_us, first_seen, last_seen
        FROM edges_rollup
        WHERE (seconds = 60 AND edges_rollup.time >= first_60 AND edges_rollup.time < last_60
                AND (first_600 >= last_600 OR edges_rollup.time < first_600 OR edges_rollup.time >= last_600))
            OR (seconds = 600 AND edges_rollup.time >= first_600 AND edges_rollup.time < last_600
                AND (first_3600 >= last_3600 OR edges_rollup.time < first_3600 OR edges_rollup.time >= last_3600))
            OR (seconds = 3600 AND edges_rollup.time >= first_3600 AND edges_rollup.time < last_3600)
    ) AS part
    GROUP BY
        signal, reporter, source_role, source_cluster, source_namespace, source_service, source_version,
        destination_kind, destination_cluster, destination_namespace, destination_service, destination_version, transport,
        security, response_code, grpc_status, response_flags
) AS outcome
GROUP BY
    signal, reporter, source_cluster, source_namespace, source_service, source_version, destination_kind,
    destination_cluster, destination_namespace, destination_service, destination_version, family
ORDER BY requests DESC
LIMIT {limit:UInt32}
