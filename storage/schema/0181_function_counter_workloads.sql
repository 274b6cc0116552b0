-- The workloads at both ends of a call by the labels of a counter (Istio, Linkerd, Envoy) and by the proxy's resource and
-- instance: Tuple(source, destination). Istio names both, Linkerd the other end of outbound calls; a proxy knows itself.
CREATE OR REPLACE FUNCTION meshhub_counter_workloads ${on_cluster} AS (labels, resource, instance) -> CAST(
    multiIf(
        labels['source_workload'] != '' OR labels['destination_workload'] != '', (
            replaceRegexpOne(labels['source_workload'], '^unknown$', ''),
            replaceRegexpOne(labels['destination_workload'], '^unknown$', '')),
        labels['direction'] = 'inbound', ('', meshhub_workload_name(resource, instance)),
        (
            meshhub_workload_name(resource, instance),
            arrayFirst(text -> text != '', [labels['dst_deployment'], labels['dst_statefulset'], labels['dst_daemonset'],
                labels['dst_cronjob'], labels['dst_job']]))),
    'Tuple(source String, destination String)')
