-- The service graph of a window: one row per call relation, signal and reporting side, with merged latency sketches and the
-- outcomes that add up to its requests. Windows are widened to whole ten-second buckets.
SELECT
    toString(signal) AS signal,
    toString(reporter) AS reporter,
    max(source_role) AS source_role,
    source_cluster,
    source_namespace,
    source_service,
    source_version,
    destination_kind,
    destination_cluster,
    destination_namespace,
    destination_service,
    destination_version,
    toString(transport) AS transport,
    anyLast(source_principal) AS source_principal,
    anyLast(destination_principal) AS destination_principal,
    sum(outcome_requests) AS requests,
    sum(attempts) AS attempts,
    sum(bytes_sent) AS bytes_sent,
    sum(bytes_received) AS bytes_received,
    sum(duration_us_sum) AS duration_us_sum,
    quantilesDDMerge(0.01, 0.5, 0.9, 0.95, 0.99)(sketch) AS latency_us,
    arrayReverseSort(outcome -> outcome.5,
        groupArray((response_code, grpc_status, toString(response_flags), toString(security), outcome_requests))) AS outcomes,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen
FROM
(
    SELECT
        signal, reporter, max(source_role) AS source_role, source_cluster, source_namespace, source_service,
        source_version, destination_kind, destination_cluster, destination_namespace, destination_service,
        destination_version, transport, security, response_code, grpc_status, response_flags,
        anyLast(edges.source_principal) AS source_principal,
        anyLast(edges.destination_principal) AS destination_principal,
        sum(edges.requests) AS outcome_requests,
        sum(edges.attempts) AS attempts,
        sum(edges.bytes_sent) AS bytes_sent,
        sum(edges.bytes_received) AS bytes_received,
        sum(edges.duration_us_sum) AS duration_us_sum,
        quantilesDDMergeState(0.01, 0.5, 0.9, 0.95, 0.99)(edges.duration_us) AS sketch,
        min(edges.time) AS first_seen,
        max(edges.time) AS last_seen
    FROM edges
    WHERE edges.time >= toStartOfInterval(toDateTime({start:Float64}, 'UTC'), INTERVAL 10 SECOND)
        AND edges.time < toDateTime({end:Float64}, 'UTC')
        AND toStartOfHour(edges.time) >= toStartOfHour(toDateTime({start:Float64}, 'UTC'))
    GROUP BY
        signal, reporter, source_cluster, source_namespace, source_service, source_version, destination_kind,
        destination_cluster, destination_namespace, destination_service, destination_version, transport, security,
        response_code, grpc_status, response_flags
)
GROUP BY
    signal, reporter, source_cluster, source_namespace, source_service, source_version, destination_kind,
    destination_cluster, destination_namespace, destination_service, destination_version, transport
ORDER BY requests DESC
LIMIT {limit:UInt32}
