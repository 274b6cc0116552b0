-- Summary data points. Envoy 1.40 gives the start of a cumulative series in microseconds: mended here.
CREATE MATERIALIZED VIEW IF NOT EXISTS metrics_summary_from_metric_records ${on_cluster} TO metrics_summary${local} AS
SELECT
    toDateTime64(meshhub_plausible_time(point.time_unix_nano, received_unix_nano), 3, 'UTC') AS time,
    fromUnixTimestamp64Milli(toInt64(
        if(point.start_time_unix_nano < 100000000000000000, intDiv(point.start_time_unix_nano, 1000),
            intDiv(least(point.start_time_unix_nano, received_unix_nano), 1000000))), 'UTC') AS start_time,
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    tenant,
    workload.cluster AS cluster,
    workload.namespace AS namespace,
    workload.service AS service,
    workload.version AS version,
    workload.instance AS instance,
    metric_records.metric.name AS metric,
    metric_records.metric.unit AS unit,
    meshhub_attribute_map(point.attributes, []) AS attributes,
    resource_attributes,
    point.count AS count,
    point.sum AS sum,
    point.quantile_values.quantile AS quantiles,
    point.quantile_values.value AS quantile_values
FROM metric_records
ARRAY JOIN metric_records.metric.summary.data_points AS point
WHERE metric_records.metric.data = 'summary' AND bitAnd(point.flags, 1) = 0
