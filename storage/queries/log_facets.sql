-- How many access logs of a window that match have each value of each of some fields: the most frequent values of each, in
-- one pass. `field` is the place of the field among them.
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
        count() AS requests
    FROM
    (
        SELECT ${values}
        FROM access_logs
        WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC')
            AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
            AND ${final} AND ${where}
    )
    GROUP BY GROUPING SETS (${sets})
)
ORDER BY field, requests DESC, value
LIMIT {limit:UInt32} BY field
