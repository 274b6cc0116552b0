-- Counters of requests, connections and bytes by caller and callee.
DROP VIEW IF EXISTS edges_counters_from_metrics_sum ${on_cluster};
CREATE MATERIALIZED VIEW IF NOT EXISTS mesh_stats_from_metrics_sum ${on_cluster} TO mesh_stats AS
SELECT
    metrics_sum.time AS time,
    tenant,
    cluster,
    namespace,
    service,
    version,
    instance,
    metric,
    attributes,
    resource_attributes,
    value
FROM metrics_sum${local} AS metrics_sum
WHERE metric IN ('istio_requests_total', 'istio_tcp_connections_opened_total', 'istio_tcp_connections_failed_total',
        'istio_tcp_sent_bytes_total', 'istio_tcp_received_bytes_total', 'response_total', 'tcp_open_total',
        'tcp_read_bytes_total', 'tcp_write_bytes_total', 'cluster.upstream_rq', 'cluster.upstream_cx_total',
        'cluster.upstream_cx_rx_bytes_total', 'cluster.upstream_cx_tx_bytes_total', 'envoy_cluster_upstream_rq',
        'envoy_cluster_upstream_cx_total', 'envoy_cluster_upstream_cx_rx_bytes_total',
        'envoy_cluster_upstream_cx_tx_bytes_total')
    AND temporality = 'cumulative'
    AND multiIf(
        startsWith(metric, 'istio_'), attributes['reporter'] IN ('source', 'destination', 'waypoint'),
        metric = 'response_total', attributes['direction'] IN ('inbound', 'outbound'),
        startsWith(metric, 'tcp_'), (attributes['direction'], attributes['peer']) IN (('outbound', 'dst'), ('inbound', 'src')),
        endsWith(metric, 'upstream_rq'), attributes['envoy.response_code'] != '' OR attributes['envoy_response_code'] != '' OR attributes['response_code'] != '',
        true)
    AND NOT endsWith(attributes['target_addr'], ':4191')
    AND isFinite(value) AND value >= 0
