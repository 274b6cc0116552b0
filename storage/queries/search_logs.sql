-- The first of some requests, in some order, by all their access logs around a window: only what they are ordered by is
-- worked out. By trace id, or by request id where they have none. Of those that match, if they are meant, a span or an
-- access log of the window does.
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
    found_untraced AS
    (
        SELECT access_logs.request_id AS request_id
        FROM access_logs
        WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
            AND access_logs.trace_id = toFixedString('', 16) AND ${logs}
    )
SELECT trace_id, request_id
FROM
(
    SELECT
        access_logs.trace_id AS trace_id,
        '' AS request_id,
        toUnixTimestamp64Nano(min(access_logs.time)) AS start_unix_nano,
        max(toUnixTimestamp64Nano(access_logs.time) + toInt64(least(access_logs.duration_us, 1000000000000)) * 1000)
            AS end_unix_nano,
        countIf(access_logs.response_code >= 500 OR access_logs.grpc_status > 0
            OR (access_logs.response_code = 0 AND (access_logs.transport != 'tcp' OR access_logs.response_flags != '')))
            AS errors,
        count() AS reports
    FROM access_logs
    WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') - INTERVAL 5 MINUTE
        AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC') + INTERVAL 5 MINUTE
        AND access_logs.trace_id != toFixedString('', 16) AND ${final} AND ${among_logs}
    GROUP BY trace_id
    HAVING start_unix_nano <= {latest:Int64} AND start_unix_nano >= {earliest:Int64} AND end_unix_nano >= {reaching:Int64}
UNION ALL
    SELECT
        toFixedString('', 16) AS trace_id,
        access_logs.request_id AS request_id,
        toUnixTimestamp64Nano(min(access_logs.time)) AS start_unix_nano,
        max(toUnixTimestamp64Nano(access_logs.time) + toInt64(least(access_logs.duration_us, 1000000000000)) * 1000)
            AS end_unix_nano,
        countIf(access_logs.response_code >= 500 OR access_logs.grpc_status > 0
            OR (access_logs.response_code = 0 AND (access_logs.transport != 'tcp' OR access_logs.response_flags != '')))
            AS errors,
        count() AS reports
    FROM access_logs
    WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') - INTERVAL 5 MINUTE
        AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC') + INTERVAL 5 MINUTE
        AND access_logs.trace_id = toFixedString('', 16) AND access_logs.request_id != '' AND ${final} AND ${among_logs}
    GROUP BY request_id
    HAVING start_unix_nano <= {latest:Int64} AND start_unix_nano >= {earliest:Int64} AND end_unix_nano >= {reaching:Int64}
)
ORDER BY ${order}
LIMIT {limit:UInt32} WITH TIES
