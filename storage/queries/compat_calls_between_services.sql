-- How often each service called which, by reporting side; a window widened to whole ten seconds. Failed: no response, or 5xx, or a
-- gRPC status that is not OK.
SELECT
    meshhub_trace_service(toString(edges.source_service), toString(edges.source_namespace)) AS parent,
    meshhub_trace_service(toString(edges.destination_service), toString(edges.destination_namespace)) AS child,
    toString(edges.signal) AS signal,
    toString(edges.reporter) AS reporter,
    sum(edges.requests) AS calls,
    sumIf(edges.requests, edges.response_code = 0 AND edges.transport != 'tcp' OR edges.response_code >= 500
        OR edges.grpc_status > 0) AS failed
FROM edges
WHERE edges.time >= toStartOfInterval(toDateTime({start:Float64}, 'UTC'), INTERVAL 10 SECOND)
    AND edges.time < toDateTime({end:Float64}, 'UTC')
    AND toStartOfHour(edges.time) >= toStartOfHour(toDateTime({start:Float64}, 'UTC'))
    AND edges.source_service != ''
    AND edges.destination_service != ''
    AND ({tenant:String} = '' OR edges.tenant = {tenant:String})
GROUP BY parent, child, signal, reporter
ORDER BY calls DESC, parent, child, signal, reporter
LIMIT {limit:UInt32}
