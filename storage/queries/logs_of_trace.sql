-- All log records of one trace id (32 hex digits).
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
    logs.body AS body,
    logs.trace_id AS trace_id,
    logs.span_id AS span_id,
    logs.request_id AS request_id,
    logs.scope_name AS scope_name,
    logs.attributes AS attributes
FROM logs
WHERE toStartOfFiveMinutes(logs.time) IN
    (SELECT bucket FROM trace_index WHERE trace_id = meshhub_id16(unhex({trace_id:String})))
    AND logs.trace_id = meshhub_id16(unhex({trace_id:String}))
ORDER BY logs.time
LIMIT {limit:UInt32}
