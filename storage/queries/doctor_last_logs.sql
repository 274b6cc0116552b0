-- When each proxy that sent access logs in the time looked back on last did: the minute of the newest request.
SELECT
    if(request_minutes.reporter = 'server', request_minutes.destination_cluster, request_minutes.source_cluster) AS cluster,
    if(request_minutes.reporter = 'server', request_minutes.destination_namespace, request_minutes.source_namespace) AS namespace,
    if(request_minutes.reporter = 'server', request_minutes.destination_service, request_minutes.source_service) AS service,
    request_minutes.instance AS instance,
    sum(request_minutes.requests) AS requests,
    toUnixTimestamp(max(request_minutes.time)) AS last_minute
FROM request_minutes
WHERE request_minutes.time >= toDateTime({since:Float64}, 'UTC') AND request_minutes.time < toDateTime({end:Float64}, 'UTC')
    AND toStartOfHour(request_minutes.time) >= toStartOfHour(toDateTime({since:Float64}, 'UTC'))
    AND request_minutes.instance != ''
GROUP BY cluster, namespace, service, instance
ORDER BY last_minute DESC, cluster, namespace, service, instance
LIMIT {limit:UInt32}
