-- The slowest requests of a service in a window, as one side reported them (see service_routes); no TCP connections.
SELECT
    toUnixTimestamp64Nano(access_logs.time) AS time_unix_nano,
    toString(access_logs.reporter) AS reporter,
    access_logs.source_service AS source_service,
    access_logs.destination_service AS destination_service,
    access_logs.instance AS instance,
    access_logs.request_id AS request_id,
    access_logs.trace_id AS trace_id,
    access_logs.method AS method,
    access_logs.path AS path,
    toString(access_logs.transport) AS transport,
    access_logs.response_code AS response_code,
    access_logs.grpc_status AS grpc_status,
    access_logs.response_flags AS response_flags,
    access_logs.duration_us AS duration_us
FROM access_logs
WHERE access_logs.time >= toDateTime64({start:Float64}, 9, 'UTC') AND access_logs.time < toDateTime64({end:Float64}, 9, 'UTC')
    AND toStartOfFiveMinutes(access_logs.time) >= toStartOfFiveMinutes(toDateTime({start:Float64}, 'UTC'))
    AND access_logs.transport != 'tcp'
    AND if({side:String} = 'own', access_logs.reporter = 'server', access_logs.reporter != 'server')
    AND ({side:String} = 'calls' OR access_logs.destination_service IN {services:Array(String)})
    AND if({side:String} = 'calls',
        (access_logs.source_cluster, access_logs.source_namespace, access_logs.source_service)
            IN {sources:Array(Tuple(String, String, String))},
        (access_logs.destination_kind = 'external', access_logs.destination_cluster, access_logs.destination_namespace,
            access_logs.destination_service) IN {destinations:Array(Tuple(UInt8, String, String, String))})
    AND access_logs.destination_kind != 'local'
    AND access_logs.log_type NOT IN ('DownstreamStart', 'DownstreamPeriodic', 'TcpConnectionStart', 'TcpUpstreamConnected',
        'TcpPeriodic', 'UpstreamPoolReady', 'UpstreamPeriodic', 'UpstreamEnd',
        'DownstreamTunnelSuccessfullyEstablished', 'UdpTunnelUpstreamConnected', 'UdpPeriodic', 'UdpSessionEnd')
ORDER BY access_logs.duration_us DESC, access_logs.time DESC
LIMIT {limit:UInt32}
