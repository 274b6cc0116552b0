-- Who called whom by the labels of a metric of Linkerd's proxy and by what the proxy's own workload is; a Tuple as
-- meshhub_istio_call's. `connections`: whether it counts connections, of which some carry requests that are counted too.
-- Outbound the callee is named by dst_* and its certificate by server_id; inbound the caller is known by client_id alone.
CREATE OR REPLACE FUNCTION meshhub_linkerd_call ${on_cluster} AS (labels, own_cluster, own_namespace, own_service, own_version, connections) -> CAST(
    arrayMap((outbound, caller, called, named) -> (
        if(outbound, 'client', 'server'),
        if(outbound, own_cluster, ''),
        if(outbound, own_namespace, caller.namespace),
        if(outbound, own_service, caller.service),
        if(outbound, own_version, ''),
        multiIf(NOT outbound OR called != '', 'service', named.kind = 'local', '', named.kind),
        if(outbound, '', own_cluster),
        if(outbound, if(labels['dst_namespace'] != '', labels['dst_namespace'], named.namespace), own_namespace),
        multiIf(NOT outbound, own_service, called != '', called, named.service),
        if(outbound, labels['dst_version'], own_version),
        multiIf(connections, 'any', labels['grpc_status_code'] != '', 'grpc', 'http'),
        multiIf(
            labels['tls'] = 'true', if(outbound OR labels['client_id'] != '', 'mtls', 'tls'),
            labels['tls'] = 'opaque', 'tls',
            labels['tls'] = '' AND labels['no_tls_reason'] = '', 'unknown',
            'plaintext'),
        if(labels['tls'] = 'true', '', if(labels['no_tls_reason'] != '', labels['no_tls_reason'], labels['tls'])),
        toUInt16OrZero(labels['status_code']),
        if(labels['grpc_status_code'] = '', -1::Int8, toInt8OrDefault(labels['grpc_status_code'], 2::Int8)),
        '',
        if(outbound, '', labels['client_id']),
        if(outbound, labels['server_id'], '')
    ), [labels['direction'] = 'outbound'], [meshhub_spiffe(labels['client_id'])],
        [arrayFirst(text -> text != '', [labels['dst_deployment'], labels['dst_statefulset'], labels['dst_daemonset'],
            labels['dst_cronjob'], labels['dst_job'], labels['dst_service']])],
        [meshhub_destination(replaceRegexpOne(if(labels['authority'] != '', labels['authority'], labels['target_addr']), ':[0-9]+$', ''))])[1],
    'Tuple(reporter Enum8(\'unknown\' = 0, \'client\' = 1, \'server\' = 2), source_cluster String, source_namespace String, source_service String, source_version String, destination_kind String, destination_cluster String, destination_namespace String, destination_service String, destination_version String, transport Enum8(\'any\' = 0, \'http\' = 1, \'grpc\' = 2, \'tcp\' = 3), security Enum8(\'unknown\' = 0, \'plaintext\' = 1, \'tls\' = 2, \'mtls\' = 3), tls_reason String, response_code UInt16, grpc_status Int8, response_flags String, source_principal String, destination_principal String)')
