-- Log records that are not access logs.
CREATE MATERIALIZED VIEW IF NOT EXISTS logs_from_log_records ${on_cluster} TO logs${local} AS
SELECT
    time,
    received,
    tenant,
    workload.cluster AS cluster,
    workload.namespace AS namespace,
    workload.service AS service,
    workload.version AS version,
    workload.instance AS instance,
    toUInt8(if(severity_number BETWEEN 0 AND 24, severity_number, 0)) AS severity_number,
    severity_text,
    event_name,
    meshhub_any_value_text(record_body) AS body,
    trace_id,
    span_id,
    concat(
        meshhub_attribute(record_attributes, 'request_id'),
        meshhub_attribute(record_attributes, 'http.request.header.x-request-id')) AS request_id,
    scope_name,
    meshhub_attribute_map(record_attributes, []) AS attributes,
    meshhub_attribute_types(record_attributes) AS attribute_types,
    resource_attributes
FROM log_records
WHERE NOT has(record_attributes.key, 'response_flags')
