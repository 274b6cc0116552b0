-- Ids that look like one that nothing is stored of: trace ids that begin with it (all of them, the index is sorted), and
-- request ids of the newest access logs in a window that hold a part of it.
SELECT id, kind
FROM
(
    SELECT DISTINCT lower(hex(trace_id)) AS id, 'trace' AS kind
    FROM trace_index
    WHERE {first_trace:String} != '' AND trace_id >= meshhub_id16(unhex({first_trace:String}))
        AND trace_id <= meshhub_id16(unhex({last_trace:String}))
    ORDER BY id
    LIMIT {limit:UInt32}
    UNION ALL
    SELECT DISTINCT request_id AS id, 'request' AS kind
    FROM
    (
        SELECT access_logs.request_id AS request_id
        FROM access_logs
        WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC')
            AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
        LIMIT {rows:UInt32}
    )
    WHERE notEmpty({parts:Array(String)}) AND multiSearchAny(lower(request_id), {parts:Array(String)})
    ORDER BY id
    LIMIT {limit:UInt32}
)
