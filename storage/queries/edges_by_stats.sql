-- The service graph of a window by the stats of proxies: one row per pair of services, reporting side and family of
-- transport (by = version or workload one per pair of those), in the form of service_edges_in_window. Windows are widened to
-- whole minutes.
-- A counter counts by how much it grew: from its value in the minutes before; from 0 where it began anew, or was not there
-- yet when its proxy was; not at all until its second minute where the proxy was not known before.
-- Connections of proxies that count requests too (Linkerd, Envoy) are an edge of TCP only where there are no requests
-- between the two; else their bytes are those of the requests. Connections that stayed open count as one each.
WITH
    toStartOfMinute(toDateTime({start:Float64}, 'UTC')) AS begin,
    toDateTime({end:Float64}, 'UTC') AS finish
SELECT
    'stats' AS signal,
    toString(any(counted.reporter)) AS reporter,
    '' AS source_role,
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
    counted.family AS family,
    sum(counted.calls) AS requests,
    sumIf(counted.calls, counted.transport = 'grpc') AS grpc_requests,
    sum(counted.calls) AS attempts,
    sum(counted.sent) AS bytes_sent,
    sum(counted.received) AS bytes_received,
    0::UInt64 AS duration_us_sum,
    [0., 0., 0., 0.] AS latency_us,
    sumMapIf([(counted.response_code, counted.grpc_status, counted.response_flags, toString(counted.security))], [counted.calls],
        counted.calls > 0) AS outcomes,
    sumMapIf(map(counted.source_version, counted.calls), counted.calls > 0) AS source_versions,
    sumMapIf(map(counted.source_workload, counted.calls), counted.calls > 0) AS source_workloads,
    sumMapIf(map(counted.destination_version, counted.calls), counted.calls > 0) AS destination_versions,
    sumMapIf(map(counted.destination_workload, counted.calls), counted.calls > 0) AS destination_workloads,
    arraySort(groupUniqArrayIf(8)(counted.source_principal, counted.source_principal != '')) AS source_principals,
    arraySort(groupUniqArrayIf(8)(counted.destination_principal, counted.destination_principal != '')) AS destination_principals,
    arraySort(groupUniqArrayIf(8)(counted.tls_reason, counted.tls_reason != '')) AS tls_reasons,
    min(counted.first_seen) AS first_seen,
    max(counted.last_seen) AS last_seen,
    any(counted.relation) AS relation
