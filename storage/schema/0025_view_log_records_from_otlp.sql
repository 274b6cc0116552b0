-- Explodes OTLP requests into log records. Total: no content of a well-formed request makes it fail.
CREATE MATERIALIZED VIEW IF NOT EXISTS log_records_from_otlp ${on_cluster} TO log_records AS
SELECT
    meshhub_plausible_time(
        if(record.time_unix_nano = 0, record.observed_time_unix_nano, record.time_unix_nano), received_unix_nano) AS time,
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    tenant,
    workload,
    resource_attributes,
    scope_name,
    record.severity_number AS severity_number,
    record.severity_text AS severity_text,
    record.body AS record_body,
    record.attributes AS record_attributes,
    meshhub_id16(record.trace_id) AS trace_id,
    meshhub_id8(record.span_id) AS span_id,
    record.event_name AS event_name
FROM
(
    SELECT
        received_unix_nano,
        tenant,
        workload,
        resource_attributes,
        toLowCardinality(scope_log.scope.name) AS scope_name,
        arrayJoin(scope_log.log_records) AS record
    FROM
    (
        SELECT
            received_unix_nano,
            tenant,
            meshhub_workload(resource_log.resource.attributes) AS workload,
            toLowCardinality(toJSONString(meshhub_attribute_map(resource_log.resource.attributes, []))) AS resource_attributes,
            arrayJoin(resource_log.scope_logs) AS scope_log
        FROM (SELECT received_unix_nano, tenant, arrayJoin(resource_logs) AS resource_log FROM ingest_logs)
    )
)
