-- Everything that proxies said of some request ids and trace ids (32 hex digits): their own access logs, and those that
-- share a trace with them (a service that drops x-request-id but keeps the trace context still shows). Exact, and reads
-- only the buckets that the indexes name.
WITH
    -- Found once, before the rest of the query is planned; of an id that no end of requests share, a part.
    (
        SELECT (groupUniqArray(10000)(trace_id), groupUniqArray(10000)(bucket))
        FROM
        (
            SELECT trace_id, bucket FROM request_index
            WHERE request_hash IN (SELECT sipHash64(arrayJoin({request_ids:Array(String)})))
            UNION ALL
            SELECT trace_id, bucket FROM trace_index
            WHERE trace_id IN
            (
                SELECT trace_id FROM request_index
                WHERE request_hash IN (SELECT sipHash64(arrayJoin({request_ids:Array(String)})))
                    AND trace_id != toFixedString('', 16)
                UNION ALL
                SELECT meshhub_id16(unhex(arrayJoin({trace_ids:Array(String)})))
            )
        )
    ) AS located
SELECT
    toUnixTimestamp64Nano(access_logs.time) AS time_unix_nano,
    access_logs.log_type AS log_type,
    access_logs.reporter AS reporter,
    access_logs.cluster AS cluster,
    access_logs.namespace AS namespace,
    access_logs.service AS service,
    access_logs.version AS version,
    access_logs.instance AS instance,
    access_logs.role AS role,
    access_logs.source_cluster AS source_cluster,
    access_logs.source_namespace AS source_namespace,
    access_logs.source_service AS source_service,
    access_logs.source_version AS source_version,
    access_logs.source_principal AS source_principal,
    access_logs.destination_kind AS destination_kind,
    access_logs.destination_cluster AS destination_cluster,
    access_logs.destination_namespace AS destination_namespace,
    access_logs.destination_service AS destination_service,
    access_logs.destination_version AS destination_version,
    access_logs.destination_principal AS destination_principal,
    access_logs.request_id AS request_id,
    access_logs.trace_id AS trace_id,
    access_logs.span_id AS span_id,
    access_logs.sampled AS sampled,
    access_logs.method AS method,
    access_logs.authority AS authority,
    access_logs.path AS path,
    access_logs.route_name AS route_name,
    access_logs.protocol AS protocol,
    access_logs.transport AS transport,
    access_logs.user_agent AS user_agent,
    access_logs.response_code AS response_code,
    access_logs.grpc_status AS grpc_status,
    access_logs.response_flags AS response_flags,
    access_logs.response_code_details AS response_code_details,
    access_logs.connection_termination_details AS connection_termination_details,
    access_logs.upstream_transport_failure_reason AS upstream_transport_failure_reason,
    access_logs.request_attempts AS request_attempts,
    access_logs.bytes_received AS bytes_received,
    access_logs.bytes_sent AS bytes_sent,
    access_logs.duration_us AS duration_us,
    access_logs.request_duration_us AS request_duration_us,
    access_logs.upstream_connect_us AS upstream_connect_us,
    access_logs.upstream_handshake_us AS upstream_handshake_us,
    access_logs.upstream_queue_us AS upstream_queue_us,
    access_logs.upstream_first_byte_us AS upstream_first_byte_us,
    access_logs.upstream_response_us AS upstream_response_us,
    access_logs.response_duration_us AS response_duration_us,
    access_logs.upstream_cluster AS upstream_cluster,
    access_logs.upstream_host AS upstream_host,
    access_logs.downstream_remote_address AS downstream_remote_address,
    access_logs.downstream_local_address AS downstream_local_address,
    access_logs.requested_server_name AS requested_server_name,
    access_logs.downstream_tls_version AS downstream_tls_version,
    access_logs.upstream_tls_version AS upstream_tls_version,
    access_logs.security AS security,
    access_logs.attributes AS attributes
FROM access_logs
WHERE toStartOfFiveMinutes(access_logs.time) IN (located.2)
    AND access_logs.trace_id IN (located.1)
    AND (access_logs.request_id IN {request_ids:Array(String)} OR access_logs.trace_id != toFixedString('', 16))
ORDER BY access_logs.time
LIMIT {limit:UInt32}
