-- Who called whom by the tags of a stat of an Envoy cluster, by OTLP and MetricsService (envoy.cluster_name) and Prometheus
-- (envoy_cluster_name), and by what the proxy's own workload is; a Tuple as meshhub_istio_call's. Consul names the callee in
-- tags of its own. Envoy does not say in stats how connections were secured.
CREATE OR REPLACE FUNCTION meshhub_envoy_call ${on_cluster} AS (labels, own_cluster, own_namespace, own_service, own_version, connections) -> CAST(
    arrayMap((named, code, consul) -> (
        'client',
        own_cluster,
        own_namespace,
        own_service,
        own_version,
        if(consul != '', 'service', named.kind),
        if(consul != '', labels['consul_destination_datacenter'], named.cluster),
        if(consul != '', labels['consul_destination_namespace'], named.namespace),
        if(consul != '', consul, named.service),
        if(consul != '', labels['consul_destination_service_subset'], named.version),
        if(connections, 'any', 'http'),
        'unknown',
        '',
        toUInt16OrZero(code),
        -1::Int8,
        '',
        '',
        ''
    ), [meshhub_destination(arrayFirst(text -> text != '', [labels['envoy.cluster_name'], labels['envoy_cluster_name'], labels['cluster_name']]))],
        [arrayFirst(text -> text != '', [labels['envoy.response_code'], labels['envoy_response_code'], labels['response_code']])],
        [arrayFirst(text -> text != '', [labels['consul.destination.service'], labels['consul_destination_service'],
            labels['envoy_consul_destination_service']])])[1],
    'Tuple(reporter Enum8(\'unknown\' = 0, \'client\' = 1, \'server\' = 2), source_cluster String, source_namespace String, source_service String, source_version String, destination_kind String, destination_cluster String, destination_namespace String, destination_service String, destination_version String, transport Enum8(\'any\' = 0, \'http\' = 1, \'grpc\' = 2, \'tcp\' = 3), security Enum8(\'unknown\' = 0, \'plaintext\' = 1, \'tls\' = 2, \'mtls\' = 3), tls_reason String, response_code UInt16, grpc_status Int8, response_flags String, source_principal String, destination_principal String)')
