-- All but counters of remote write. Prometheus does not say since when a counter counts.
CREATE MATERIALIZED VIEW IF NOT EXISTS metrics_gauge_from_remote_write ${on_cluster} TO metrics_gauge${local} AS
SELECT
    time,
    toDateTime64(0, 3, 'UTC') AS start_time,
    received,
    tenant,
    cluster,
    namespace,
    service,
    version,
    instance,
    metric,
    '' AS unit,
    attributes,
    resource_attributes,
    value
FROM remote_write_samples
WHERE NOT cumulative
