-- Some traces of which a span or an access log of a window matches one filter, and none of which matches another.
WITH
    found AS
    (
        SELECT spans.trace_id AS trace_id
        FROM spans
        WHERE spans.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND spans.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
            AND spans.trace_id != toFixedString('', 16) AND ${spans}
        UNION DISTINCT
        SELECT access_logs.trace_id AS trace_id
        FROM access_logs
        WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
            AND access_logs.trace_id != toFixedString('', 16) AND ${logs}
    ),
    others AS
    (
        SELECT spans.trace_id AS trace_id
        FROM spans
        WHERE spans.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND spans.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
            AND spans.trace_id != toFixedString('', 16) AND ${rest_spans}
        UNION DISTINCT
        SELECT access_logs.trace_id AS trace_id
        FROM access_logs
        WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
            AND access_logs.trace_id != toFixedString('', 16) AND ${rest_logs}
    )
SELECT trace_id FROM others
WHERE trace_id NOT IN (SELECT trace_id FROM found)
LIMIT {limit:UInt32}
