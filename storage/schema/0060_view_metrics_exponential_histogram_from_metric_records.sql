-- Exponential histogram data points. Envoy 1.40 gives the start of a cumulative series in microseconds: mended here.
CREATE MATERIALIZED VIEW IF NOT EXISTS metrics_exponential_histogram_from_metric_records ${on_cluster} TO metrics_exponential_histogram${local} AS
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
    CAST(if(metric_records.metric.exponential_histogram.aggregation_temporality BETWEEN 0 AND 2, metric_records.metric.exponential_histogram.aggregation_temporality, 0),
        'Enum8(\'unspecified\' = 0, \'delta\' = 1, \'cumulative\' = 2)') AS temporality,
    point.count AS count,
    point.sum AS sum,
    point.min AS min,
    point.max AS max,
    point.scale AS scale,
    point.zero_count AS zero_count,
    point.zero_threshold AS zero_threshold,
    point.positive.offset AS positive_offset,
    point.positive.bucket_counts AS positive_bucket_counts,
    point.negative.offset AS negative_offset,
    point.negative.bucket_counts AS negative_bucket_counts
FROM metric_records
ARRAY JOIN metric_records.metric.exponential_histogram.data_points AS point
WHERE metric_records.metric.data = 'exponential_histogram' AND bitAnd(point.flags, 1) = 0
