-- Edges as spans report them, as before, with their latency in buckets.
DROP VIEW IF EXISTS edges_from_spans ${on_cluster};
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_from_spans ${on_cluster} TO edges${local} AS
SELECT
    toStartOfInterval(toDateTime(spans.time), INTERVAL 10 SECOND) AS time,
    tenant,
    'span' AS signal,
    if(taken, 'server', 'client') AS reporter,
    if(taken, concat('queue/', queue), '') AS source_role,
    if(taken, '', cluster) AS source_cluster,
    if(taken, '', namespace) AS source_namespace,
    if(taken, peer, toString(service)) AS source_service,
    if(taken, '', version) AS source_version,
    if(taken, '', workload) AS source_workload,
    if(taken, 'service', destination.kind) AS destination_kind,
    if(taken, toString(cluster), destination.cluster) AS destination_cluster,
    if(taken, toString(namespace), destination.namespace) AS destination_namespace,
    if(taken, toString(service), destination.service) AS destination_service,
    if(taken, toString(version), destination.version) AS destination_version,
    if(taken, workload, '') AS destination_workload,
    outcome.transport AS transport,
    'unknown' AS security,
    outcome.response_code AS response_code,
    outcome.grpc_status AS grpc_status,
    if(response_flags = '-', '', response_flags) AS response_flags,
    '' AS source_principal,
    '' AS destination_principal,
    count() AS requests,
    count() AS attempts,
    sum(response_size) AS bytes_sent,
    sum(request_size) AS bytes_received,
    sum(intDiv(duration_ns, 1000)) AS duration_us_sum,
    sumMap(map(meshhub_latency_bucket(intDiv(duration_ns, 1000)), toUInt64(1))) AS duration_buckets
FROM
(
    SELECT
        time, tenant, cluster, namespace, service, version, response_flags, response_size, request_size,
        duration_ns,
        kind = 'consumer' AS taken,
        meshhub_span_outcome(component, response_code, status_code, attributes) AS outcome,
        meshhub_workload_name(resource_attributes, instance) AS workload,
        if(attributes['db.system.name'] = '', attributes['db.system'], attributes['db.system.name']) AS database,
        attributes['messaging.system'] AS queue,
        arrayFirst(text -> text != '', [attributes['peer.service'], attributes['server.address'],
            attributes['net.peer.name'], if(queue = '', attributes['db.namespace'], attributes['messaging.destination.name']),
            concat(database, queue)]) AS peer,
        arrayMap(name -> meshhub_destination(name), [toLowCardinality(
            if(upstream_cluster IN ('', '-'), peer, toString(upstream_cluster)))])[1] AS named,
        multiIf(
            database != '', (concat('database/', database), '', '', peer, ''),
            queue != '', (concat('queue/', queue), '', '', peer, ''),
            (named.kind, named.cluster, named.namespace, named.service, named.version)
        )::Tuple(kind String, cluster String, namespace String, service String, version String) AS destination
    FROM spans${local}
    WHERE kind IN ('client', 'producer', 'consumer') AND (kind != 'consumer' OR attributes['messaging.system'] != '')
) AS spans
WHERE if(taken, service, destination.service) != ''
GROUP BY ALL
