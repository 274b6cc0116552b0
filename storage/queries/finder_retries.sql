-- Which call relations try again so often that they make load: per relation, as its callers saw it, requests, attempts,
-- and how many requests failed all the same.
SELECT
    source_cluster,
    source_namespace,
    source_service,
    destination_cluster,
    destination_namespace,
    destination_service,
    sum(request_minutes.requests) AS requests,
    sum(request_minutes.attempts) AS attempts,
    sumIf(request_minutes.requests, response_code = 0 OR response_code >= 500 OR grpc_status IN (2, 4, 8, 13, 14)) AS failed
FROM request_minutes
WHERE reporter = 'client' AND transport != 'tcp'
    AND request_minutes.time >= toStartOfMinute(toDateTime({start:Float64}, 'UTC'))
    AND request_minutes.time < toDateTime({end:Float64}, 'UTC')
    AND toStartOfHour(request_minutes.time) >= toStartOfHour(toDateTime({start:Float64}, 'UTC'))
GROUP BY
    source_cluster, source_namespace, source_service, destination_cluster, destination_namespace, destination_service
HAVING attempts > requests
ORDER BY attempts - requests DESC
LIMIT {limit:UInt32}
