-- What applications logged for some requests and traces (32 hex digits), where lookup_requests and lookup_traces found them,
-- with values cut to so many characters.
SELECT
    toUnixTimestamp64Nano(logs.time) AS time_unix_nano,
    logs.cluster AS cluster,
    logs.namespace AS namespace,
    logs.service AS service,
    logs.version AS version,
    logs.instance AS instance,
    logs.severity_number AS severity_number,
    logs.severity_text AS severity_text,
    logs.event_name AS event_name,
    leftUTF8(logs.body, {value_length:UInt32}) AS body,
    logs.trace_id AS trace_id,
    logs.span_id AS span_id,
    logs.request_id AS request_id,
    logs.scope_name AS scope_name,
    mapApply((key, value) -> (key, leftUTF8(value, {value_length:UInt32})), logs.attributes) AS attributes
FROM logs
WHERE toStartOfFiveMinutes(logs.time) IN {buckets:Array(DateTime('UTC'))}
    AND logs.trace_id IN (SELECT meshhub_id16(unhex(arrayJoin({traces:Array(String)}))))
    AND (logs.trace_id != toFixedString('', 16) OR (logs.request_id IN {request_ids:Array(String)}
        AND logs.time >= fromUnixTimestamp64Nano({untraced_start:Int64}, 'UTC')
        AND logs.time < fromUnixTimestamp64Nano({untraced_end:Int64}, 'UTC')))
ORDER BY logs.time
LIMIT {limit:UInt32}
