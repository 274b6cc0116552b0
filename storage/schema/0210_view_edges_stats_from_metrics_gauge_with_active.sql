-- Gauges of the callers' pools: hosts that are ejected, circuit breakers that are open, as before, and what is open and under
-- way: connections and requests.
DROP VIEW IF EXISTS edges_stats_from_metrics_gauge ${on_cluster};
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_stats_from_metrics_gauge ${on_cluster} TO edges_stats${local} AS
SELECT
    toStartOfMinute(toDateTime(metrics_gauge.time)) AS time,
    tenant,
    cluster,
    namespace,
    service,
    instance,
    attributes['envoy.cluster_name'] AS upstream,
    substring(metrics_gauge.metric, 9) AS metric,
    toDateTime64(0, 3, 'UTC') AS start_time,
    min(value) AS lowest,
    max(value) AS highest
FROM metrics_gauge${local} AS metrics_gauge
WHERE metrics_gauge.metric IN ('cluster.outlier_detection.ejections_active', 'cluster.circuit_breakers.default.cx_open',
    'cluster.circuit_breakers.default.rq_open', 'cluster.circuit_breakers.default.rq_pending_open',
    'cluster.circuit_breakers.default.rq_retry_open', 'cluster.circuit_breakers.cx_open',
    'cluster.circuit_breakers.rq_open', 'cluster.circuit_breakers.rq_pending_open',
    'cluster.circuit_breakers.rq_retry_open', 'cluster.upstream_cx_active', 'cluster.upstream_rq_active') AND value > 0 AND attributes['envoy.cluster_name'] != ''
GROUP BY ALL
