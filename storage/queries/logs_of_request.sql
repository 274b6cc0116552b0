-- What applications logged for one request id or for the traces that it is part of.
WITH
    located AS
    (
        SELECT trace_id, bucket FROM request_index WHERE request_hash = sipHash64({request_id:String})
    ),
    buckets AS
    (
        SELECT bucket FROM located
        UNION DISTINCT
        SELECT bucket FROM trace_index
        WHERE trace_id IN (SELECT trace_id FROM located WHERE trace_id != toFixedString('', 16))
    )
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
WHERE toStartOfFiveMinutes(logs.time) IN (SELECT bucket FROM buckets)
    AND logs.trace_id IN (SELECT trace_id FROM located)
    AND (logs.request_id = {request_id:String} OR logs.trace_id != toFixedString('', 16))
ORDER BY logs.time
LIMIT {limit:UInt32}
