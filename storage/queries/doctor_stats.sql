-- When each proxy last sent stats, by those that every proxy has, whatever way they came: pushed by Envoy, or scraped. Of
-- the whole time looked back on, so that it is known since when a proxy is silent.
SELECT
    metrics_gauge.cluster AS cluster,
    metrics_gauge.namespace AS namespace,
    metrics_gauge.service AS service,
    metrics_gauge.instance AS instance,
    countIf(metrics_gauge.time >= toDateTime64({start:Float64}, 3, 'UTC')) AS records,
    toUnixTimestamp(max(metrics_gauge.received)) AS newest,
    argMax(metrics_gauge.value, metrics_gauge.time) AS latest_uptime
FROM metrics_gauge
WHERE metrics_gauge.metric IN ('server.uptime', 'envoy_server_uptime')
    AND metrics_gauge.time >= toDateTime64({since:Float64}, 3, 'UTC')
    AND metrics_gauge.time < toDateTime64({end:Float64} + 3600, 3, 'UTC')
    AND metrics_gauge.received < toDateTime({end:Float64}, 'UTC') + INTERVAL 1 SECOND
GROUP BY cluster, namespace, service, instance
ORDER BY newest DESC, cluster, namespace, service, instance
LIMIT {limit:UInt32}
