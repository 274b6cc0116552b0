-- The workload that a pod is of, by how Kubernetes names pods; '' where the name does not look like one of those, or is no
-- pod's: unknown stays unknown. docs/reference/identity.md has a case for each form.
--   <CronJob>-<minute>-<5>, <Deployment>-<hash>-<5>, <DaemonSet or Job>-<5>, <StatefulSet>-<ordinal>
-- Hashes are of Kubernetes' alphabet, which has no vowels and no 0, 1, 3 (apimachinery, pkg/util/rand). What proxies call
-- themselves may have the namespace before or behind the pod (pod.namespace, namespace.pod.container).
CREATE OR REPLACE FUNCTION meshhub_pod_workload ${on_cluster} AS (instance) -> arrayMap(pod -> multiIf(
    match(pod, '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$|[:~/]'), '',
    match(pod, '-[0-9]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$'), replaceRegexpOne(pod, '-[0-9]+-[a-z0-9]{5}$', ''),
    match(pod, '-[bcdfghjklmnpqrstvwxz2456789]{5,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$'),
    replaceRegexpOne(pod, '-[a-z0-9]+-[a-z0-9]{5}$', ''),
    match(pod, '[a-z0-9]-[bcdfghjklmnpqrstvwxz2456789]{5}$'), replaceRegexpOne(pod, '-[a-z0-9]{5}$', ''),
    match(pod, '[a-z0-9]-[0-9]{1,4}$'), replaceRegexpOne(pod, '-[0-9]+$', ''),
    ''), [splitByChar('.', toString(instance))[if(countSubstrings(toString(instance), '.') = 2, 2, 1)]])[1]
