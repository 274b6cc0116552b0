-- Samples of remote write one row each, on their way to the table of their kind. Keeps nothing itself.
CREATE TABLE IF NOT EXISTS remote_write_samples ${on_cluster}
(
    time DateTime64(3, 'UTC'),
    received DateTime('UTC'),
    tenant LowCardinality(String),
    cluster LowCardinality(String),
    namespace LowCardinality(String),
    service LowCardinality(String),
    version LowCardinality(String),
    instance LowCardinality(String),
    metric LowCardinality(String),
    attributes Map(LowCardinality(String), String),
    resource_attributes LowCardinality(String),
    cumulative Bool,
    value Float64
)
ENGINE = Null
