-- How much the counters by which a proxy tells of its own telemetry grew between its first and its last report in a window;
-- and how many final access logs of requests, and how many of any kind, the hub received of what ended in that time. A
-- counter that began in the window counts whole; a restart begins another one.
WITH growth AS
(
    SELECT
        series.cluster AS cluster, series.namespace AS namespace, series.service AS service, series.instance AS instance,
        series.metric AS metric, sum(series.grown) AS grown, min(series.first_time) AS first_time, max(series.last_time) AS last_time
    FROM
    (
        SELECT
            metrics_sum.cluster AS cluster, metrics_sum.namespace AS namespace, metrics_sum.service AS service,
            metrics_sum.instance AS instance,
            if(metrics_sum.metric = 'cluster.upstream_cx_connect_fail', 'hub_connect_fail',
                splitByChar('.', toString(metrics_sum.metric))[-1]) AS metric,
            max(metrics_sum.value) - min(metrics_sum.value) AS grown,
            min(metrics_sum.time) AS first_time,
            max(metrics_sum.time) AS last_time
        FROM metrics_sum
        WHERE metrics_sum.metric IN ('http.downstream_rq_total', 'access_logs.open_telemetry_access_log.logs_written',
                'access_logs.open_telemetry_access_log.logs_dropped', 'access_logs.grpc_access_log.logs_written',
                'access_logs.grpc_access_log.logs_dropped', 'tracing.opentelemetry.spans_sent',
                'tracing.opentelemetry.spans_dropped', 'tracing.zipkin.reports_dropped', 'cluster.upstream_cx_connect_fail')
            AND metrics_sum.temporality = 'cumulative'
            AND (metrics_sum.metric != 'cluster.upstream_cx_connect_fail'
                OR startsWith(metrics_sum.attributes['envoy.cluster_name'], {hub_cluster:String}))
            AND metrics_sum.time >= toDateTime64({start:Float64}, 3, 'UTC')
            AND metrics_sum.time < toDateTime64({end:Float64}, 3, 'UTC')
        GROUP BY cluster, namespace, service, instance, metrics_sum.metric, metrics_sum.attributes, metrics_sum.start_time
    ) AS series
    GROUP BY cluster, namespace, service, instance, metric
),
proxies AS
(
    SELECT
        growth.cluster AS cluster, growth.namespace AS namespace, growth.service AS service, growth.instance AS instance,
        sumIf(growth.grown, growth.metric = 'downstream_rq_total') AS requests,
        sumIf(growth.grown, growth.metric = 'logs_written') AS logs_written,
        sumIf(growth.grown, growth.metric = 'logs_dropped') AS logs_dropped,
        sumIf(growth.grown, growth.metric = 'spans_sent') AS spans_sent,
        sumIf(growth.grown, growth.metric IN ('spans_dropped', 'reports_dropped')) AS spans_dropped,
        sumIf(growth.grown, growth.metric = 'hub_connect_fail') AS hub_connect_fail,
        min(growth.first_time) AS first_time,
        max(growth.last_time) AS last_time
    FROM growth
    GROUP BY cluster, namespace, service, instance
)
SELECT
    proxies.cluster AS cluster,
    proxies.namespace AS namespace,
    proxies.service AS service,
    proxies.instance AS instance,
    toUInt64(any(proxies.requests)) AS requests,
    toUInt64(any(proxies.logs_written)) AS logs_written,
    toUInt64(any(proxies.logs_dropped)) AS logs_dropped,
    toUInt64(any(proxies.spans_sent)) AS spans_sent,
    toUInt64(any(proxies.spans_dropped)) AS spans_dropped,
    toUInt64(any(proxies.hub_connect_fail)) AS hub_connect_fail,
    sumIf(logs.requests, logs.ended >= toUnixTimestamp(proxies.first_time) AND logs.ended < toUnixTimestamp(proxies.last_time))
        AS request_logs_received,
    toFloat64(any(proxies.last_time)) - toFloat64(any(proxies.first_time)) AS seconds
FROM proxies
LEFT JOIN
(
    SELECT access_logs.cluster AS cluster, access_logs.namespace AS namespace, access_logs.service AS service,
        access_logs.instance AS instance,
        toUnixTimestamp(toDateTime(access_logs.time + toIntervalMicrosecond(access_logs.duration_us))) AS ended,
        count() AS requests
    FROM access_logs
    WHERE access_logs.time >= toDateTime64({start:Float64} - 300, 9, 'UTC')
        AND access_logs.time < toDateTime64({end:Float64}, 9, 'UTC')
        AND toStartOfFiveMinutes(access_logs.time) >= toStartOfFiveMinutes(toDateTime({start:Float64} - 300, 'UTC'))
        AND access_logs.transport != 'tcp' AND access_logs.log_type IN ('DownstreamEnd', '')
    GROUP BY cluster, namespace, service, instance, ended
) AS logs
ON proxies.cluster = logs.cluster AND proxies.namespace = logs.namespace AND proxies.service = logs.service
    AND proxies.instance = logs.instance
GROUP BY cluster, namespace, service, instance
ORDER BY cluster, namespace, service, instance
LIMIT {limit:UInt32}
