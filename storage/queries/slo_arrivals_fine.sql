-- In which steps below a minute any request began that an access log tells of.
SELECT toUnixTimestamp(bucket) AS bucket, 1 AS minutes
FROM
(
    SELECT DISTINCT toStartOfInterval(toDateTime(access_logs.time), toIntervalSecond({step:UInt32})) AS bucket
    FROM access_logs
    WHERE access_logs.time >= toDateTime64({start:UInt32}, 9, 'UTC') AND access_logs.time < toDateTime64({end:UInt32}, 9, 'UTC')
        AND toStartOfFiveMinutes(access_logs.time) >= toStartOfFiveMinutes(toDateTime({start:UInt32}, 'UTC'))
)
ORDER BY bucket
