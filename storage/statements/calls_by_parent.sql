-- Edges by parent and child: a span of a server whose parent is a span of another service is a call from that one to this one,
-- as its server saw it. Beside edges_from_spans, which has what callers say of calls whose callee they can name.
-- One minute at a time and one part of its traces, once the spans of that minute have come in; the deduplication token makes
-- sure that a part counts once. A parent begins at most a minute before the minute. Where both ends share one span id (Zipkin,
-- Envoy's default there), the caller's span of that id is the parent.
INSERT INTO edges
(
    time, tenant, signal, reporter, source_role, source_cluster, source_namespace, source_service, source_version,
    source_workload, destination_kind, destination_cluster, destination_namespace, destination_service, destination_version,
    destination_workload, transport, security, response_code, grpc_status, response_flags, source_principal,
    destination_principal, requests, attempts, bytes_sent, bytes_received, duration_us_sum, duration_buckets
)
WITH
    toDateTime({minute:UInt32}, 'UTC') AS begin,
    toDateTime({minute:UInt32} + 60, 'UTC') AS finish
SELECT
    toStartOfInterval(toDateTime(at), INTERVAL 10 SECOND) AS time,
    tenant,
    'span' AS signal,
    'server' AS reporter,
    '' AS source_role,
    calling_cluster AS source_cluster,
    calling_namespace AS source_namespace,
    calling_service AS source_service,
    calling_version AS source_version,
    calling_workload AS source_workload,
    'service' AS destination_kind,
    cluster AS destination_cluster,
    namespace AS destination_namespace,
    service AS destination_service,
    version AS destination_version,
    workload AS destination_workload,
    outcome.transport AS transport,
    'unknown' AS security,
    outcome.response_code AS response_code,
    outcome.grpc_status AS grpc_status,
    flags AS response_flags,
    '' AS source_principal,
    '' AS destination_principal,
    count() AS requests,
    count() AS attempts,
    sum(response_size) AS bytes_sent,
    sum(request_size) AS bytes_received,
    sum(took_us) AS duration_us_sum,
    sumMap(map(meshhub_latency_bucket(took_us), toUInt64(1))) AS duration_buckets
FROM
(
    SELECT
        answering.at AS at,
        answering.tenant AS tenant,
        answering.cluster AS cluster,
        answering.namespace AS namespace,
        answering.service AS service,
        answering.version AS version,
        answering.workload AS workload,
        answering.outcome AS outcome,
        answering.flags AS flags,
        answering.request_size AS request_size,
        answering.response_size AS response_size,
        answering.took_us AS took_us,
        if(sharing.service = '', parent.cluster, sharing.cluster) AS calling_cluster,
        if(sharing.service = '', parent.namespace, sharing.namespace) AS calling_namespace,
        if(sharing.service = '', parent.service, sharing.service) AS calling_service,
        if(sharing.service = '', parent.version, sharing.version) AS calling_version,
        if(sharing.service = '', parent.workload, sharing.workload) AS calling_workload
    FROM
    (
        SELECT
            time AS at, tenant, cluster, namespace, service, version, request_size, response_size,
            meshhub_workload_name(resource_attributes, instance) AS workload,
            meshhub_span_outcome(component, response_code, status_code, attributes) AS outcome,
            if(response_flags = '-', '', toString(response_flags)) AS flags,
            intDiv(duration_ns, 1000) AS took_us,
            cityHash64(tenant, trace_id, span_id) AS own,
            cityHash64(tenant, trace_id, parent_span_id) AS above
        FROM spans
        WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes(begin) AND time >= begin AND time < finish
            AND kind = 'server' AND service != '' AND cityHash64(trace_id) % {parts:UInt8} = {part:UInt8}
    ) AS answering
    ANY LEFT JOIN
    (
        SELECT
            cityHash64(tenant, trace_id, span_id) AS own, cluster, namespace, service, version,
            meshhub_workload_name(resource_attributes, instance) AS workload
        FROM spans
        WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes(begin - 60) AND time >= begin - toIntervalMinute(1)
            AND time < finish AND kind IN ('client', 'producer') AND span_id != toFixedString('', 8) AND service != ''
            AND cityHash64(trace_id) % {parts:UInt8} = {part:UInt8}
    ) AS sharing ON sharing.own = answering.own
    ANY LEFT JOIN
    (
        SELECT
            cityHash64(tenant, trace_id, span_id) AS own, cluster, namespace, service, version,
            meshhub_workload_name(resource_attributes, instance) AS workload
        FROM spans
        WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes(begin - 60) AND time >= begin - toIntervalMinute(1)
            AND time < finish AND span_id != toFixedString('', 8) AND service != ''
            AND cityHash64(trace_id) % {parts:UInt8} = {part:UInt8}
    ) AS parent ON parent.own = answering.above
)
WHERE calling_service != '' AND (calling_cluster, calling_namespace, calling_service) != (cluster, namespace, service)
GROUP BY ALL
