-- The first of some traces, in some order, by all their spans around a window: only what they are ordered by is worked out.
-- Of those that match, if they are meant, a span or an access log of the window does.
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
    )
SELECT trace_id, '' AS request_id
FROM
(
    SELECT
        spans.trace_id AS trace_id,
        toUnixTimestamp64Nano(min(spans.time)) AS start_unix_nano,
        max(toUnixTimestamp64Nano(spans.time) + toInt64(least(spans.duration_ns, 1000000000000000))) AS end_unix_nano,
        countIf(spans.status_code = 'error' OR spans.response_code >= 500) AS errors,
        count() AS reports
    FROM spans
    WHERE spans.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') - INTERVAL 5 MINUTE
        AND spans.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC') + INTERVAL 5 MINUTE
        AND ${among_spans}
    GROUP BY spans.trace_id
    HAVING start_unix_nano <= {latest:Int64} AND start_unix_nano >= {earliest:Int64} AND end_unix_nano >= {reaching:Int64}
    ORDER BY ${order}
    LIMIT {limit:UInt32} WITH TIES
)
