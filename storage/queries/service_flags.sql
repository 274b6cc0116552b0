-- The response flags of a service over a window by step, as one side reported them (see service_routes). A request may have
-- several flags; those without any are not here.
SELECT
    intDiv(toUnixTimestamp(request_minutes.time), {step:UInt32}) * {step:UInt32} AS second,
    arrayJoin(splitByChar(',', toString(request_minutes.response_flags))) AS flag,
    sum(request_minutes.requests) AS requests
FROM request_minutes
WHERE request_minutes.response_flags != ''
    AND request_minutes.time >= toStartOfMinute(toDateTime({start:Float64}, 'UTC'))
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
GROUP BY second, flag
ORDER BY second, flag
LIMIT {limit:UInt32}
