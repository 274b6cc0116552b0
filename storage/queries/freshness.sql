-- When the newest record of each signal was received. What a clock that was ahead wrote is not newer than now.
SELECT
    (SELECT toUnixTimestamp(max(received)) FROM access_logs WHERE time > now('UTC') - INTERVAL 1 HOUR AND received <= now('UTC') + INTERVAL 5 SECOND) AS access_logs,
    (SELECT toUnixTimestamp(max(received)) FROM spans WHERE time > now('UTC') - INTERVAL 1 HOUR AND received <= now('UTC') + INTERVAL 5 SECOND) AS spans,
    (SELECT toUnixTimestamp(max(received)) FROM metrics_sum WHERE time > now('UTC') - INTERVAL 1 HOUR AND received <= now('UTC') + INTERVAL 5 SECOND) AS metrics
