-- When the newest record of each signal was received.
SELECT
    (SELECT toUnixTimestamp(max(received)) FROM access_logs WHERE time > now('UTC') - INTERVAL 1 HOUR) AS access_logs,
    (SELECT toUnixTimestamp(max(received)) FROM spans WHERE time > now('UTC') - INTERVAL 1 HOUR) AS spans,
    (SELECT toUnixTimestamp(max(received)) FROM metrics_sum WHERE time > now('UTC') - INTERVAL 1 HOUR) AS metrics
