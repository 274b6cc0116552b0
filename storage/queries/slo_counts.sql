-- Requests and bad requests of SLOs per step of whole minutes: all SLOs whose key (the callee, or the caller where none is
-- named) is in one column, at once. Of the two views of a call one is taken, minute by minute: for a service the callee's
-- with what never reached it, and the caller's where the callee's is missing; for an edge the caller's, else the callee's.
-- kinds: 0 availability, 1 latency (of requests that did not fail), 2 both. `busy` counts the minutes with requests.
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
SELECT slo, toUnixTimestamp(bucket) AS bucket, total, bad, busy
FROM
(
    SELECT
        slo,
        toStartOfInterval(moment, toIntervalSecond({step:UInt32})) AS bucket,
        sum(if(client_view, if(client_total > 0, client_total, server_total),
            if(server_total > 0, server_total + unreached_total, client_total))) AS total,
        sum(if(client_view, if(client_total > 0, client_bad, server_bad),
            if(server_total > 0, server_bad + unreached_bad, client_bad))) AS bad,
        countIf(client_total + server_total > 0) AS busy
    FROM
    (
        SELECT
            slo,
            client_view,
            moment,
            sumIf(counted, reporter = 'server') AS server_total,
            sumIf(bad, reporter = 'server') AS server_bad,
            sumIf(counted, reporter != 'server') AS client_total,
            sumIf(bad, reporter != 'server') AS client_bad,
            sumIf(counted, reporter != 'server' AND unreached) AS unreached_total,
            sumIf(bad, reporter != 'server' AND unreached) AS unreached_bad
        FROM
        (
            SELECT
                slos.slo AS slo,
                slos.client_view AS client_view,
                request_minutes.time AS moment,
                request_minutes.reporter AS reporter,
                splitByChar(',', toString(request_minutes.response_flags)) AS flags,
                meshhub_slo_failed(request_minutes.transport, request_minutes.response_code, request_minutes.grpc_status, flags,
                    slos.status_below, slos.bad_flags, slos.bad_grpc) AS failed,
                meshhub_slo_unreached(flags) AS unreached,
                if(failed AND slos.kind = 1, 0, request_minutes.requests) AS counted,
                if(failed, if(slos.kind = 1, 0, request_minutes.requests), if(slos.kind = 0, 0, arraySum((bucket, number) ->
                    if(bucket >= slos.slow_bucket, number, 0),
                    mapKeys(request_minutes.duration_buckets), mapValues(request_minutes.duration_buckets)))) AS bad
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
        )
        GROUP BY slo, client_view, moment
    )
    GROUP BY slo, bucket
)
WHERE total > 0 OR busy > 0
ORDER BY slo, bucket
