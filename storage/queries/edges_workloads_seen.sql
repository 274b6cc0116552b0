-- The workloads whose own proxies reported since a time, with traffic in the window or not: what may be idle. From whole
-- hours, so that a day is read from few rows.
SELECT
    cluster, namespace, service, max(is_gateway) AS gateway,
    arraySort(groupUniqArrayIf(16)(toString(version), version != '')) AS versions,
    max(last) AS last_seen
FROM
(
    SELECT
        if(reporter = 'server', destination_cluster, source_cluster) AS cluster,
        if(reporter = 'server', destination_namespace, source_namespace) AS namespace,
        if(reporter = 'server', destination_service, source_service) AS service,
        if(reporter = 'server', destination_version, source_version) AS version,
        source_role = 'gateway' AS is_gateway,
        max(edges_rollup.last_seen) AS last
    FROM edges_rollup
    WHERE seconds = 3600 AND signal = 'access_log' AND edges_rollup.time >= toStartOfHour(toDateTime({since:Float64}, 'UTC'))
        AND edges_rollup.time < toDateTime({end:Float64}, 'UTC')
    GROUP BY cluster, namespace, service, version, is_gateway
)
WHERE service != ''
GROUP BY cluster, namespace, service
ORDER BY last_seen DESC, cluster, namespace, service
LIMIT {limit:UInt32}
