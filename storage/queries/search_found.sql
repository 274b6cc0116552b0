-- Which of some requests have a span or an access log in a window that matches: their trace ids; for those that have none, their
-- request ids.
SELECT DISTINCT trace_id, request_id
FROM
(
        SELECT spans.trace_id AS trace_id, '' AS request_id
        FROM spans
        WHERE spans.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND spans.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
            AND spans.trace_id != toFixedString('', 16) AND ${among_spans} AND ${spans}
    UNION ALL
        SELECT
            access_logs.trace_id AS trace_id,
            if(access_logs.trace_id = toFixedString('', 16), access_logs.request_id, '') AS request_id
        FROM access_logs
        WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
            AND (access_logs.trace_id != toFixedString('', 16) OR access_logs.request_id != '') AND ${among_logs} AND ${logs}
)
LIMIT {limit:UInt32}
