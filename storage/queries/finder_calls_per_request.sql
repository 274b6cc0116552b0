-- How many calls each service makes for each request that it serves: per call relation the caller's requests to it, and
-- the requests that the caller's own proxies served.
SELECT
    calls.source_cluster AS source_cluster,
    calls.source_namespace AS source_namespace,
    calls.source_service AS source_service,
    calls.destination_cluster AS destination_cluster,
    calls.destination_namespace AS destination_namespace,
    calls.destination_service AS destination_service,
    calls.requests AS calls,
    served.requests AS served
FROM
(
    SELECT
        source_cluster, source_namespace, source_service, destination_cluster, destination_namespace, destination_service,
        sum(request_minutes.requests) AS requests
    FROM request_minutes
    WHERE reporter = 'client' AND transport != 'tcp'
        AND request_minutes.time >= toStartOfMinute(toDateTime({start:Float64}, 'UTC'))
        AND request_minutes.time < toDateTime({end:Float64}, 'UTC')
        AND toStartOfHour(request_minutes.time) >= toStartOfHour(toDateTime({start:Float64}, 'UTC'))
    GROUP BY ALL
) AS calls
INNER JOIN
(
    SELECT
        destination_cluster, destination_namespace, destination_service, sum(request_minutes.requests) AS requests
    FROM request_minutes
    WHERE reporter = 'server' AND transport != 'tcp'
        AND request_minutes.time >= toStartOfMinute(toDateTime({start:Float64}, 'UTC'))
        AND request_minutes.time < toDateTime({end:Float64}, 'UTC')
        AND toStartOfHour(request_minutes.time) >= toStartOfHour(toDateTime({start:Float64}, 'UTC'))
    GROUP BY ALL
) AS served ON served.destination_service = calls.source_service
    AND served.destination_namespace = calls.source_namespace
    AND served.destination_cluster = calls.source_cluster
ORDER BY calls / greatest(served, 1) DESC
LIMIT {limit:UInt32}
