-- Who a resource says it is: Tuple(cluster, namespace, service, version, instance, role). '' is unknown; of the sources of
-- one part, the first that says something counts. Each with an example: docs/reference/identity.md.
-- Order: what meshhub's wiring and OpenTelemetry say (service.*), Kubernetes (k8s.*), a mesh's own attributes (linkerd.io/*,
-- kuma.*), Envoy's built-in log labels (cluster_name = node.cluster, node_name = node.id) and the parts in them.
-- Envoy's spans in Istio have service.name "<app>.<namespace>"; with an application's SDK a dot is part of the name.
CREATE OR REPLACE FUNCTION meshhub_workload ${on_cluster} AS (attributes) -> CAST(
    arrayMap(said -> (
        arrayFirst(text -> text != '', [
            said['k8s.cluster.name'],
            said['kuma.zone']]),
        arrayFirst(text -> text != '', [
            said['service.namespace'],
            said['k8s.namespace.name'],
            said['linkerd.io/workload-ns'],
            extract(said['kuma.workload'], '^kri_wl_[^_]*_[^_]*_([^_]*)_'),
            extract(said['node_name'], '~([^.~]+)\\.svc'),
            extract(said['service.name'], '^[^_]+_([^_]+)_svc(?:_[0-9]+)?$'),
            if(said['telemetry.sdk.name'] = 'envoy',
                extract(said['service.name'], '^[^.]+\\.([^.]+)$'), ''),
            extract(said['cluster_name'], '^[^_]+_([^_]+)_svc(?:_[0-9]+)?$'),
            extract(said['cluster_name'], '\\.([^.]+)$')]),
        arrayFirst(text -> text != '', [
            extract(said['service.name'], '^([^_]+)_[^_]+_svc(?:_[0-9]+)?$'),
            if(said['telemetry.sdk.name'] = 'envoy',
                extract(said['service.name'], '^([^.]+)\\.[^.]+$'), ''),
            replaceRegexpOne(said['service.name'], '^unknown_service.*|^linkerd-proxy$', ''),
            said['linkerd.io/proxy-deployment'],
            extract(said['kuma.workload'], '^kri_wl_[^_]*_[^_]*_[^_]*_([^_]+)_'),
            extract(said['cluster_name'], '^([^_]+)_[^_]+_svc(?:_[0-9]+)?$'),
            extract(said['cluster_name'], '^(.+?)(?:\\.[^.]+)?$'),
            said['k8s.deployment.name'],
            said['k8s.statefulset.name'],
            said['k8s.daemonset.name']]),
        arrayFirst(text -> text != '', [
            said['service.version'],
            said['version']]),
        arrayFirst(text -> text != '', [
            said['service.instance.id'],
            said['k8s.pod.name'],
            extract(said['node_name'], '^[^~]+~[^~]*~([^~]+)\\.[^.~]+~'),
            said['node_name']]),
        arrayFirst(text -> text != '', [
            said['meshhub.node.role'],
            transform(extract(said['node_name'], '^([a-z]+)~'), ['router'], ['gateway'])])
    ), [meshhub_attribute_map(attributes, [])])[1],
    'Tuple(cluster String, namespace String, service String, version String, instance String, role String)')
