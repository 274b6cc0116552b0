-- What carries the bad requests of one SLO: per side that reported and per caller, callee, route, version, instance, status
-- and flags, the requests and bad requests since a burn began and in a baseline before it, and since when it was seen.
-- The parameters are those of slo_counts, for one SLO.
WITH slos AS
(
    SELECT
        row.1 AS slo, row.2 AS key, row.3 AS source_service, row.4 AS source_namespace, row.5 AS source_cluster,
        row.6 AS destination_service, row.7 AS destination_namespace, row.8 AS destination_cluster, row.9 AS route,
        row.10 AS client_view, row.11 AS status_below, row.12 AS bad_flags, row.13 AS ignored_flags,
        row.14 AS bad_grpc, row.15 AS kind, row.16 AS slow_bucket
    FROM
    (
        SELECT arrayJoin(arrayZip(
            {slos:Array(UInt32)}, {keys:Array(String)},
            {source_services:Array(String)}, {source_namespaces:Array(String)}, {source_clusters:Array(String)},
            {destination_services:Array(String)}, {destination_namespaces:Array(String)},
            {destination_clusters:Array(String)}, {routes:Array(String)}, {client_views:Array(UInt8)},
            {statuses_below:Array(UInt16)}, {bad_flags:Array(Array(String))}, {ignored_flags:Array(Array(String))},
            {bad_grpc:Array(Array(Int8))}, {kinds:Array(UInt8)}, {slow_buckets:Array(UInt16)})) AS row
    )
)
SELECT
    side,
    pair.1 AS facet,
    pair.2 AS value,
    sumIf(rows.counted, rows.moment >= toDateTime({since:UInt32}, 'UTC')) AS requests,
    sumIf(rows.bad, rows.moment >= toDateTime({since:UInt32}, 'UTC')) AS bad,
    sumIf(rows.counted, rows.moment < toDateTime({since:UInt32}, 'UTC')) AS baseline_requests,
    sumIf(rows.bad, rows.moment < toDateTime({since:UInt32}, 'UTC')) AS baseline_bad,
    toUnixTimestamp(min(rows.moment)) AS first_seen
FROM
(
    SELECT
        request_minutes.time AS moment,
        splitByChar(',', toString(request_minutes.response_flags)) AS flags,
        if(request_minutes.reporter = 'server', 'server', if(meshhub_slo_unreached(flags), 'unreached', 'client')) AS side,
        meshhub_slo_failed(request_minutes.transport, request_minutes.response_code, request_minutes.grpc_status, flags,
            slos.status_below, slos.bad_flags, slos.bad_grpc) AS failed,
        if(failed AND slos.kind = 1, 0, request_minutes.requests) AS counted,
        if(failed, if(slos.kind = 1, 0, request_minutes.requests), if(slos.kind = 0, 0,
            arraySum((bucket, number) -> if(bucket >= slos.slow_bucket, number, 0),
                mapKeys(request_minutes.duration_buckets), mapValues(request_minutes.duration_buckets)))) AS bad,
        [
            ('caller', concat(toString(source_namespace), '/', toString(source_service))),
            ('callee', concat(toString(destination_namespace), '/', toString(destination_service))),
            ('route', toString(route_name)),
            ('version', toString(destination_version)),
            ('instance', toString(instance)),
            ('status', multiIf(grpc_status > 0, concat('gRPC ', toString(grpc_status)),
                transport = 'tcp', 'connection', response_code = 0, 'no response', toString(response_code))),
            ('flags', toString(response_flags)),
            ('details', toString(response_code_details))
        ] AS facets
    FROM request_minutes
    INNER JOIN slos ON request_minutes.{key:Identifier} = slos.key
    WHERE request_minutes.time >= toDateTime({start:UInt32}, 'UTC') AND request_minutes.time < toDateTime({end:UInt32}, 'UTC')
        AND toStartOfHour(request_minutes.time) >= toStartOfHour(toDateTime({start:UInt32}, 'UTC'))
        AND request_minutes.{key:Identifier} IN ({keys:Array(String)})
        AND request_minutes.destination_kind != 'local'
        AND (slos.source_service = '' OR request_minutes.source_service = slos.source_service)
        AND (slos.source_namespace = '' OR request_minutes.source_namespace = slos.source_namespace)
        AND (slos.source_cluster = '' OR slos.source_cluster =
            if(request_minutes.source_cluster = '', request_minutes.destination_cluster, request_minutes.source_cluster))
        AND (slos.destination_service = '' OR request_minutes.destination_service = slos.destination_service)
        AND (slos.destination_namespace = '' OR request_minutes.destination_namespace = slos.destination_namespace)
        AND (slos.destination_cluster = '' OR slos.destination_cluster =
            if(request_minutes.destination_cluster = '', request_minutes.source_cluster, request_minutes.destination_cluster))
        AND (slos.route = '' OR request_minutes.route_name = slos.route)
        AND NOT hasAny(splitByChar(',', toString(request_minutes.response_flags)), slos.ignored_flags)
) AS rows
ARRAY JOIN facets AS pair
GROUP BY side, facet, value
ORDER BY bad DESC, requests DESC, facet, value, side
LIMIT {limit:UInt32}
