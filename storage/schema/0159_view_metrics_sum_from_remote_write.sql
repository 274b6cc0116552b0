-- Counters of remote write. Prometheus does not say since when a counter counts.
CREATE MATERIALIZED VIEW IF NOT EXISTS metrics_sum_from_remote_write ${on_cluster} TO metrics_sum${local} AS
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
    'cumulative' AS temporality,
    true AS is_monotonic,
    value
FROM remote_write_samples
WHERE cumulative
