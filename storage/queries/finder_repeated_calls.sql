-- Which services make the same call over and over for one request (N+1): per call relation, method and path without its
-- variable parts, the requests in which it was made at least so many times, and how often then.
SELECT
    source_cluster,
    source_namespace,
    source_service,
    destination_cluster,
    destination_namespace,
    destination_service,
    method,
    template,
    count() AS requests,
    sum(calls) AS calls,
    max(most) AS most,
    sum(busy_us) AS busy_us,
    sum(covered_us) AS covered_us,
    groupArray(3)(request_id) AS examples
FROM
(
    SELECT
        logs.source_cluster AS source_cluster,
        logs.source_namespace AS source_namespace,
        logs.source_service AS source_service,
        logs.destination_cluster AS destination_cluster,
        logs.destination_namespace AS destination_namespace,
        logs.destination_service AS destination_service,
        logs.method AS method,
        replaceRegexpAll(cutQueryString(logs.path), '/([0-9]+|[0-9A-Fa-f-]{8,})(/|$)', '/*\\2') AS template,
        logs.request_id AS request_id,
        count() AS calls,
        count() AS most,
        sum(logs.duration_us) AS busy_us,
        intervalLengthSum(toUnixTimestamp64Micro(logs.time), toUnixTimestamp64Micro(logs.time) + toInt64(logs.duration_us))
            AS covered_us
    FROM access_logs AS logs
    WHERE logs.reporter = 'client' AND logs.transport != 'tcp' AND logs.request_id != ''
        AND sipHash64(logs.request_id) % {one_of:UInt32} = 0
        AND logs.time >= toDateTime64({start:Float64}, 9, 'UTC')
        AND logs.time < toDateTime64({end:Float64}, 9, 'UTC')
        AND toStartOfFiveMinutes(logs.time) >= toStartOfFiveMinutes(toDateTime({start:Float64}, 'UTC'))
    GROUP BY ALL
    HAVING calls >= {repeats:UInt32}
)
GROUP BY
    source_cluster, source_namespace, source_service, destination_cluster, destination_namespace, destination_service,
    method, template
ORDER BY calls DESC
LIMIT {limit:UInt32}
