-- Everything that proxies said of some requests and traces (32 hex digits), where lookup_requests and lookup_traces found
-- them: exact, and a few granules are read. Of rows without a trace, which lie by time alone, those of the request ids.
SELECT
    ${columns:access_log}
FROM access_logs
PREWHERE toStartOfFiveMinutes(time) IN {buckets:Array(DateTime('UTC'))}
    AND trace_id IN (SELECT meshhub_id16(unhex(arrayJoin({traces:Array(String)}))))
    AND (trace_id != toFixedString('', 16) OR (request_id IN {request_ids:Array(String)}
        AND time >= fromUnixTimestamp64Nano({untraced_start:Int64}, 'UTC')
        AND time < fromUnixTimestamp64Nano({untraced_end:Int64}, 'UTC')))
ORDER BY time
LIMIT {limit:UInt32}
