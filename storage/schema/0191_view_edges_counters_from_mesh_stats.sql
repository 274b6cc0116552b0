-- Counters of calls, and connections that are open, from what the stats of proxies say of calls.
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_counters_from_mesh_stats ${on_cluster} TO edges_counters${local} AS
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
        mesh_stats.time AS at,
        tenant,
        cityHash64(metric, attributes, cluster, namespace, service, version, instance, tenant) AS series,
        cityHash64(cluster, namespace, service, instance, tenant) AS proxy,
        CAST(multiIf(
            metric IN ('istio_requests_total', 'response_total', 'cluster.upstream_rq', 'envoy_cluster_upstream_rq'), 'requests',
            metric IN ('istio_tcp_connections_opened_total', 'istio_tcp_connections_failed_total', 'tcp_open_total', 'cluster.upstream_cx_total', 'envoy_cluster_upstream_cx_total'), 'connections',
            metric = 'istio_tcp_sent_bytes_total', 'bytes_sent',
            metric = 'istio_tcp_received_bytes_total', 'bytes_received',
            metric IN ('cluster.upstream_cx_rx_bytes_total', 'envoy_cluster_upstream_cx_rx_bytes_total'), 'bytes_sent',
            metric IN ('cluster.upstream_cx_tx_bytes_total', 'envoy_cluster_upstream_cx_tx_bytes_total'), 'bytes_received',
            metric = 'tcp_open_connections', 'open',
            (metric = 'tcp_read_bytes_total') = (attributes['direction'] = 'outbound'), 'bytes_sent',
            'bytes_received'), 'Enum8(\'requests\' = 1, \'connections\' = 2, \'bytes_sent\' = 3, \'bytes_received\' = 4, \'open\' = 5)')
        AS measure,
        multiIf(
            startsWith(metric, 'istio_'), meshhub_istio_call(attributes, metric = 'istio_tcp_connections_failed_total'),
            attributes['direction'] != '', meshhub_linkerd_call(attributes, cluster, namespace, service, version, startsWith(metric, 'tcp_')),
            meshhub_envoy_call(attributes, cluster, namespace, service, version, metric NOT LIKE '%upstream_rq'))
        AS call,
        meshhub_counter_workloads(attributes, resource_attributes, instance) AS workloads,
        value
    FROM mesh_stats
)
WHERE call.destination_kind != 'local'
    AND (call.source_service != '' OR call.destination_service != '' OR call.destination_kind != '')
GROUP BY time, series, tenant, proxy, measure, call.reporter, call.source_cluster, call.source_namespace, call.source_service, call.source_version, call.destination_kind, call.destination_cluster, call.destination_namespace, call.destination_service,
    call.destination_version, call.transport, call.security, call.tls_reason, call.response_code, call.grpc_status, call.response_flags, call.source_principal, call.destination_principal
