-- One access log by what tells it apart: its time (Unix nanoseconds), trace id (32 hex digits) and hash.
SELECT
    ${columns:access_log}
FROM access_logs
WHERE toStartOfFiveMinutes(access_logs.time) = toStartOfFiveMinutes(fromUnixTimestamp64Nano({time:Int64}, 'UTC'))
    AND access_logs.trace_id = meshhub_id16(unhex({trace_id:String}))
    AND access_logs.time = fromUnixTimestamp64Nano({time:Int64}, 'UTC')
    AND ${hash} = {hash:UInt64}
LIMIT 1
