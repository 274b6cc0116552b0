-- What applications logged for some requests and traces (32 hex digits), where lookup_requests and lookup_traces found them,
-- with values cut to so many characters.
SELECT
    toUnixTimestamp64Nano(time) AS time_unix_nano,
    cluster,
    namespace,
    service,
    version,
    instance,
    severity_number,
    severity_text,
    event_name,
    leftUTF8(logs.body, {value_length:UInt32}) AS body,
    trace_id,
    span_id,
    request_id,
    scope_name,
    mapApply((key, value) -> (key, leftUTF8(value, {value_length:UInt32})), logs.attributes) AS attributes
FROM logs
PREWHERE toStartOfFiveMinutes(time) IN {buckets:Array(DateTime('UTC'))}
    AND trace_id IN (SELECT meshhub_id16(unhex(arrayJoin({traces:Array(String)}))))
    AND (trace_id != toFixedString('', 16) OR (request_id IN {request_ids:Array(String)}
        AND time >= fromUnixTimestamp64Nano({untraced_start:Int64}, 'UTC')
        AND time < fromUnixTimestamp64Nano({untraced_end:Int64}, 'UTC')))
ORDER BY time
LIMIT {limit:UInt32}
