-- The stats of proxies from which calls are counted, on their way to edges_counters. Keeps nothing itself. The engine plans a
-- view only for what comes to it: most metrics are of something else, and to plan the view behind this table takes longer
-- than to store them.
CREATE TABLE IF NOT EXISTS mesh_stats ${on_cluster}
(
    time DateTime64(3, 'UTC'),
    tenant LowCardinality(String),
    cluster LowCardinality(String),
    namespace LowCardinality(String),
    service LowCardinality(String),
    version LowCardinality(String),
    instance LowCardinality(String),
    metric LowCardinality(String),
    attributes Map(LowCardinality(String), String),
    resource_attributes LowCardinality(String),
    value Float64
)
ENGINE = Null
