-- Where a path may go on that ids have lost: calls that an instance began while it served a request of this journey, and
-- whose ids none of the requests has that this instance served up to then (a minute back); with how many requests it
-- served at that moment. Windows are (instance, first, last nanosecond) and lie within [start, end).
SELECT
    calls.instance AS instance,
    calls.request_id AS request_id,
    calls.trace_id AS trace_id,
    toUnixTimestamp64Nano(calls.time) AS time_unix_nano,
    uniqExact(served.time, served.span_id, served.request_id) AS candidates
FROM
(
    SELECT access_logs.instance, access_logs.request_id, access_logs.trace_id, access_logs.time
    FROM access_logs
    WHERE access_logs.reporter = 'client' AND access_logs.role != 'gateway' AND access_logs.transport != 'tcp'
        AND access_logs.request_id != '' AND access_logs.instance IN {instances:Array(String)}
        AND access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC')
        AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
        AND arrayExists(
            each -> each.1 = access_logs.instance AND each.2 <= toUnixTimestamp64Nano(access_logs.time)
                AND toUnixTimestamp64Nano(access_logs.time) <= each.3,
            {windows:Array(Tuple(String, Int64, Int64))})
        AND access_logs.request_id NOT IN {request_ids:Array(String)}
        AND (access_logs.instance, access_logs.request_id) NOT IN (
            SELECT access_logs.instance, access_logs.request_id
            FROM access_logs
            WHERE access_logs.reporter = 'server' AND access_logs.instance IN {instances:Array(String)}
                AND access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') - INTERVAL 1 MINUTE
                AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC'))
        AND (access_logs.trace_id = toFixedString('', 16) OR (access_logs.instance, access_logs.trace_id) NOT IN (
            SELECT access_logs.instance, access_logs.trace_id
            FROM access_logs
            WHERE access_logs.reporter = 'server' AND access_logs.instance IN {instances:Array(String)}
                AND access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') - INTERVAL 1 MINUTE
                AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')))
    ORDER BY access_logs.time
    LIMIT {limit:UInt32}
) AS calls
INNER JOIN
(
    SELECT
        access_logs.instance, access_logs.time, access_logs.span_id, access_logs.request_id,
        access_logs.time + toIntervalMicrosecond(least(access_logs.duration_us, 60000000)) AS ended
    FROM access_logs
    WHERE access_logs.reporter = 'server' AND access_logs.transport != 'tcp'
        AND access_logs.instance IN {instances:Array(String)}
        AND access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') - INTERVAL 1 MINUTE
        AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
) AS served ON calls.instance = served.instance
WHERE served.time <= calls.time AND served.ended >= calls.time
GROUP BY instance, request_id, trace_id, calls.time
ORDER BY calls.time, request_id
