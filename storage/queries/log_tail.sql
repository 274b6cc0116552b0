-- Access logs that the hub took within some seconds (the first excluded, the last included), newest first. What began
-- more than an hour earlier is left out, so that little has to be read.
SELECT
    concat(toString(toUnixTimestamp64Nano(access_logs.time)), '-', lower(hex(access_logs.trace_id)), '-',
        lower(hex(${hash}))) AS id,
    toUnixTimestamp64Nano(access_logs.time) AS time_unix_nano,
    toUnixTimestamp(access_logs.received) AS received,
    access_logs.reporter AS reporter,
    access_logs.service AS service,
    access_logs.namespace AS namespace,
    access_logs.instance AS instance,
    access_logs.source_service AS source_service,
    access_logs.source_namespace AS source_namespace,
    access_logs.source_version AS source_version,
    access_logs.destination_kind AS destination_kind,
    access_logs.destination_service AS destination_service,
    access_logs.destination_namespace AS destination_namespace,
    access_logs.destination_version AS destination_version,
    access_logs.method AS method,
    substringUTF8(access_logs.authority, 1, 300) AS authority,
    substringUTF8(access_logs.path, 1, 300) AS path,
    substringUTF8(access_logs.route_name, 1, 300) AS route_name,
    access_logs.protocol AS protocol,
    access_logs.transport AS transport,
    access_logs.response_code AS response_code,
    access_logs.grpc_status AS grpc_status,
    access_logs.response_flags AS response_flags,
    substringUTF8(access_logs.response_code_details, 1, 300) AS response_code_details,
    access_logs.request_attempts AS request_attempts,
    access_logs.bytes_received AS bytes_received,
    access_logs.bytes_sent AS bytes_sent,
    access_logs.duration_us AS duration_us,
    access_logs.upstream_host AS upstream_host,
    access_logs.security AS security,
    access_logs.sampled AS sampled,
    substringUTF8(access_logs.request_id, 1, 300) AS request_id,
    access_logs.trace_id AS trace_id
FROM access_logs
WHERE access_logs.received > toDateTime({after:UInt32}, 'UTC') AND access_logs.received <= toDateTime({until:UInt32}, 'UTC')
    AND access_logs.time > toDateTime({after:UInt32}, 'UTC') - INTERVAL 1 HOUR
    AND ${final} AND ${where}
ORDER BY access_logs.received DESC, access_logs.time DESC
LIMIT {limit:UInt32}
