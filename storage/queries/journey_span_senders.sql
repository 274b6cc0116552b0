-- Which of some services sent spans in the minute around a moment, and whether anyone did: why a request that was sampled
-- has no trace. The first row, without a service, counts all.
SELECT '' AS service, count() AS spans
FROM spans
WHERE spans.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND spans.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
UNION ALL
SELECT toString(spans.service) AS service, count() AS spans
FROM spans
WHERE spans.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND spans.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND spans.service IN {services:Array(String)}
GROUP BY service
ORDER BY service
