-- The instances of a service over a window: what the proxy of each reported, of the requests that it answered
-- (side = own) or of those that it made (side = calls), busiest first.
SELECT
    request_minutes.instance AS instance,
    if({side:String} = 'calls', request_minutes.source_version, request_minutes.destination_version) AS version,
    toUnixTimestamp(max(request_minutes.time)) AS last_minute,
    sumMap([(request_minutes.response_code, request_minutes.grpc_status, toString(request_minutes.response_flags),
        request_minutes.transport = 'tcp')], [request_minutes.requests]) AS outcomes,
    sum(request_minutes.duration_us_sum) AS duration_us_sum,
    sumMap(request_minutes.duration_buckets) AS duration_buckets
FROM request_minutes
WHERE request_minutes.time >= toStartOfMinute(toDateTime({start:Float64}, 'UTC'))
    AND request_minutes.time < toDateTime({end:Float64}, 'UTC')
    AND toStartOfHour(request_minutes.time) >= toStartOfHour(toDateTime({start:Float64}, 'UTC'))
    AND if({side:String} = 'own', request_minutes.reporter = 'server', request_minutes.reporter != 'server')
    AND ({side:String} = 'calls' OR request_minutes.destination_service IN {services:Array(String)})
    AND if({side:String} = 'calls',
        (request_minutes.source_cluster, request_minutes.source_namespace, request_minutes.source_service)
            IN {sources:Array(Tuple(String, String, String))},
        (request_minutes.destination_kind = 'external', request_minutes.destination_cluster, request_minutes.destination_namespace,
            request_minutes.destination_service) IN {destinations:Array(Tuple(UInt8, String, String, String))})
    AND request_minutes.destination_kind != 'local'
GROUP BY instance, version
ORDER BY sum(request_minutes.requests) DESC, instance, version
LIMIT {limit:UInt32}
