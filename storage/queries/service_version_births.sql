-- The first minute of each version of a service in all that is stored up to the end of a window, as one side reported it
-- (see service_routes). Says since when a version is there, not only since when the window is.
SELECT
    if({side:String} = 'calls', request_minutes.source_version, request_minutes.destination_version) AS version,
    toUnixTimestamp(min(request_minutes.time)) AS first_minute
FROM request_minutes
WHERE request_minutes.time < toDateTime({end:Float64}, 'UTC')
    AND if({side:String} = 'own', request_minutes.reporter = 'server', request_minutes.reporter != 'server')
    AND ({side:String} = 'calls' OR request_minutes.destination_service IN {services:Array(String)})
    AND if({side:String} = 'calls',
        (request_minutes.source_cluster, request_minutes.source_namespace, request_minutes.source_service)
            IN {sources:Array(Tuple(String, String, String))},
        (request_minutes.destination_kind = 'external', request_minutes.destination_cluster, request_minutes.destination_namespace,
            request_minutes.destination_service) IN {destinations:Array(Tuple(UInt8, String, String, String))})
    AND request_minutes.destination_kind != 'local'
GROUP BY version
ORDER BY first_minute, version
LIMIT {limit:UInt32}
