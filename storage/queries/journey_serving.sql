-- What instances were serving at some moments ((instance, nanosecond), all within [start, end)): the requests that may have
-- caused a call whose ids no request has. Requests that began up to a minute before are found.
SELECT
    access_logs.instance AS instance,
    access_logs.request_id AS request_id,
    access_logs.trace_id AS trace_id,
    toUnixTimestamp64Nano(access_logs.time) AS time_unix_nano,
    toUInt64(0) AS candidates
FROM access_logs
WHERE access_logs.reporter = 'server' AND access_logs.transport != 'tcp'
    AND access_logs.instance IN {instances:Array(String)}
    AND access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') - INTERVAL 1 MINUTE
    AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND arrayExists(
        each -> each.1 = access_logs.instance AND toUnixTimestamp64Nano(access_logs.time) <= each.2
            AND each.2 <= toUnixTimestamp64Nano(access_logs.time) + toInt64(least(access_logs.duration_us, 60000000)) * 1000,
        {moments:Array(Tuple(String, Int64))})
    AND access_logs.request_id != '' AND access_logs.request_id NOT IN {request_ids:Array(String)}
ORDER BY access_logs.time, access_logs.request_id
LIMIT {limit:UInt32}
