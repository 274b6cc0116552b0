-- In how many minutes of each step the hub itself was there: it wrote its own metrics.
SELECT toUnixTimestamp(bucket) AS bucket, minutes
FROM
(
    SELECT
        toStartOfInterval(toDateTime(metrics_gauge.time), toIntervalSecond({step:UInt32})) AS bucket,
        uniqExact(toStartOfMinute(metrics_gauge.time)) AS minutes
    FROM metrics_gauge
    WHERE service = 'meshhub' AND metric = 'meshhub.store.up'
        AND metrics_gauge.time >= toDateTime64({start:UInt32}, 3, 'UTC')
        AND metrics_gauge.time < toDateTime64({end:UInt32}, 3, 'UTC')
    GROUP BY bucket
)
ORDER BY bucket
