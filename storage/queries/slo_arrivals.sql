-- In how many minutes of each step anybody's requests were counted: what is missing was not measured, whoever it is about.
SELECT toUnixTimestamp(bucket) AS bucket, minutes
FROM
(
    SELECT toStartOfInterval(request_minutes.time, toIntervalSecond({step:UInt32})) AS bucket, uniqExact(time) AS minutes
    FROM request_minutes
    WHERE request_minutes.time >= toDateTime({start:UInt32}, 'UTC') AND request_minutes.time < toDateTime({end:UInt32}, 'UTC')
        AND toStartOfHour(request_minutes.time) >= toStartOfHour(toDateTime({start:UInt32}, 'UTC'))
    GROUP BY bucket
)
ORDER BY bucket
