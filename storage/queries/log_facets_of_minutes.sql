-- As log_facets, of the requests that are counted by minute for the whole minutes of the window, and of access logs for the
-- rest: fast whatever the traffic.
SELECT
    field,
    value,
    requests,
    count() OVER (PARTITION BY field) AS distinct,
    sum(requests) OVER (PARTITION BY field) AS total
FROM
(
    SELECT
        toUInt8({fields:UInt8} - 1 - bitCount(bitXor(toUInt64(grouping(${names})),
            bitShiftLeft(toUInt64(1), {fields:UInt8}) - 1) - 1)) AS field,
        concat(${names}) AS value,
        sum(counted) AS requests
    FROM
    (
            SELECT ${minutes_values}, request_minutes.requests AS counted
            FROM request_minutes
            WHERE request_minutes.time >= toDateTime({first_minute:UInt32}, 'UTC')
                AND request_minutes.time < toDateTime({last_minute:UInt32}, 'UTC')
                AND toStartOfHour(request_minutes.time) >= toStartOfHour(toDateTime({first_minute:UInt32}, 'UTC'))
                AND ${minutes}
        UNION ALL
            SELECT ${values}, 1 AS counted
            FROM access_logs
            WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC')
                AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
                AND (access_logs.time < toDateTime({first_minute:UInt32}, 'UTC')
                    OR access_logs.time >= toDateTime({last_minute:UInt32}, 'UTC'))
                AND ${final} AND ${where}
    )
    GROUP BY GROUPING SETS (${sets})
)
ORDER BY field, requests DESC, value
LIMIT {limit:UInt32} BY field
