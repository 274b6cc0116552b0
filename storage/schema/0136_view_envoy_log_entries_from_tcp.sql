-- Explodes messages into entries of TCP connections.
CREATE MATERIALIZED VIEW IF NOT EXISTS envoy_log_entries_from_tcp ${on_cluster} TO envoy_log_entries AS
SELECT
    received_unix_nano,
    tenant,
    workload,
    resource_attributes,
    0 AS is_http,
    entry.common_properties AS common,
    entry.connection_properties.received_bytes AS bytes_received,
    entry.connection_properties.sent_bytes AS bytes_sent
FROM
(
    SELECT
        received_unix_nano,
        tenant,
        meshhub_workload(resource.attributes) AS workload,
        toLowCardinality(toJSONString(meshhub_attribute_map(resource.attributes, []))) AS resource_attributes,
        arrayJoin(tcp_logs.log_entry) AS entry
    FROM ingest_envoy_access_logs
)
