-- Requests that were bad for one SLO, the newest first: examples to look at. Reads the access logs of a bounded time.
-- The parameters are those of slo_counts_fine, for one SLO.
WITH slos AS
(
    SELECT
        row.1 AS slo, row.2 AS key, row.3 AS source_service, row.4 AS source_namespace, row.5 AS source_cluster,
        row.6 AS destination_service, row.7 AS destination_namespace, row.8 AS destination_cluster, row.9 AS route,
        row.10 AS client_view, row.11 AS status_below, row.12 AS bad_flags, row.13 AS ignored_flags,
        row.14 AS bad_grpc, row.15 AS kind, row.16 AS slow_bucket
    FROM
    (
        SELECT arrayJoin(arrayZip(
            {slos:Array(UInt32)}, {keys:Array(String)},
            {source_services:Array(String)}, {source_namespaces:Array(String)}, {source_clusters:Array(String)},
            {destination_services:Array(String)}, {destination_namespaces:Array(String)},
            {destination_clusters:Array(String)}, {routes:Array(String)}, {client_views:Array(UInt8)},
            {statuses_below:Array(UInt16)}, {bad_flags:Array(Array(String))}, {ignored_flags:Array(Array(String))},
            {bad_grpc:Array(Array(Int8))}, {kinds:Array(UInt8)}, {slow_buckets:Array(UInt16)})) AS row
    )
)
SELECT
    access_logs.request_id AS request_id,
    lower(hex(access_logs.trace_id)) AS trace,
    toUnixTimestamp64Milli(access_logs.time) AS time_unix_milli,
    access_logs.duration_us AS duration_us,
    access_logs.response_code AS response_code,
    access_logs.grpc_status AS grpc_status,
    toString(access_logs.response_flags) AS response_flags,
    toString(access_logs.method) AS method,
    access_logs.path AS path
FROM access_logs
INNER JOIN slos ON access_logs.{key:Identifier} = slos.key
WHERE access_logs.time >= toDateTime64({start:UInt32}, 9, 'UTC') AND access_logs.time < toDateTime64({end:UInt32}, 9, 'UTC')
    AND toStartOfFiveMinutes(access_logs.time) >= toStartOfFiveMinutes(toDateTime({start:UInt32}, 'UTC'))
    AND access_logs.log_type NOT IN ('DownstreamStart', 'DownstreamPeriodic', 'TcpConnectionStart',
        'TcpUpstreamConnected', 'TcpPeriodic', 'UpstreamPoolReady', 'UpstreamPeriodic', 'UpstreamEnd',
        'DownstreamTunnelSuccessfullyEstablished', 'UdpTunnelUpstreamConnected', 'UdpPeriodic',
        'UdpSessionEnd')
    AND access_logs.{key:Identifier} IN ({keys:Array(String)})
    AND access_logs.destination_kind != 'local'
    AND access_logs.request_id != ''
    AND (slos.source_service = '' OR access_logs.source_service = slos.source_service)
    AND (slos.source_namespace = '' OR access_logs.source_namespace = slos.source_namespace)
    AND (slos.source_cluster = '' OR slos.source_cluster =
        if(access_logs.source_cluster = '', access_logs.destination_cluster, access_logs.source_cluster))
    AND (slos.destination_service = '' OR access_logs.destination_service = slos.destination_service)
    AND (slos.destination_namespace = '' OR access_logs.destination_namespace = slos.destination_namespace)
    AND (slos.destination_cluster = '' OR slos.destination_cluster =
        if(access_logs.destination_cluster = '', access_logs.source_cluster, access_logs.destination_cluster))
    AND (slos.route = '' OR access_logs.route_name = slos.route)
    AND NOT hasAny(splitByChar(',', toString(access_logs.response_flags)), slos.ignored_flags)
    AND if(meshhub_slo_failed(access_logs.transport, access_logs.response_code, access_logs.grpc_status,
            splitByChar(',', toString(access_logs.response_flags)), slos.status_below, slos.bad_flags, slos.bad_grpc),
        slos.kind != 1, slos.kind != 0 AND meshhub_duration_bucket(access_logs.duration_us) >= slos.slow_bucket)
ORDER BY access_logs.time DESC, request_id
LIMIT 1 BY request_id
LIMIT {limit:UInt32}
