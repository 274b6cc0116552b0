-- The workloads at both ends of a call, as the labels of the counter name them.
-- shard key: cityHash64(series)
ALTER TABLE edges_counters${local} ${on_cluster}
    ADD COLUMN IF NOT EXISTS source_workload SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'Deployment, StatefulSet, ... of the caller' AFTER source_version,
    ADD COLUMN IF NOT EXISTS destination_workload SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'Deployment, StatefulSet, ... of the callee' AFTER destination_version
