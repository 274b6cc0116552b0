-- What the spans of a window say of the wiring of their sender: how many of its proxy and of its application, when last, and
-- the version of Envoy where it is told.
SELECT
    spans.cluster AS cluster,
    spans.namespace AS namespace,
    spans.service AS service,
    spans.instance AS instance,
    countIf(spans.component = 'proxy') AS proxy_spans,
    countIf(spans.component != 'proxy') AS application_spans,
    toUnixTimestamp(maxIf(spans.received, spans.component = 'proxy')) AS newest,
    anyLastIf(JSONExtractString(toString(spans.resource_attributes), 'telemetry.sdk.version'), spans.component = 'proxy') AS envoy_version
FROM spans
WHERE spans.time >= toDateTime64({start:Float64}, 9, 'UTC') AND spans.time < toDateTime64({end:Float64} + 3600, 9, 'UTC')
    AND toStartOfFiveMinutes(spans.time) >= toStartOfFiveMinutes(toDateTime({start:Float64}, 'UTC'))
    AND spans.received < toDateTime({end:Float64}, 'UTC') + INTERVAL 1 SECOND
GROUP BY cluster, namespace, service, instance
ORDER BY proxy_spans + application_spans DESC, cluster, namespace, service, instance
LIMIT {limit:UInt32}
