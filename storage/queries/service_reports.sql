-- What the hub was sent by a service's proxies and applications in a window, by signal: how much, when last, from how many
-- instances; of access logs also whose trace context says whether they were sampled; versions of Envoy where it told.
WITH
    {names:Array(Tuple(String, String, String))} AS names
SELECT
    'access logs' AS signal,
    count() AS records,
    toUnixTimestamp(max(access_logs.received)) AS newest,
    uniqExact(access_logs.instance) AS instances,
    countIf(access_logs.sampled = 'yes') AS sampled,
    countIf(access_logs.sampled != 'unknown') AS with_context,
    CAST([], 'Array(String)') AS proxy_versions
FROM access_logs
WHERE access_logs.time >= toDateTime64({start:Float64}, 9, 'UTC') AND access_logs.time < toDateTime64({end:Float64}, 9, 'UTC')
    AND toStartOfFiveMinutes(access_logs.time) >= toStartOfFiveMinutes(toDateTime({start:Float64}, 'UTC'))
    AND (access_logs.cluster, access_logs.namespace, access_logs.service) IN names
UNION ALL
SELECT
    if(spans.component = 'proxy', 'spans of proxies', 'spans of applications'),
    count(),
    toUnixTimestamp(max(spans.received)),
    uniqExact(spans.instance),
    0,
    0,
    groupUniqArrayIf(8)(JSONExtractString(toString(spans.resource_attributes), 'telemetry.sdk.version'),
        spans.component = 'proxy' AND position(spans.resource_attributes, '"envoy"') > 0)
FROM spans
WHERE spans.time >= toDateTime64({start:Float64}, 9, 'UTC') AND spans.time < toDateTime64({end:Float64}, 9, 'UTC')
    AND toStartOfFiveMinutes(spans.time) >= toStartOfFiveMinutes(toDateTime({start:Float64}, 'UTC'))
    AND (spans.cluster, spans.namespace, spans.service) IN names
GROUP BY spans.component = 'proxy'
UNION ALL
SELECT
    'stats',
    count(),
    toUnixTimestamp(max(metrics_sum.received)),
    uniqExact(metrics_sum.instance),
    0,
    0,
    groupUniqArrayIf(8)(JSONExtractString(toString(metrics_sum.resource_attributes), 'telemetry.sdk.version'),
        position(metrics_sum.resource_attributes, '"envoy"') > 0)
FROM metrics_sum
WHERE metrics_sum.time >= toDateTime64({start:Float64}, 3, 'UTC') AND metrics_sum.time < toDateTime64({end:Float64}, 3, 'UTC')
    AND (metrics_sum.cluster, metrics_sum.namespace, metrics_sum.service) IN names
