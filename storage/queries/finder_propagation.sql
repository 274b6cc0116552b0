-- Which services lose the request id or the trace on the way through: per service, its calls that began while one of its
-- proxies served a request (so a request could have caused them), and how many of them carry an id that none of the
-- requests served there had. Calls of gateways are left out: requests begin there.
SELECT
    calls.cluster AS cluster,
    calls.namespace AS namespace,
    calls.service AS service,
    count() AS calls,
    countIf((calls.instance, calls.request_id) NOT IN (
        SELECT access_logs.instance, access_logs.request_id
        FROM access_logs
        WHERE access_logs.reporter = 'server' AND access_logs.request_id != ''
            AND access_logs.time >= toDateTime64({start:Float64} - 60, 9, 'UTC')
            AND access_logs.time < toDateTime64({end:Float64}, 9, 'UTC')
            AND toStartOfFiveMinutes(access_logs.time) >= toStartOfFiveMinutes(toDateTime({start:Float64} - 60, 'UTC'))
    )) AS lost_request_ids,
    countIf(calls.trace_id != toFixedString('', 16)) AS traced_calls,
    countIf(calls.trace_id != toFixedString('', 16) AND (calls.instance, calls.trace_id) NOT IN (
        SELECT access_logs.instance, access_logs.trace_id
        FROM access_logs
        WHERE access_logs.reporter = 'server' AND access_logs.trace_id != toFixedString('', 16)
            AND access_logs.time >= toDateTime64({start:Float64} - 60, 9, 'UTC')
            AND access_logs.time < toDateTime64({end:Float64}, 9, 'UTC')
            AND toStartOfFiveMinutes(access_logs.time) >= toStartOfFiveMinutes(toDateTime({start:Float64} - 60, 'UTC'))
    )) AS lost_traces,
    groupUniqArray(3)(calls.request_id) AS examples
FROM
(
    SELECT
        access_logs.cluster, access_logs.namespace, access_logs.service, access_logs.instance, access_logs.time,
        access_logs.request_id, access_logs.trace_id
    FROM access_logs
    WHERE access_logs.reporter = 'client' AND access_logs.role != 'gateway' AND access_logs.transport != 'tcp'
        AND access_logs.request_id != ''
        AND access_logs.time >= toDateTime64({start:Float64}, 9, 'UTC')
        AND access_logs.time < toDateTime64({end:Float64}, 9, 'UTC')
        AND toStartOfFiveMinutes(access_logs.time) >= toStartOfFiveMinutes(toDateTime({start:Float64}, 'UTC'))
) AS calls
ASOF INNER JOIN
(
    SELECT access_logs.instance, access_logs.time, access_logs.time + toIntervalMicrosecond(access_logs.duration_us) AS ended
    FROM access_logs
    WHERE access_logs.reporter = 'server' AND access_logs.transport != 'tcp'
        AND access_logs.time >= toDateTime64({start:Float64} - 60, 9, 'UTC')
        AND access_logs.time < toDateTime64({end:Float64}, 9, 'UTC')
        AND toStartOfFiveMinutes(access_logs.time) >= toStartOfFiveMinutes(toDateTime({start:Float64} - 60, 'UTC'))
) AS served ON calls.instance = served.instance AND calls.time >= served.time
WHERE served.ended >= calls.time
GROUP BY calls.cluster, calls.namespace, calls.service
HAVING lost_request_ids > 0 OR lost_traces > 0
ORDER BY lost_request_ids + lost_traces DESC
LIMIT {limit:UInt32}
