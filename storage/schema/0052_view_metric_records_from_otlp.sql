-- Explodes OTLP requests into metrics. Total: no content of a well-formed request makes it fail.
CREATE MATERIALIZED VIEW IF NOT EXISTS metric_records_from_otlp ${on_cluster} TO metric_records AS
SELECT
    received_unix_nano,
    tenant,
    workload,
    resource_attributes,
    toLowCardinality(scope_metric.scope.name) AS scope_name,
    arrayJoin(scope_metric.metrics) AS metric
FROM
(
    SELECT
        received_unix_nano,
        tenant,
        meshhub_workload(resource_metric.resource.attributes) AS workload,
        toLowCardinality(toJSONString(meshhub_attribute_map(resource_metric.resource.attributes, []))) AS resource_attributes,
        arrayJoin(resource_metric.scope_metrics) AS scope_metric
    FROM (SELECT received_unix_nano, tenant, arrayJoin(resource_metrics) AS resource_metric FROM ingest_metrics)
)
