-- Envoy's metrics service in the shape of OTLP. Types are io.prometheus.client's: counter 0, gauge 1, summary 2, untyped 3,
-- histogram 4. Counters are cumulative and do not say since when. A bucket's count is of all values up to its bound: OTLP
-- counts each bucket by itself, and what is above the last bound too.
CREATE MATERIALIZED VIEW IF NOT EXISTS metric_records_from_envoy_metrics ${on_cluster} TO metric_records AS
SELECT
    received_unix_nano,
    tenant,
    workload,
    resource_attributes,
    'envoy' AS scope_name,
    CAST((
        family.name,
        '',
        family.unit,
        transform(family.type, [0, 1, 2, 3, 4], ['sum', 'gauge', 'summary', 'gauge', 'histogram'], 'none'),
        tuple(if(family.type IN (1, 3), arrayMap(
            (labels, at, gauge, untyped) -> (0, at, 'as_double', if(family.type = 1, gauge, untyped), 0, labels, 0),
            labels, times, family.metric.gauge.value, family.metric.untyped.value), [])),
        (if(family.type = 0, arrayMap(
            (labels, at, value) -> (0, at, 'as_double', value, 0, labels, 0), labels, times, family.metric.counter.value), []), 2, true),
        (if(family.type = 4, arrayMap(
            (labels, at, histogram) -> (
                0, at, histogram.1, histogram.2,
                arrayMap((count, before) -> if(count > before, count - before, 0),
                    arrayPushBack(arrayMap(bucket -> bucket.1, arrayFilter(bucket -> isFinite(bucket.2), histogram.3)), histogram.1),
                    arrayPushFront(arrayMap(bucket -> bucket.1, arrayFilter(bucket -> isFinite(bucket.2), histogram.3)), 0)),
                arrayMap(bucket -> bucket.2, arrayFilter(bucket -> isFinite(bucket.2), histogram.3)),
                labels, 0, 0, 0),
            labels, times, family.metric.histogram), []), 2),
        ([], 0),
        tuple(if(family.type = 2, arrayMap(
            (labels, at, summary) -> (0, at, summary.1, summary.2, summary.3, labels, 0),
            labels, times, family.metric.summary), []))
    ) AS ${metric}) AS metric
FROM
(
    SELECT
        received_unix_nano,
        tenant,
        workload,
        resource_attributes,
        family,
        arrayMap(at -> if(at = 0, received_unix_nano, toUInt64(at * 1000000)), family.metric.timestamp_ms) AS times,
        arrayMap(
            pairs -> arrayMap(pair -> (pair.1, ('string_value', pair.2, false, 0, 0., '', '', '')), pairs), family.metric.label) AS labels
    FROM
    (
        SELECT
            received_unix_nano,
            tenant,
            meshhub_workload(resource.attributes) AS workload,
            toLowCardinality(toJSONString(meshhub_attribute_map(resource.attributes, []))) AS resource_attributes,
            arrayJoin(envoy_metrics) AS family
        FROM ingest_envoy_metrics
    )
)
