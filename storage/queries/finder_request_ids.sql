-- Who brings request ids into the mesh that are not UUIDs: per proxy that called with such an id and did not itself serve
-- a request that had it, how many, and how many of those were traced. Envoy reads its sampling decision from the UUID.
SELECT
    brought.cluster AS cluster,
    brought.namespace AS namespace,
    brought.service AS service,
    any(brought.role) AS role,
    count() AS requests,
    countIf(brought.sampled = 'yes') AS sampled,
    groupUniqArray(3)(substring(brought.request_id, 1, 256)) AS examples
FROM access_logs AS brought
WHERE brought.reporter = 'client' AND brought.request_id != ''
    AND NOT match(brought.request_id, '^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$')
    AND sipHash64(brought.request_id) % {one_of:UInt32} = 0
    AND brought.time >= toDateTime64({start:Float64}, 9, 'UTC')
    AND brought.time < toDateTime64({end:Float64}, 9, 'UTC')
    AND toStartOfFiveMinutes(brought.time) >= toStartOfFiveMinutes(toDateTime({start:Float64}, 'UTC'))
    AND (brought.instance, brought.request_id) NOT IN (
        SELECT access_logs.instance, access_logs.request_id
        FROM access_logs
        WHERE access_logs.reporter = 'server' AND access_logs.request_id != ''
            AND sipHash64(access_logs.request_id) % {one_of:UInt32} = 0
            AND access_logs.time >= toDateTime64({start:Float64} - 60, 9, 'UTC')
            AND access_logs.time < toDateTime64({end:Float64}, 9, 'UTC')
            AND toStartOfFiveMinutes(access_logs.time) >= toStartOfFiveMinutes(toDateTime({start:Float64} - 60, 'UTC')))
GROUP BY brought.cluster, brought.namespace, brought.service
ORDER BY requests DESC
LIMIT {limit:UInt32}
