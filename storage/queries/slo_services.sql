-- Which services were called in a window, as far as their name and namespace are known; most requests first.
SELECT
    toString(destination_service) AS service,
    toString(destination_namespace) AS namespace,
    sum(requests) AS requests,
    countIf(transport != 'tcp') > 0 AS http
FROM request_minutes
WHERE request_minutes.time >= toDateTime({start:UInt32}, 'UTC') AND request_minutes.time < toDateTime({end:UInt32}, 'UTC')
    AND toStartOfHour(request_minutes.time) >= toStartOfHour(toDateTime({start:UInt32}, 'UTC'))
    AND destination_kind = 'service' AND destination_service != ''
GROUP BY destination_service, destination_namespace
ORDER BY requests DESC, service, namespace
LIMIT {limit:UInt32}
