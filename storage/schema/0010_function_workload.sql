-- Who a resource says it is: Tuple(cluster, namespace, service, version, instance, role). '' is unknown.
-- Order: what meshhub's wiring and OpenTelemetry say (service.*), Kubernetes (k8s.*), Envoy's built-in log labels
-- (cluster_name = node.cluster "<service>.<namespace>", node_name = node.id), the parts of Istio's node id
-- (sidecar~<ip>~<pod>.<namespace>~<namespace>.svc.cluster.local).
CREATE OR REPLACE FUNCTION meshhub_workload ${on_cluster} AS (attributes) -> CAST(
    (
        meshhub_attribute(attributes, 'k8s.cluster.name'),
        multiIf(
            meshhub_attribute(attributes, 'service.namespace') != '', meshhub_attribute(attributes, 'service.namespace'),
            meshhub_attribute(attributes, 'k8s.namespace.name') != '', meshhub_attribute(attributes, 'k8s.namespace.name'),
            match(meshhub_attribute(attributes, 'node_name'), '~'),
            extract(meshhub_attribute(attributes, 'node_name'), '~([^.~]+)\\.svc'),
            extract(meshhub_attribute(attributes, 'cluster_name'), '\\.([^.]+)$')),
        multiIf(
            meshhub_attribute(attributes, 'service.name') != ''
                AND NOT startsWith(meshhub_attribute(attributes, 'service.name'), 'unknown_service'),
            meshhub_attribute(attributes, 'service.name'),
            meshhub_attribute(attributes, 'cluster_name') != '',
            extract(meshhub_attribute(attributes, 'cluster_name'), '^(.+?)(?:\\.[^.]+)?$'),
            meshhub_attribute(attributes, 'k8s.deployment.name')),
        meshhub_attribute(attributes, 'service.version'),
        multiIf(
            meshhub_attribute(attributes, 'service.instance.id') != '', meshhub_attribute(attributes, 'service.instance.id'),
            meshhub_attribute(attributes, 'k8s.pod.name') != '', meshhub_attribute(attributes, 'k8s.pod.name'),
            match(meshhub_attribute(attributes, 'node_name'), '~'),
            extract(meshhub_attribute(attributes, 'node_name'), '^[^~]+~[^~]*~([^~]+)\\.[^.~]+~'),
            meshhub_attribute(attributes, 'node_name')),
        meshhub_attribute(attributes, 'meshhub.node.role')
    ),
    'Tuple(cluster String, namespace String, service String, version String, instance String, role String)')
