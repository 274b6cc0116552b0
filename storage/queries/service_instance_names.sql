-- The proxies that reported of each service, by its own name, in a window.
SELECT
    if(request_minutes.reporter = 'server', request_minutes.destination_cluster, request_minutes.source_cluster) AS cluster,
    if(request_minutes.reporter = 'server', request_minutes.destination_namespace, request_minutes.source_namespace)
        AS namespace,
    if(request_minutes.reporter = 'server', request_minutes.destination_service, request_minutes.source_service) AS service,
    arraySort(groupUniqArrayIf(10000)(toString(request_minutes.instance), request_minutes.instance != '')) AS instances
FROM request_minutes
WHERE request_minutes.time >= toStartOfMinute(toDateTime({start:Float64}, 'UTC'))
    AND request_minutes.time < toDateTime({end:Float64}, 'UTC')
    AND toStartOfHour(request_minutes.time) >= toStartOfHour(toDateTime({start:Float64}, 'UTC'))
GROUP BY cluster, namespace, service
LIMIT {limit:UInt32}
