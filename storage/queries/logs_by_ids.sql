-- What applications logged for some request ids and trace ids (32 hex digits), or for the traces that those requests are
-- part of, with values cut to so many characters.
WITH
    -- Found once, before the rest of the query is planned; of an id that no end of requests share, a part.
    (
        SELECT (groupUniqArray(10000)(trace_id), groupUniqArray(10000)(bucket))
        FROM
        (
            SELECT trace_id, bucket FROM request_index
            WHERE request_hash IN (SELECT sipHash64(arrayJoin({request_ids:Array(String)})))
            UNION ALL
            SELECT trace_id, bucket FROM trace_index
            WHERE trace_id IN
            (
                SELECT trace_id FROM request_index
                WHERE request_hash IN (SELECT sipHash64(arrayJoin({request_ids:Array(String)})))
                    AND trace_id != toFixedString('', 16)
                UNION ALL
                SELECT meshhub_id16(unhex(arrayJoin({trace_ids:Array(String)})))
            )
        )
    ) AS located
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
WHERE toStartOfFiveMinutes(logs.time) IN (located.2)
    AND logs.trace_id IN (located.1)
    AND (logs.request_id IN {request_ids:Array(String)} OR logs.trace_id != toFixedString('', 16))
ORDER BY logs.time
LIMIT {limit:UInt32}
