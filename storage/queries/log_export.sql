-- Access logs of a window that match, with every column, newest first.
SELECT
    time,
    * EXCEPT (time, time_unix_nano) REPLACE (
        if(trace_id = toFixedString('', 16), '', lower(hex(trace_id))) AS trace_id,
        if(span_id = toFixedString('', 8), '', lower(hex(span_id))) AS span_id)
FROM
(
    SELECT
        access_logs.time AS time,
        ${columns:access_log}
    FROM access_logs
    WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
        AND ${final} AND ${where}
    ORDER BY access_logs.time DESC
    LIMIT {limit:UInt32}
)
ORDER BY time DESC
