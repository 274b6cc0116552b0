-- Which services the proxies of their peers know of late, by who reported: a service that only peers report has no proxy
-- that sends access logs now.
SELECT
    ends.namespace AS namespace,
    ends.service AS service,
    sumIf(ends.requests, ends.own) AS reported_by_itself,
    sumIf(ends.requests, NOT ends.own AND ends.called) AS reported_by_callers,
    sumIf(ends.requests, NOT ends.own AND NOT ends.called) AS reported_by_callees,
    groupUniqArrayIf(5)(ends.peer, NOT ends.own) AS peers
FROM
(
    SELECT edges.destination_namespace AS namespace, edges.destination_service AS service, edges.source_service AS peer,
        edges.requests AS requests, edges.reporter = 'server' AS own, true AS called
    FROM edges
    WHERE edges.signal = 'access_log' AND edges.destination_kind = 'service' AND edges.destination_service != ''
        AND edges.reporter IN ('client', 'server')
        AND edges.time >= toDateTime({recent:Float64}, 'UTC') AND edges.time < toDateTime({end:Float64}, 'UTC')
    UNION ALL
    SELECT edges.source_namespace, edges.source_service, edges.destination_service, edges.requests,
        edges.reporter = 'client', false
    FROM edges
    WHERE edges.signal = 'access_log' AND edges.source_service != '' AND edges.reporter IN ('client', 'server')
        AND edges.time >= toDateTime({recent:Float64}, 'UTC') AND edges.time < toDateTime({end:Float64}, 'UTC')
) AS ends
GROUP BY namespace, service
HAVING reported_by_itself = 0
ORDER BY reported_by_callers + reported_by_callees DESC, namespace, service
LIMIT {limit:UInt32}
