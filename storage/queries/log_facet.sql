-- How many access logs of a window that match have each value of a field.
SELECT
    toString(${value}) AS value,
    count() AS requests,
    count() OVER () AS distinct,
    sum(count()) OVER () AS total
FROM access_logs
WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND ${final} AND ${where}
GROUP BY value
ORDER BY requests DESC, value
LIMIT {limit:UInt32}
