-- What stats say of the callers' pools in a window, widened to whole minutes: one row per caller and upstream. Counters by
-- how much they grew: from their value in the two minutes before, which were 0 where there is no row. What is open or under
-- way: of each instance in the last minute of the window, or in the one before where that has no row.
SELECT
    cluster AS source_cluster,
    namespace AS source_namespace,
    service AS source_service,
    upstream,
    meshhub_destination(upstream).kind AS destination_kind,
    meshhub_destination(upstream).namespace AS destination_namespace,
    meshhub_destination(upstream).service AS destination_service,
    toUInt64(sumIf(growth, metric = 'outlier_detection.ejections_enforced_total')) AS ejections,
    toUInt64(maxIf(most, metric = 'outlier_detection.ejections_active')) AS ejected_hosts,
    toUInt64(sumIf(growth, metric IN ('upstream_cx_overflow', 'upstream_cx_pool_overflow', 'upstream_rq_pending_overflow'))) AS pool_overflows,
    toUInt64(sumIf(growth, metric = 'upstream_rq_retry_overflow')) AS retry_overflows,
    toUInt64(sumIf(growth, metric = 'upstream_cx_connect_fail')) AS connection_failures,
    toUInt64(sumIf(growth, metric = 'upstream_cx_connect_timeout')) AS connection_timeouts,
    arraySort(groupUniqArrayIf(extract(toString(metric), '([a-z_]+)_open$'), startsWith(metric, 'circuit_breakers.') AND most > 0))
        AS open_circuit_breakers,
    toUInt64(sumIf(newest, metric = 'upstream_cx_active')) AS active_connections,
    toUInt64(sumIf(newest, metric = 'upstream_rq_active')) AS active_requests
FROM
(
    SELECT
        cluster, namespace, service, upstream, metric, instance, start_time,
        maxIf(highest, edges_stats.time >= begin) AS most,
        argMax(highest, edges_stats.time) AS newest,
        greatest(most - maxIf(highest, edges_stats.time < begin), 0) AS growth,
        toStartOfMinute(toDateTime({start:Float64}, 'UTC')) AS begin
    FROM edges_stats
    WHERE edges_stats.time >= begin - toIntervalMinute(2) AND edges_stats.time < toDateTime({end:Float64}, 'UTC')
        AND (metric NOT IN ('upstream_cx_active', 'upstream_rq_active')
            OR edges_stats.time >= toStartOfMinute(toDateTime({end:Float64} - 1, 'UTC')) - toIntervalMinute(1))
    GROUP BY cluster, namespace, service, upstream, metric, instance, start_time
)
GROUP BY cluster, namespace, service, upstream
HAVING ejections + ejected_hosts + pool_overflows + retry_overflows + connection_failures + connection_timeouts
    + length(open_circuit_breakers) + active_connections + active_requests > 0
ORDER BY source_cluster, source_namespace, source_service, upstream
LIMIT {limit:UInt32}
