-- Everything that proxies said of some requests and traces (32 hex digits), where lookup_requests and lookup_traces found
-- them: exact, and a few granules are read. Of rows without a trace, which lie by time alone, those of the request ids.
SELECT
    ${columns:access_log}
FROM access_logs
WHERE toStartOfFiveMinutes(access_logs.time) IN {buckets:Array(DateTime('UTC'))}
    AND access_logs.trace_id IN (SELECT meshhub_id16(unhex(arrayJoin({traces:Array(String)}))))
    AND (access_logs.trace_id != toFixedString('', 16) OR (access_logs.request_id IN {request_ids:Array(String)}
        AND access_logs.time >= fromUnixTimestamp64Nano({untraced_start:Int64}, 'UTC')
        AND access_logs.time < fromUnixTimestamp64Nano({untraced_end:Int64}, 'UTC')))
ORDER BY access_logs.time
LIMIT {limit:UInt32}
