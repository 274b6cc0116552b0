-- OTLP metrics one row each, on their way to the table of their kind. Keeps nothing itself.
CREATE TABLE IF NOT EXISTS metric_records ${on_cluster}
(
    received_unix_nano UInt64,
    tenant LowCardinality(String),
    workload Tuple(cluster String, namespace String, service String, version String, instance String, role String),
    resource_attributes LowCardinality(String),
    scope_name LowCardinality(String),
    metric ${metric}
)
ENGINE = Null
