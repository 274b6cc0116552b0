-- Explodes remote-write requests into samples. Who sent a series is in its labels: service, else job; namespace; version;
-- pod, else instance; cluster. Every label stays an attribute of the series too. Counters are told by the type that v2
-- gives, else by the name's end. Markers of stale series (a certain NaN) are no samples.
CREATE MATERIALIZED VIEW IF NOT EXISTS remote_write_samples_from_requests ${on_cluster} TO remote_write_samples AS
SELECT
    toDateTime64(meshhub_plausible_time(if(sample.timestamp BETWEEN 0 AND 9000000000000, toUInt64(sample.timestamp) * 1000000, 0), received_unix_nano), 3, 'UTC') AS time,
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    tenant,
    labels['cluster'] AS cluster,
    labels['namespace'] AS namespace,
    if(labels['service'] != '', labels['service'], labels['job']) AS service,
    labels['version'] AS version,
    if(labels['pod'] != '', labels['pod'], labels['instance']) AS instance,
    name AS metric,
    labels AS attributes,
    toLowCardinality(toJSONString(map('job', labels['job'], 'instance', labels['instance']))) AS resource_attributes,
    multiIf(
        type IN (2, 4, 6, 7), false,
        type = 1, true,
        type = 5, match(name, '_(?:count|sum)$'),
        match(name, '_(?:total|bucket|count|sum)$')) AS cumulative,
    sample.value AS value
FROM
(
    SELECT
        received_unix_nano,
        tenant,
        series.type AS type,
        series.samples AS samples,
        series.labels.value[indexOf(series.labels.name, '__name__')] AS name,
        CAST(arrayFilter(label -> label.1 != '__name__', series.labels), 'Map(LowCardinality(String), String)') AS labels
    FROM (SELECT received_unix_nano, tenant, arrayJoin(timeseries) AS series FROM ingest_remote_write)
)
ARRAY JOIN samples AS sample
WHERE reinterpretAsUInt64(sample.value) != 0x7ff0000000000002
