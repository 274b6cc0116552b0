-- The service graph of a window: one row per pair of services, signal, reporting side and family of transport (requests of
-- HTTP and gRPC, or TCP connections), with its outcomes and versions counted. Latency sketches are merged over all of
-- that here, because quantiles cannot be merged later. Windows are widened to whole ten-second buckets.
SELECT
    toString(signal) AS signal,
    toString(reporter) AS reporter,
    max(edges.source_role) AS source_role,
    source_cluster,
    source_namespace,
    source_service,
    destination_kind,
    destination_cluster,
    destination_namespace,
    destination_service,
    if(transport = 'tcp', 'tcp', 'http') AS family,
    sum(edges.requests) AS requests,
    sumIf(edges.requests, transport = 'grpc') AS grpc_requests,
    sum(edges.attempts) AS attempts,
    sum(edges.bytes_sent) AS bytes_sent,
    sum(edges.bytes_received) AS bytes_received,
    sum(edges.duration_us_sum) AS duration_us_sum,
    quantilesDDMerge(0.01, 0.5, 0.9, 0.95, 0.99)(edges.duration_us) AS latency_us,
    sumMap([(response_code, grpc_status, toString(response_flags), toString(security))], [edges.requests]) AS outcomes,
    sumMap(map(toString(source_version), edges.requests)) AS source_versions,
    sumMap(map(toString(destination_version), edges.requests)) AS destination_versions,
    arraySort(groupUniqArrayIf(8)(edges.source_principal, edges.source_principal != '')) AS source_principals,
    arraySort(groupUniqArrayIf(8)(edges.destination_principal, edges.destination_principal != '')) AS destination_principals,
    min(edges.time) AS first_seen,
    max(edges.time) AS last_seen
FROM edges
WHERE edges.time >= toStartOfInterval(toDateTime({start:Float64}, 'UTC'), INTERVAL 10 SECOND)
    AND edges.time < toDateTime({end:Float64}, 'UTC')
    AND toStartOfHour(edges.time) >= toStartOfHour(toDateTime({start:Float64}, 'UTC'))
GROUP BY
    signal, reporter, source_cluster, source_namespace, source_service, destination_kind, destination_cluster,
    destination_namespace, destination_service, family
ORDER BY requests DESC
LIMIT {limit:UInt32}
