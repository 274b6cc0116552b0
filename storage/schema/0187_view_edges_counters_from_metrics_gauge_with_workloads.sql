-- Connections that are open, as before, with the workloads at both ends.
DROP VIEW IF EXISTS edges_counters_from_metrics_gauge ${on_cluster};
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_counters_from_metrics_gauge ${on_cluster} TO edges_counters${local} AS
SELECT
    toStartOfMinute(toDateTime(at)) AS time,
    series,
    tenant,
    proxy,
    measure,
    call.reporter AS reporter,
    call.source_cluster AS source_cluster,
    call.source_namespace AS source_namespace,
    call.source_service AS source_service,
    call.source_version AS source_version,
    any(workloads.source) AS source_workload,
    call.destination_kind AS destination_kind,
    call.destination_cluster AS destination_cluster,
    call.destination_namespace AS destination_namespace,
    call.destination_service AS destination_service,
    call.destination_version AS destination_version,
    any(workloads.destination) AS destination_workload,
    call.transport AS transport,
    call.security AS security,
    call.tls_reason AS tls_reason,
    call.response_code AS response_code,
    call.grpc_status AS grpc_status,
    call.response_flags AS response_flags,
    call.source_principal AS source_principal,
    call.destination_principal AS destination_principal,
    argMinState(value, at) AS first,
    argMaxState(value, at) AS last,
    max(value) AS highest
FROM
(
    SELECT
        metrics_gauge.time AS at,
        tenant,
        cityHash64(metric, attributes, cluster, namespace, service, version, instance, tenant) AS series,
        cityHash64(cluster, namespace, service, instance, tenant) AS proxy,
        CAST('open', 'Enum8(\'requests\' = 1, \'connections\' = 2, \'bytes_sent\' = 3, \'bytes_received\' = 4, \'open\' = 5)')
        AS measure,
        meshhub_linkerd_call(attributes, cluster, namespace, service, version, true)
        AS call,
        meshhub_counter_workloads(attributes, resource_attributes, instance) AS workloads,
        value
    FROM metrics_gauge${local} AS metrics_gauge
    WHERE metric = 'tcp_open_connections'
        AND (attributes['direction'], attributes['peer']) IN (('outbound', 'dst'), ('inbound', 'src'))
        AND NOT endsWith(attributes['target_addr'], ':4191')
)
WHERE isFinite(value) AND value >= 0 AND call.destination_kind != 'local'
    AND (call.source_service != '' OR call.destination_service != '' OR call.destination_kind != '')
GROUP BY time, series, tenant, proxy, measure, call.reporter, call.source_cluster, call.source_namespace, call.source_service, call.source_version, call.destination_kind, call.destination_cluster, call.destination_namespace, call.destination_service,
    call.destination_version, call.transport, call.security, call.tls_reason, call.response_code, call.grpc_status, call.response_flags, call.source_principal, call.destination_principal
