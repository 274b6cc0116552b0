-- How many access logs log_tail has without its limit.
SELECT count() AS found
FROM access_logs
WHERE access_logs.received > toDateTime({after:UInt32}, 'UTC') AND access_logs.received <= toDateTime({until:UInt32}, 'UTC')
    AND access_logs.time > toDateTime({after:UInt32}, 'UTC') - INTERVAL 1 HOUR
    AND ${final} AND ${where}
