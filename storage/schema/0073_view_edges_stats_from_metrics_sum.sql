-- Counters of the callers' pools.
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_stats_from_metrics_sum ${on_cluster} TO edges_stats${local} AS
SELECT
    toStartOfMinute(toDateTime(metrics_sum.time)) AS time,
    tenant,
    cluster,
    namespace,
    service,
    instance,
    attributes['envoy.cluster_name'] AS upstream,
    substring(metrics_sum.metric, 9) AS metric,
    start_time,
    min(value) AS lowest,
    max(value) AS highest
FROM metrics_sum${local} AS metrics_sum
WHERE metrics_sum.metric IN ('cluster.outlier_detection.ejections_enforced_total', 'cluster.upstream_cx_connect_fail',
    'cluster.upstream_cx_connect_timeout', 'cluster.upstream_cx_overflow', 'cluster.upstream_cx_pool_overflow',
    'cluster.upstream_rq_pending_overflow', 'cluster.upstream_rq_retry_overflow') AND value > 0
    AND temporality = 'cumulative' AND attributes['envoy.cluster_name'] != ''
GROUP BY ALL
