-- As log_facet, of the requests that are counted by minute for the whole minutes of the window, and of access logs for the
-- rest: fast whatever the traffic.
SELECT
    value,
    sum(counted) AS requests,
    count() OVER () AS distinct,
    sum(sum(counted)) OVER () AS total
FROM
(
        SELECT toString(${minutes_value}) AS value, request_minutes.requests AS counted
        FROM request_minutes
        WHERE request_minutes.time >= toDateTime({first_minute:UInt32}, 'UTC')
            AND request_minutes.time < toDateTime({last_minute:UInt32}, 'UTC')
            AND toStartOfHour(request_minutes.time) >= toStartOfHour(toDateTime({first_minute:UInt32}, 'UTC'))
            AND ${minutes}
    UNION ALL
        SELECT toString(${value}) AS value, 1 AS counted
        FROM access_logs
        WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC')
            AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
            AND (access_logs.time < toDateTime({first_minute:UInt32}, 'UTC')
                OR access_logs.time >= toDateTime({last_minute:UInt32}, 'UTC'))
            AND ${final} AND ${where}
)
GROUP BY value
ORDER BY requests DESC, value
LIMIT {limit:UInt32}
