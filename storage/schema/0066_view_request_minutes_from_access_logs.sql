-- Every request counted per minute, from the last entry of each in the access logs.
CREATE MATERIALIZED VIEW IF NOT EXISTS request_minutes_from_access_logs ${on_cluster} TO request_minutes${local} AS
SELECT
    toStartOfMinute(toDateTime(access_logs.time)) AS time,
    tenant,
    reporter,
    role,
    instance,
    source_cluster,
    source_namespace,
    source_service,
    source_version,
    destination_kind,
    destination_cluster,
    destination_namespace,
    destination_service,
    destination_version,
    transport,
    security,
    method,
    route_name,
    response_code,
    grpc_status,
    response_flags,
    response_code_details,
    count() AS requests,
    sum(greatest(request_attempts, 1)) AS attempts,
    sum(access_logs.bytes_sent) AS bytes_sent,
    sum(access_logs.bytes_received) AS bytes_received,
    sum(access_logs.duration_us) AS duration_us_sum,
    sumMap(map(meshhub_duration_bucket(access_logs.duration_us), toUInt64(1))) AS duration_buckets
FROM access_logs${local} AS access_logs
WHERE log_type NOT IN ('DownstreamStart', 'DownstreamPeriodic', 'TcpConnectionStart', 'TcpUpstreamConnected', 'TcpPeriodic',
    'UpstreamPoolReady', 'UpstreamPeriodic', 'UpstreamEnd', 'DownstreamTunnelSuccessfullyEstablished',
    'UdpTunnelUpstreamConnected', 'UdpPeriodic', 'UdpSessionEnd')
GROUP BY ALL
