-- OTLP log records one row each, on their way to access_logs or logs. Keeps nothing itself.
CREATE TABLE IF NOT EXISTS log_records ${on_cluster}
(
    time DateTime64(9, 'UTC'),
    received DateTime('UTC'),
    tenant LowCardinality(String),
    workload Tuple(cluster String, namespace String, service String, version String, instance String, role String),
    resource_attributes LowCardinality(String),
    scope_name LowCardinality(String),
    severity_number Int32,
    severity_text LowCardinality(String),
    record_body ${any_value},
    record_attributes ${attribute_list},
    trace_id FixedString(16),
    span_id FixedString(8),
    event_name LowCardinality(String)
)
ENGINE = Null
