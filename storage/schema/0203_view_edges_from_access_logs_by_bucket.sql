-- Edges as access logs report them, as before, with their latency in buckets.
DROP VIEW IF EXISTS edges_from_access_logs ${on_cluster};
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_from_access_logs ${on_cluster} TO edges${local} AS
WITH meshhub_workload_name(resource_attributes, instance) AS workload
SELECT
    toStartOfInterval(toDateTime(access_logs.time), INTERVAL 10 SECOND) AS time,
    tenant,
    'access_log' AS signal,
    reporter,
    if(reporter = 'server', '', role) AS source_role,
    source_cluster,
    source_namespace,
    source_service,
    source_version,
    if(reporter = 'server', replaceRegexpOne(attributes['source_workload'], '^(?:unknown|-)$', ''), workload) AS source_workload,
    destination_kind,
    destination_cluster,
    destination_namespace,
    destination_service,
    destination_version,
    if(reporter = 'server', workload, replaceRegexpOne(attributes['destination_workload'], '^(?:unknown|-)$', '')) AS destination_workload,
    transport,
    security,
    response_code,
    grpc_status,
    response_flags,
    anyLast(access_logs.source_principal) AS source_principal,
    anyLast(access_logs.destination_principal) AS destination_principal,
    count() AS requests,
    sum(greatest(request_attempts, 1)) AS attempts,
    sum(access_logs.bytes_sent) AS bytes_sent,
    sum(access_logs.bytes_received) AS bytes_received,
    sum(access_logs.duration_us) AS duration_us_sum,
    sumMap(map(meshhub_latency_bucket(access_logs.duration_us), toUInt64(1))) AS duration_buckets
FROM access_logs${local} AS access_logs
WHERE log_type NOT IN ('DownstreamStart', 'DownstreamPeriodic', 'TcpConnectionStart', 'TcpUpstreamConnected', 'TcpPeriodic',
    'UpstreamPoolReady', 'UpstreamPeriodic', 'UpstreamEnd', 'DownstreamTunnelSuccessfullyEstablished',
    'UdpTunnelUpstreamConnected', 'UdpPeriodic', 'UdpSessionEnd') AND destination_kind != 'local'
GROUP BY ALL
