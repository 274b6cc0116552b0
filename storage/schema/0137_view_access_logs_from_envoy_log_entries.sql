-- Access logs as Envoy's access log service (ALS v3) sends them, to the same columns as access_logs_from_log_records makes of
-- OTLP. What ALS has no field for comes as custom tags under the attribute names of envoy_config/attributes.py: trace_id,
-- direction, the upstream side of TLS; the names of peers as Istio's filter state objects or as custom tags.
-- Where no tag tells the direction, an upstream cluster that Istio calls inbound or outbound does. Envoy leaves a tag out that
-- has nothing to say: where it was asked for the direction, as meshhub's wiring asks together with the upstream side of TLS, the
-- lack of the latter means plain text. Blanks in reasons are underscores, as Envoy's text logs have them.
CREATE MATERIALIZED VIEW IF NOT EXISTS access_logs_from_envoy_log_entries ${on_cluster} TO access_logs${local} AS
SELECT
    meshhub_plausible_time(
        toUInt64(common.start_time.seconds * 1000000000 + common.start_time.nanos), received_unix_nano) AS time,
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    tenant,
    transform(common.access_log_type, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
        ['TcpUpstreamConnected', 'TcpPeriodic', 'TcpConnectionEnd', 'DownstreamStart', 'DownstreamPeriodic', 'DownstreamEnd',
        'UpstreamPoolReady', 'UpstreamPeriodic', 'UpstreamEnd', 'DownstreamTunnelSuccessfullyEstablished',
        'UdpTunnelUpstreamConnected', 'UdpPeriodic', 'UdpSessionEnd', 'TcpConnectionStart'],
        if(is_http = 1, 'DownstreamEnd', 'TcpConnectionEnd')) AS log_type,
    reporter,
    own_cluster AS cluster,
    own_namespace AS namespace,
    own_service AS service,
    workload.version AS version,
    workload.instance AS instance,
    workload.role AS role,
    if(reporter = 'server', peer.cluster, own_cluster) AS source_cluster,
    multiIf(reporter != 'server', own_namespace, labelled_source[1] != '', labelled_source[2], peer.namespace) AS source_namespace,
    multiIf(reporter != 'server', own_service, labelled_source[1] != '', labelled_source[1], peer.service) AS source_service,
    if(reporter != 'server', workload.version, labelled_source[3]) AS source_version,
    if(reporter = 'server', downstream_peer, upstream_local) AS source_principal,
    multiIf(reporter = 'server', 'service', labelled_destination[1] != '', 'service', destination.kind) AS destination_kind,
    if(reporter = 'server', own_cluster, destination.cluster) AS destination_cluster,
    multiIf(reporter = 'server', own_namespace, labelled_destination[1] != '', labelled_destination[2],
        destination.namespace) AS destination_namespace,
    multiIf(reporter = 'server', own_service, labelled_destination[1] != '', labelled_destination[1],
        destination.service) AS destination_service,
    multiIf(reporter = 'server', workload.version, labelled_destination[1] != '', labelled_destination[3],
        destination.version) AS destination_version,
    if(reporter = 'server', downstream_local, upstream_peer) AS destination_principal,
    multiIf(request.request_id != '', request.request_id, is_http = 1, common.stream_id, '') AS request_id,
    meshhub_id16(unhex(if(match(traced, '^[0-9a-f]{16,32}$'), traced, ''))) AS trace_id,
    meshhub_id8(unhex(if(match(traceparent, '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-'), substring(traceparent, 37, 16), ''))) AS span_id,
    multiIf(length(traceparent) < 55, 'unknown',
        position('13579bdf', substring(traceparent, 55, 1)) > 0, 'yes', 'no') AS sampled,
    transform(request.request_method, [1, 2, 3, 4, 5, 6, 7, 8, 9],
        ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'], '') AS method,
    request.authority AS authority,
    if(request.original_path = '', request.path, request.original_path) AS path,
    common.route_name AS route_name,
    transform(protocol_version, [1, 2, 3, 4], ['HTTP/1.0', 'HTTP/1.1', 'HTTP/2', 'HTTP/3'], '') AS protocol,
    multiIf(is_http = 0, 'tcp', grpc_status >= 0, 'grpc', 'http') AS transport,
    request.user_agent AS user_agent,
    toUInt16(least(response.response_code.value, 65535)) AS response_code,
    toInt8OrDefault(
        if(tags[indexOf(tag_keys, 'grpc_status')] != '', tags[indexOf(tag_keys, 'grpc_status')],
            if(has(response.response_trailers.key, 'grpc-status'),
                response.response_trailers.value[indexOf(response.response_trailers.key, 'grpc-status')],
                response.response_headers.value[indexOf(response.response_headers.key, 'grpc-status')])),
        toInt8(-1)) AS grpc_status,
    arrayStringConcat(arrayMap(bit -> [
        'LH', 'UH', 'UT', 'LR', 'UR', 'UF', 'UC', 'UO', 'NR', 'DI', 'FI', 'RL', 'UAEX', 'RLSE', 'DC', 'URX', 'SI', 'IH',
        'DPE', 'UMSDR', 'RFCF', 'NFCF', 'DT', 'UPE', 'NC', 'OM', 'DF', 'DR'][bit + 1], bitPositionsToArray(flags)), ',') AS response_flags,
    replaceAll(response.response_code_details, ' ', '_') AS response_code_details,
    replaceAll(common.connection_termination_details, ' ', '_') AS connection_termination_details,
    replaceAll(common.upstream_transport_failure_reason, ' ', '_') AS upstream_transport_failure_reason,
    toUInt8(least(common.upstream_request_attempt_count, 255)) AS request_attempts,
    bytes_received,
    bytes_sent,
    if(last_sent = 0, meshhub_envoy_microseconds(common.duration), last_sent) AS duration_us,
    toUInt32(least(meshhub_envoy_microseconds(common.time_to_last_rx_byte), 4294967295)) AS request_duration_us,
    toUInt32OrZero(tags[indexOf(tag_keys, 'upstream_connect_us')]) AS upstream_connect_us,
    toUInt32OrZero(tags[indexOf(tag_keys, 'upstream_handshake_us')]) AS upstream_handshake_us,
    toUInt32(least(sent_upstream, 4294967295)) AS upstream_queue_us,
    if(heard_upstream > sent_upstream, heard_upstream - sent_upstream, 0) AS upstream_first_byte_us,
    toUInt32(if(heard_all > heard_upstream, least(heard_all - heard_upstream, 4294967295), 0)) AS upstream_response_us,
    toUInt32(if(first_sent > 0 AND last_sent > first_sent, least(last_sent - first_sent, 4294967295), 0)) AS response_duration_us,
    upstream_cluster,
    meshhub_envoy_address(common.upstream_remote_address) AS upstream_host,
    meshhub_envoy_address(common.downstream_remote_address) AS downstream_remote_address,
    meshhub_envoy_address(common.downstream_local_address) AS downstream_local_address,
    common.tls_properties.tls_sni_hostname AS requested_server_name,
    transform(common.tls_properties.tls_version, [1, 2, 3, 4], ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'], '') AS downstream_tls_version,
    tags[indexOf(tag_keys, 'upstream_tls_version')] AS upstream_tls_version,
    multiIf(
        reporter = 'server', multiIf(downstream_tls_version = '', 'plaintext', downstream_peer != '', 'mtls', 'tls'),
        upstream_tls_version != '', if(upstream_peer != '', 'mtls', 'tls'),
        upstream_host != '' AND has(tag_keys, 'direction'), 'plaintext',
        'unknown') AS security,
    CAST(arrayConcat(
        arrayFilter(tag -> tag.1 NOT IN ('trace_id', 'direction', 'grpc_status', 'upstream_tls_version', 'upstream_peer_uri_san',
            'upstream_local_uri_san', 'upstream_connect_us', 'upstream_handshake_us', 'source_service', 'source_namespace',
            'source_version', 'destination_canonical_service', 'destination_namespace', 'destination_version'), common.custom_tags),
        arrayMap(header -> (toLowCardinality(concat('http.request.header.', toString(header.1))), header.2),
            arrayFilter(header -> header.1 != 'traceparent', request.request_headers)),
        arrayMap(header -> (toLowCardinality(concat('http.response.header.', toString(header.1))), header.2),
            arrayFilter(header -> header.1 != 'grpc-status', response.response_headers)),
        if(request.forwarded_for = '', [], [(toLowCardinality('x_forwarded_for'), request.forwarded_for)]),
        if(common.downstream_transport_failure_reason = '', [],
            [(toLowCardinality('downstream_transport_failure_reason'), toString(common.downstream_transport_failure_reason))])),
        'Map(LowCardinality(String), String)') AS attributes,
    resource_attributes
FROM
(
    SELECT
        received_unix_nano, tenant, workload, resource_attributes, is_http, common, protocol_version, request, response,
        bytes_received, bytes_sent, tag_keys, tags, traceparent, traced, reporter, downstream_peer, downstream_local,
        upstream_peer, upstream_local, upstream_cluster, flags, sent_upstream, heard_upstream, heard_all, first_sent, last_sent,
        labelled_source, labelled_destination,
        arrayMap(identity -> meshhub_spiffe(identity), [
            toLowCardinality(downstream_peer),
            toLowCardinality(if(reporter = 'server', downstream_local, upstream_local))]) AS identities,
        identities[1] AS peer,
        identities[2] AS self,
        arrayMap(name -> meshhub_destination(name), [upstream_cluster, authority]) AS destinations,
        destinations[if(destinations[1].kind IN ('', 'passthrough') AND destinations[2].kind IN ('service', 'external')
            AND workload.role != 'gateway', 2, 1)] AS destination,
        arrayFirst(text -> text != '', [workload.cluster, self.cluster]) AS own_cluster,
        arrayFirst(text -> text != '', [workload.namespace, self.namespace]) AS own_namespace,
        arrayFirst(text -> text != '', [workload.service, self.service]) AS own_service
    FROM
    (
        SELECT
            received_unix_nano, tenant, workload, resource_attributes, is_http, common, protocol_version, request, response,
            bytes_received, bytes_sent,
            common.custom_tags.key AS tag_keys,
            arrayMap(text -> if(text = '-', '', text), common.custom_tags.value) AS tags,
            request.request_headers.value[indexOf(request.request_headers.key, 'traceparent')] AS traceparent,
            if(tags[indexOf(tag_keys, 'trace_id')] = '', substring(traceparent, 4, 32), tags[indexOf(tag_keys, 'trace_id')]) AS traced,
            common.upstream_cluster AS upstream_cluster,
            request.authority AS authority,
            transform(
                if(tags[indexOf(tag_keys, 'direction')] = '', extract(toString(upstream_cluster), '^(?:inbound|outbound)'),
                    tags[indexOf(tag_keys, 'direction')]),
                ['1', 'INBOUND', 'inbound', '2', 'OUTBOUND', 'outbound'],
                ['server', 'server', 'server', 'client', 'client', 'client'], 'unknown') AS reporter,
            arrayStringConcat(common.tls_properties.peer_certificate_properties.subject_alt_name.uri, ',') AS downstream_peer,
            arrayStringConcat(common.tls_properties.local_certificate_properties.subject_alt_name.uri, ',') AS downstream_local,
            tags[indexOf(tag_keys, 'upstream_peer_uri_san')] AS upstream_peer,
            tags[indexOf(tag_keys, 'upstream_local_uri_san')] AS upstream_local,
            common.filter_state_objects.key AS object_keys,
            common.filter_state_objects.value.value AS objects,
            concat(objects[indexOf(object_keys, 'downstream_peer')], objects[indexOf(object_keys, 'downstream_peer_obj')]) AS caller,
            concat(objects[indexOf(object_keys, 'upstream_peer')], objects[indexOf(object_keys, 'upstream_peer_obj')]) AS callee,
            if(tags[indexOf(tag_keys, 'source_service')] NOT IN ('', 'unknown'),
                [tags[indexOf(tag_keys, 'source_service')], tags[indexOf(tag_keys, 'source_namespace')],
                tags[indexOf(tag_keys, 'source_version')]],
                [meshhub_struct_text(caller, 'service'), meshhub_struct_text(caller, 'namespace'),
                meshhub_struct_text(caller, 'revision')]) AS labelled_source,
            if(tags[indexOf(tag_keys, 'destination_canonical_service')] != '',
                [tags[indexOf(tag_keys, 'destination_canonical_service')], tags[indexOf(tag_keys, 'destination_namespace')],
                tags[indexOf(tag_keys, 'destination_version')]],
                [meshhub_struct_text(callee, 'service'), meshhub_struct_text(callee, 'namespace'),
                meshhub_struct_text(callee, 'revision')]) AS labelled_destination,
            common.response_flags AS f,
            toUInt32(f.failed_local_healthcheck != 0) + toUInt32(f.no_healthy_upstream != 0) * 2
                + toUInt32(f.upstream_request_timeout != 0) * 4 + toUInt32(f.local_reset != 0) * 8
                + toUInt32(f.upstream_remote_reset != 0) * 16 + toUInt32(f.upstream_connection_failure != 0) * 32
                + toUInt32(f.upstream_connection_termination != 0) * 64 + toUInt32(f.upstream_overflow != 0) * 128
                + toUInt32(f.no_route_found != 0) * 256 + toUInt32(f.delay_injected != 0) * 512
                + toUInt32(f.fault_injected != 0) * 1024 + toUInt32(f.rate_limited != 0) * 2048
                + toUInt32(f.unauthorized_details.reason != 0) * 4096 + toUInt32(f.rate_limit_service_error != 0) * 8192
                + toUInt32(f.downstream_connection_termination != 0) * 16384
                + toUInt32(f.upstream_retry_limit_exceeded != 0) * 32768 + toUInt32(f.stream_idle_timeout != 0) * 65536
                + toUInt32(f.invalid_envoy_request_headers != 0) * 131072
                + toUInt32(f.downstream_protocol_error != 0) * 262144
                + toUInt32(f.upstream_max_stream_duration_reached != 0) * 524288
                + toUInt32(f.response_from_cache_filter != 0) * 1048576
                + toUInt32(f.no_filter_config_found != 0) * 2097152 + toUInt32(f.duration_timeout != 0) * 4194304
                + toUInt32(f.upstream_protocol_error != 0) * 8388608 + toUInt32(f.no_cluster_found != 0) * 16777216
                + toUInt32(f.overload_manager != 0) * 33554432 + toUInt32(f.dns_resolution_failure != 0) * 67108864
                + toUInt32(f.downstream_remote_reset != 0) * 134217728 AS bits,
            toUInt64(bits) AS flags,
            meshhub_envoy_microseconds(common.time_to_first_upstream_tx_byte) AS sent_upstream,
            meshhub_envoy_microseconds(common.time_to_first_upstream_rx_byte) AS heard_upstream,
            meshhub_envoy_microseconds(common.time_to_last_upstream_rx_byte) AS heard_all,
            meshhub_envoy_microseconds(common.time_to_first_downstream_tx_byte) AS first_sent,
            meshhub_envoy_microseconds(common.time_to_last_downstream_tx_byte) AS last_sent
        FROM envoy_log_entries
    )
)
