-- The workloads at both ends of a call: a service may be several (Deployments of two versions), and one may be several
-- services. Rows from before have none.
-- shard key: cityHash64(source_service, destination_service)
ALTER TABLE edges${local} ${on_cluster}
    ADD COLUMN IF NOT EXISTS source_workload LowCardinality(String) COMMENT 'Deployment, StatefulSet, ... of the caller' AFTER source_version,
    ADD COLUMN IF NOT EXISTS destination_workload LowCardinality(String) COMMENT 'Deployment, StatefulSet, ... of the callee' AFTER destination_version,
    MODIFY COLUMN outcome SimpleAggregateFunction(any, UInt64) DEFAULT cityHash64(source_role, source_version, destination_version, transport, security, response_code, grpc_status, response_flags, source_workload, destination_workload) COMMENT 'all else that tells rows apart, as one number',
    MODIFY ORDER BY (time, destination_service, source_service, destination_namespace, source_namespace, destination_kind,
        destination_cluster, source_cluster, destination_version, source_version, tenant, signal, reporter, transport,
        security, response_code, grpc_status, response_flags, source_role, destination_workload, source_workload)
