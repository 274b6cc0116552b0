-- The first traces, in some order, of which a span or an access log of a window matches, by all their spans around it: only
-- what they are ordered by is worked out.
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
        countIf(spans.status_code = 'error' OR spans.response_code >= 500) AS errors
    FROM spans
    WHERE spans.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') - INTERVAL 5 MINUTE
        AND spans.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC') + INTERVAL 5 MINUTE
        AND spans.trace_id IN (SELECT trace_id FROM found)
    GROUP BY spans.trace_id
    HAVING start_unix_nano <= {latest:Int64} AND start_unix_nano >= {earliest:Int64}
    ORDER BY ${order}
    LIMIT {limit:UInt32}
)
