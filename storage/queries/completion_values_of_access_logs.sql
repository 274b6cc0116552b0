-- Values that a field has in the newest access logs and that contain a text, the most frequent first.
SELECT value, count() AS occurrences
FROM
(
    SELECT substringUTF8(${value}, 1, 200) AS value
    FROM access_logs
    WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    LIMIT {rows:UInt32}
)
WHERE value != '' AND positionCaseInsensitiveUTF8(value, {contains:String}) > 0
GROUP BY value
ORDER BY occurrences DESC, value
LIMIT {limit:UInt32}
