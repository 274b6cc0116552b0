-- What the access logs of a window say of the wiring of the proxy that sent them: how many, when last, whether sampled for
-- tracing, how long after the end of a request its log arrived (received is in whole seconds, rounded down).
SELECT
    access_logs.cluster AS cluster,
    access_logs.namespace AS namespace,
    access_logs.service AS service,
    access_logs.instance AS instance,
    count() AS records,
    toUnixTimestamp(max(access_logs.received)) AS newest,
    countIf(access_logs.sampled = 'yes') AS sampled,
    countIf(access_logs.sampled != 'unknown') AS with_context,
    quantileTDigest(0.5)(toFloat64(access_logs.received) - toFloat64(access_logs.time) - access_logs.duration_us / 1e6) AS delay_median,
    min(toFloat64(access_logs.received) - toFloat64(access_logs.time) - access_logs.duration_us / 1e6) AS delay_least
FROM access_logs
WHERE access_logs.time >= toDateTime64({start:Float64}, 9, 'UTC') AND access_logs.time < toDateTime64({end:Float64} + 3600, 9, 'UTC')
    AND toStartOfFiveMinutes(access_logs.time) >= toStartOfFiveMinutes(toDateTime({start:Float64}, 'UTC'))
    AND access_logs.received < toDateTime({end:Float64}, 'UTC') + INTERVAL 1 SECOND
GROUP BY cluster, namespace, service, instance
ORDER BY records DESC, cluster, namespace, service, instance
LIMIT {limit:UInt32}
