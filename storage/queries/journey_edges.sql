-- How calls of some relations went in some minutes, as either side reported them: outcomes and latency. Relations are
-- (source service, destination service); namespaces come with the answer, as the reporter knew them.
SELECT
    toString(any(part.reporter)) AS reporter,
    any(part.source_namespace) AS source_namespace,
    any(part.source_service) AS source_service,
    any(part.destination_namespace) AS destination_namespace,
    any(part.destination_service) AS destination_service,
    sum(part.requests) AS requests,
    meshhub_bucket_latency(quantilesExactWeightedArray(0.5, 0.9, 0.95, 0.99)(
        mapKeys(part.duration_buckets), mapValues(part.duration_buckets))) AS latency_us,
    sumMap([(part.response_code, part.grpc_status, toString(part.response_flags), part.transport = 'tcp')],
        [part.requests]) AS outcomes
FROM edges_rollup AS part
WHERE part.seconds = 60 AND part.signal = 'access_log'
    AND part.time >= toDateTime({start:UInt32}, 'UTC')
    AND part.time < toDateTime({end:UInt32}, 'UTC')
    AND part.destination_service IN {destinations:Array(String)}
    AND (toString(part.source_service), toString(part.destination_service)) IN {relations:Array(Tuple(String, String))}
GROUP BY part.relation
ORDER BY requests DESC
LIMIT {limit:UInt32}
