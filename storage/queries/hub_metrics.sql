-- The course of the hub's own gauges and counters (it is a client of itself) over a window. The sum and the count of a
-- histogram are two counters, named <metric>.sum and <metric>.count.
SELECT toUnixTimestamp64Milli(time) AS time_unix_milli, toString(metric) AS metric, attributes, value
FROM
(
    SELECT time, metric, attributes, value FROM metrics_sum
    WHERE service = 'meshhub' AND metric IN {metrics:Array(String)}
        AND time >= toDateTime64({start:Float64}, 3, 'UTC') AND time < toDateTime64({end:Float64}, 3, 'UTC')
    UNION ALL
    SELECT time, metric, attributes, value FROM metrics_gauge
    WHERE service = 'meshhub' AND metric IN {metrics:Array(String)}
        AND time >= toDateTime64({start:Float64}, 3, 'UTC') AND time < toDateTime64({end:Float64}, 3, 'UTC')
    UNION ALL
    SELECT time, concat(metric, '.sum') AS metric, attributes, sum AS value FROM metrics_histogram
    WHERE service = 'meshhub' AND concat(metrics_histogram.metric, '.sum') IN {metrics:Array(String)}
        AND time >= toDateTime64({start:Float64}, 3, 'UTC') AND time < toDateTime64({end:Float64}, 3, 'UTC')
    UNION ALL
    SELECT time, concat(metric, '.count') AS metric, attributes, toFloat64(count) AS value FROM metrics_histogram
    WHERE service = 'meshhub' AND concat(metrics_histogram.metric, '.count') IN {metrics:Array(String)}
        AND time >= toDateTime64({start:Float64}, 3, 'UTC') AND time < toDateTime64({end:Float64}, 3, 'UTC')
)
ORDER BY time
LIMIT {limit:UInt32}
