-- The requests that services answered (server) or that their callers saw answered (client), step by step: rates, errors,
-- latencies. A step is whole minutes. By operation, that is the route of the proxy, or the method where it has no name.
SELECT
    meshhub_trace_service(toString(request_minutes.destination_service), toString(request_minutes.destination_namespace)) AS service,
    if({by_operation:Bool}, if(request_minutes.route_name IN ('', '-', 'default'), toString(request_minutes.method),
        toString(request_minutes.route_name)), '') AS operation,
    toString(request_minutes.reporter) AS reporter,
    toUnixTimestamp(toStartOfInterval(request_minutes.time, toIntervalSecond({step:UInt32}))) AS start,
    sum(request_minutes.requests) AS requests,
    sumIf(request_minutes.requests, request_minutes.response_code = 0 OR request_minutes.response_code >= 500
        OR request_minutes.grpc_status > 0) AS failed,
    sumMap(request_minutes.duration_buckets) AS duration_buckets
FROM request_minutes
WHERE request_minutes.time >= toStartOfMinute(toDateTime({start:Float64}, 'UTC'))
    AND request_minutes.time < toDateTime({end:Float64}, 'UTC')
    AND toStartOfHour(request_minutes.time) >= toStartOfHour(toDateTime({start:Float64}, 'UTC'))
    AND request_minutes.transport != 'tcp'
    AND request_minutes.reporter IN ('client', 'server')
    AND (has({services:Array(String)}, toString(request_minutes.destination_service))
        OR has({services:Array(String)}, meshhub_trace_service(
            toString(request_minutes.destination_service), toString(request_minutes.destination_namespace))))
GROUP BY service, operation, reporter, start
ORDER BY service, operation, reporter, start
LIMIT {limit:UInt32}
