-- Who called whom by the labels of an Istio metric (istio_requests_total, istio_tcp_*; sidecars, gateways, waypoints, ztunnel):
-- Tuple(reporter, source_cluster, source_namespace, source_service, source_version, destination_kind, destination_cluster,
-- destination_namespace, destination_service, destination_version, transport, security, tls_reason, response_code,
-- grpc_status, response_flags, source_principal, destination_principal). "unknown" is Istio's word for nothing.
-- A waypoint stands before the callee and takes its place. ztunnel's flags of failed connections get Envoy's UF before them.
CREATE OR REPLACE FUNCTION meshhub_istio_call ${on_cluster} AS (labels, failed) -> CAST(
    arrayMap(named -> (
        if(labels['reporter'] = 'source', 'client', 'server'),
        replaceOne(labels['source_cluster'], 'unknown', ''),
        replaceRegexpOne(labels['source_workload_namespace'], '^unknown$', ''),
        arrayFirst(text -> text NOT IN ('', 'unknown'), [labels['source_canonical_service'], labels['source_workload']]),
        arrayFirst(text -> text NOT IN ('', 'unknown', 'latest'), [labels['source_version'], labels['source_canonical_revision']]),
        multiIf(
            labels['destination_canonical_service'] NOT IN ('', 'unknown'), 'service',
            labels['destination_service_name'] IN ('PassthroughCluster', 'BlackHoleCluster', 'InboundPassthroughCluster'), 'passthrough',
            labels['destination_workload'] NOT IN ('', 'unknown'), 'service',
            named.kind = 'local', '',
            named.kind),
        replaceOne(labels['destination_cluster'], 'unknown', ''),
        arrayFirst(text -> text NOT IN ('', 'unknown'),
            [labels['destination_workload_namespace'], labels['destination_service_namespace'], named.namespace]),
        arrayFirst(text -> text NOT IN ('', 'unknown', 'PassthroughCluster', 'BlackHoleCluster', 'InboundPassthroughCluster'),
            [labels['destination_canonical_service'], labels['destination_workload'], named.service]),
        arrayFirst(text -> text NOT IN ('', 'unknown', 'latest'), [labels['destination_version'], labels['destination_canonical_revision']]),
        multiIf(labels['request_protocol'] = 'grpc', 'grpc', labels['request_protocol'] = 'tcp', 'tcp', 'http'),
        transform(labels['connection_security_policy'], ['mutual_tls', 'none'], ['mtls', 'plaintext'], 'unknown'),
        '',
        toUInt16OrZero(labels['response_code']),
        if(labels['request_protocol'] = 'grpc', toInt8OrDefault(labels['grpc_response_status'], -1::Int8), -1::Int8),
        concat(if(failed, 'UF', ''), if(labels['response_flags'] IN ('', '-'), '', concat(if(failed, ',', ''), labels['response_flags']))),
        replaceRegexpOne(labels['source_principal'], '^unknown$', ''),
        replaceRegexpOne(labels['destination_principal'], '^unknown$', '')
    ), [meshhub_destination(labels['destination_service'])])[1],
    'Tuple(reporter Enum8(\'unknown\' = 0, \'client\' = 1, \'server\' = 2), source_cluster String, source_namespace String, source_service String, source_version String, destination_kind String, destination_cluster String, destination_namespace String, destination_service String, destination_version String, transport Enum8(\'any\' = 0, \'http\' = 1, \'grpc\' = 2, \'tcp\' = 3), security Enum8(\'unknown\' = 0, \'plaintext\' = 1, \'tls\' = 2, \'mtls\' = 3), tls_reason String, response_code UInt16, grpc_status Int8, response_flags String, source_principal String, destination_principal String)')
