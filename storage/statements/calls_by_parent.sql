-- Edges by parent and child: a span of a server whose parent is a span of another service is a call from that one to this one,
-- as its server saw it. Beside edges_from_spans, which has what callers say of calls whose callee they can name.
-- One minute at a time and one part of its traces, once the spans of that minute have come in, and a second time for those that
-- came late; the deduplication token makes sure that each look at a part counts once. A look counts what is a call by the spans
-- that the hub took until one time and was none by those until another, where the look before ended (0: the first look).
-- What a look counts is so the same whenever it is asked for, and no two looks count one call.
-- A parent begins at most a minute before the minute. Where both ends share one span id (Zipkin, Envoy's default there), the
-- caller's span of that id is the parent. Of a span that came several times the first one counts as a parent; of two ends
-- that share an id and came at once, the server is its children's parent.
INSERT INTO edges
(
    time, tenant, signal, reporter, source_role, source_cluster, source_namespace, source_service, source_version,
    source_workload, destination_kind, destination_cluster, destination_namespace, destination_service, destination_version,
    destination_workload, transport, security, response_code, grpc_status, response_flags, source_principal,
    destination_principal, requests, attempts, bytes_sent, bytes_received, duration_us_sum, duration_buckets
)
WITH
    toDateTime({minute:UInt32}, 'UTC') AS begin,
    toDateTime({minute:UInt32} + 60, 'UTC') AS finish,
    toDateTime({before:UInt32}, 'UTC') AS told,
    toDateTime({until:UInt32}, 'UTC') AS taken
SELECT
    toStartOfInterval(toDateTime(at), INTERVAL 10 SECOND) AS time,
    tenant,
    'span' AS signal,
    'server' AS reporter,
    '' AS source_role,
    calling.1 AS source_cluster,
    calling.2 AS source_namespace,
    calling.3 AS source_service,
    calling.4 AS source_version,
    calling.5 AS source_workload,
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
        if(sharing.name.3 = '', parent.name, sharing.name) AS calling,
        multiIf(
            sharing.name.3 != '' AND sharing.received <= told, sharing.name,
            parent.received <= told, parent.name,
            (toLowCardinality(''), toLowCardinality(''), toLowCardinality(''), toLowCardinality(''), '')) AS calling_before,
        answering.received <= told AND calling_before.3 != ''
            AND (calling_before.1, calling_before.2, calling_before.3) != (cluster, namespace, service) AS counted_before
    FROM
    (
        SELECT
            time AS at, received, tenant, cluster, namespace, service, version, request_size, response_size,
            meshhub_workload_name(resource_attributes, instance) AS workload,
            meshhub_span_outcome(component, response_code, status_code, attributes) AS outcome,
            if(response_flags = '-', '', toString(response_flags)) AS flags,
            intDiv(duration_ns, 1000) AS took_us,
            cityHash64(tenant, trace_id, span_id) AS own,
            cityHash64(tenant, trace_id, parent_span_id) AS above
        FROM spans
        WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes(begin) AND time >= begin AND time < finish
            AND kind = 'server' AND service != '' AND cityHash64(trace_id) % {parts:UInt8} = {part:UInt8}
            AND spans.received <= taken AND ({before:UInt32} = 0 OR trace_id IN
                (
                    SELECT trace_id FROM spans
                    WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes(begin - 60) AND time >= begin - toIntervalMinute(1)
                        AND time < finish AND spans.received > told AND spans.received <= taken
                ))
    ) AS answering
    ANY LEFT JOIN
    (
        SELECT
            cityHash64(tenant, trace_id, span_id) AS own,
            (cluster, namespace, service, version, meshhub_workload_name(resource_attributes, instance)) AS name,
            received
        FROM spans
        WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes(begin - 60) AND time >= begin - toIntervalMinute(1)
            AND time < finish AND kind IN ('client', 'producer') AND span_id != toFixedString('', 8) AND service != ''
            AND cityHash64(trace_id) % {parts:UInt8} = {part:UInt8}
            AND spans.received <= taken AND ({before:UInt32} = 0 OR trace_id IN
                (
                    SELECT trace_id FROM spans
                    WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes(begin - 60) AND time >= begin - toIntervalMinute(1)
                        AND time < finish AND spans.received > told AND spans.received <= taken
                ))
        ORDER BY spans.received, kind
        LIMIT 1 BY own
    ) AS sharing ON sharing.own = answering.own
    ANY LEFT JOIN
    (
        SELECT
            cityHash64(tenant, trace_id, span_id) AS own,
            (cluster, namespace, service, version, meshhub_workload_name(resource_attributes, instance)) AS name,
            received
        FROM spans
        WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes(begin - 60) AND time >= begin - toIntervalMinute(1)
            AND time < finish AND span_id != toFixedString('', 8) AND service != ''
            AND cityHash64(trace_id) % {parts:UInt8} = {part:UInt8}
            AND spans.received <= taken AND ({before:UInt32} = 0 OR trace_id IN
                (
                    SELECT trace_id FROM spans
                    WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes(begin - 60) AND time >= begin - toIntervalMinute(1)
                        AND time < finish AND spans.received > told AND spans.received <= taken
                ))
        ORDER BY spans.received, kind
        LIMIT 1 BY own
    ) AS parent ON parent.own = answering.above
)
WHERE calling.3 != '' AND (calling.1, calling.2, calling.3) != (cluster, namespace, service) AND NOT counted_before
GROUP BY ALL
