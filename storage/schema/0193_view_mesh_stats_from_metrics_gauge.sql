-- Connections that are open by caller and callee.
DROP VIEW IF EXISTS edges_counters_from_metrics_gauge ${on_cluster};
CREATE MATERIALIZED VIEW IF NOT EXISTS mesh_stats_from_metrics_gauge ${on_cluster} TO mesh_stats AS
SELECT
    metrics_gauge.time AS time,
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
FROM metrics_gauge${local} AS metrics_gauge
WHERE metric = 'tcp_open_connections'
    AND (attributes['direction'], attributes['peer']) IN (('outbound', 'dst'), ('inbound', 'src'))
    AND NOT endsWith(attributes['target_addr'], ':4191')
    AND isFinite(value) AND value >= 0
