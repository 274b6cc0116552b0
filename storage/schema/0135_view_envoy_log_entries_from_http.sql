-- Explodes messages into entries of HTTP requests.
CREATE MATERIALIZED VIEW IF NOT EXISTS envoy_log_entries_from_http ${on_cluster} TO envoy_log_entries AS
SELECT
    received_unix_nano,
    tenant,
    workload,
    resource_attributes,
    1 AS is_http,
    entry.common_properties AS common,
    entry.protocol_version AS protocol_version,
    entry.request AS request,
    entry.response AS response,
    entry.request.request_body_bytes AS bytes_received,
    entry.response.response_body_bytes AS bytes_sent
FROM
(
    SELECT
        received_unix_nano,
        tenant,
        meshhub_workload(resource.attributes) AS workload,
        toLowCardinality(toJSONString(meshhub_attribute_map(resource.attributes, []))) AS resource_attributes,
        arrayJoin(http_logs.log_entry) AS entry
    FROM ingest_envoy_access_logs
)
