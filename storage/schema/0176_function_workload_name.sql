-- The workload (Deployment, StatefulSet, ...) that a sender is of, by its resource attributes (a JSON object of texts) and its
-- instance: what Kubernetes or the mesh says, else what the pod's name says. '' is unknown. docs/reference/identity.md.
-- A Job of a CronJob is <CronJob>-<minute>. One pattern for all, because patterns are matched once per different resource of
-- a block and JSON is parsed once per row, which takes ten times as long.
CREATE OR REPLACE FUNCTION meshhub_workload_name ${on_cluster} AS (resource, instance) -> arrayMap(told ->
    if(told != '', told, meshhub_pod_workload(instance)),
    [replaceRegexpOne(extract(resource, '"(?:k8s\\.(?:deployment|statefulset|daemonset|cronjob|job)\\.name|WORKLOAD_NAME'
        || '|linkerd\\.io/proxy-(?:deployment|statefulset|daemonset))":"([A-Za-z0-9._-]+)"'), '-[0-9]{8,10}$', '')])[1]