FROM
(
    SELECT
        *,
        if(transport = 'tcp' OR (transport = 'any' AND has_requests = 0), 'tcp', 'http') AS family,
        if(transport = 'any' AND has_requests = 1, 0, total) AS calls
    FROM
    (
        SELECT
            relation, transport, security, tls_reason, response_code, grpc_status, response_flags, source_principal,
            destination_principal, source_version, destination_version, source_workload, destination_workload,
            any(grown.reporter) AS reporter,
            any(grown.source_cluster) AS source_cluster,
            any(grown.source_namespace) AS source_namespace,
            any(grown.source_service) AS source_service,
            any(grown.destination_kind) AS destination_kind,
            any(grown.destination_cluster) AS destination_cluster,
            any(grown.destination_namespace) AS destination_namespace,
            any(grown.destination_service) AS destination_service,
            toUInt64(round(greatest(sumIf(amount, measure IN ('requests', 'connections')), sumIf(amount, measure = 'open')))) AS total,
            toUInt64(round(sumIf(amount, measure = 'bytes_sent'))) AS sent,
            toUInt64(round(sumIf(amount, measure = 'bytes_received'))) AS received,
            min(grown.first_seen) AS first_seen,
            max(grown.last_seen) AS last_seen,
            max(transport IN ('http', 'grpc') AND total > 0) OVER (PARTITION BY relation) AS has_requests
        FROM
        (
            SELECT
                cityHash64(reporter, source_cluster, source_namespace, source_service, destination_kind, destination_cluster,
                    destination_namespace, destination_service) AS relation,
                measure, transport, security, tls_reason, response_code, grpc_status, response_flags, source_principal,
                destination_principal, source_version, destination_version, source_workload, destination_workload, reporter,
                source_cluster, source_namespace, source_service, destination_kind, destination_cluster, destination_namespace, destination_service,
                arrayFilter(minute -> minute.1 >= begin, minutes) AS within,
                arrayFilter(minute -> minute.1 < begin, minutes) AS before,
                multiIf(notEmpty(before), before[-1].3, within[1].1 > min(minutes[1].1) OVER (PARTITION BY proxy), 0, within[1].2) AS base,
                arrayPushFront(arrayPopBack(within.3), base) AS previous,
                if(measure = 'open',
                    arrayMax(arrayMap(minute -> minute.4, within)),
                    arraySum((earlier, minute) -> if(minute.2 >= earlier, minute.2 - earlier, minute.2)
                        + if(minute.4 > minute.3, minute.4 - minute.2 + minute.3, minute.3 - minute.2), previous, within)) AS amount,
                within[1].1 AS first_seen,
                within[-1].1 AS last_seen
            FROM
            (
                SELECT
                    series,
                    any(proxy) AS proxy,
                    toString(any(measure)) AS measure,
                    any(reporter) AS reporter,
                    toString(any(source_cluster)) AS source_cluster,
                    toString(any(source_namespace)) AS source_namespace,
                    toString(any(source_service)) AS source_service,
                    toString(any(source_version)) AS source_version,
                    toString(any(source_workload)) AS source_workload,
                    toString(any(destination_kind)) AS destination_kind,
                    toString(any(destination_cluster)) AS destination_cluster,
                    toString(any(destination_namespace)) AS destination_namespace,
                    toString(any(destination_service)) AS destination_service,
                    toString(any(destination_version)) AS destination_version,
                    toString(any(destination_workload)) AS destination_workload,
                    toString(any(transport)) AS transport,
                    any(security) AS security,
                    toString(any(tls_reason)) AS tls_reason,
                    any(response_code) AS response_code,
                    any(grpc_status) AS grpc_status,
                    toString(any(response_flags)) AS response_flags,
                    toString(any(source_principal)) AS source_principal,
                    toString(any(destination_principal)) AS destination_principal,
                    arraySort(groupArray((minute, opening, closing, top))) AS minutes
                FROM
                (
                    SELECT
                        edges_counters.time AS minute, series,
                        any(edges_counters.proxy) AS proxy,
                        any(edges_counters.measure) AS measure,
                        any(edges_counters.reporter) AS reporter,
                        any(edges_counters.source_cluster) AS source_cluster,
                        any(edges_counters.source_namespace) AS source_namespace,
                        any(edges_counters.source_service) AS source_service,
                        any(edges_counters.source_version) AS source_version,
                        any(edges_counters.source_workload) AS source_workload,
                        any(edges_counters.destination_kind) AS destination_kind,
                        any(edges_counters.destination_cluster) AS destination_cluster,
                        any(edges_counters.destination_namespace) AS destination_namespace,
                        any(edges_counters.destination_service) AS destination_service,
                        any(edges_counters.destination_version) AS destination_version,
                        any(edges_counters.destination_workload) AS destination_workload,
                        any(edges_counters.transport) AS transport,
                        any(edges_counters.security) AS security,
                        any(edges_counters.tls_reason) AS tls_reason,
                        any(edges_counters.response_code) AS response_code,
                        any(edges_counters.grpc_status) AS grpc_status,
                        any(edges_counters.response_flags) AS response_flags,
                        any(edges_counters.source_principal) AS source_principal,
                        any(edges_counters.destination_principal) AS destination_principal,
                        argMinMerge(edges_counters.first) AS opening,
                        argMaxMerge(edges_counters.last) AS closing,
                        max(edges_counters.highest) AS top
                    FROM edges_counters
                    WHERE edges_counters.time >= begin - toIntervalMinute(5) AND edges_counters.time < finish
                    GROUP BY series, minute
                )
                GROUP BY series
            )
        ) AS grown
        WHERE notEmpty(within)
        GROUP BY relation, transport, security, tls_reason, response_code, grpc_status, response_flags, source_principal,
            destination_principal, source_version, destination_version, source_workload, destination_workload
        HAVING total + sent + received > 0
    )
) AS counted
GROUP BY
    counted.relation, counted.family,
    multiIf({by:String} = 'version', counted.source_version, {by:String} = 'workload', counted.source_workload, ''),
    multiIf({by:String} = 'version', counted.destination_version, {by:String} = 'workload', counted.destination_workload, '')
ORDER BY requests DESC
LIMIT {limit:UInt32}
