-- How long the requests of every service took, and their course, by the name that reports have for it: of those who answer
-- requests, or (calls = 1) of these callers. Durations are added up over all peers and versions, because quantiles cannot be
-- merged later. `course` has the requests by step of `step` seconds since the start.
SELECT
    toString(edges.signal) AS signal,
    if(edges.reporter = 'server', 'server', 'client') AS reporter,
    if({calls:UInt8} = 1, 0, edges.destination_kind = 'external') AS outside,
    if({calls:UInt8} = 1, edges.source_cluster, edges.destination_cluster) AS cluster,
    if({calls:UInt8} = 1, edges.source_namespace, edges.destination_namespace) AS namespace,
    if({calls:UInt8} = 1, edges.source_service, edges.destination_service) AS service,
    sum(edges.requests) AS requests,
    sum(edges.duration_us_sum) AS duration_us_sum,
    meshhub_bucket_latency(quantilesExactWeightedArray(0.5, 0.9, 0.95, 0.99)(
        mapKeys(edges.duration_buckets), mapValues(edges.duration_buckets))) AS latency_us,
    sumMap(map(toUInt32(greatest(toUnixTimestamp(edges.time) - toInt64({start:Float64}), 0) / {step:UInt32}), edges.requests))
        AS course
FROM edges
WHERE edges.time >= toStartOfInterval(toDateTime({start:Float64}, 'UTC'), INTERVAL 10 SECOND)
    AND edges.time < toDateTime({end:Float64}, 'UTC')
    AND toStartOfHour(edges.time) >= toStartOfHour(toDateTime({start:Float64}, 'UTC'))
    AND ({calls:UInt8} = 0 OR edges.source_service IN {services:Array(String)})
GROUP BY signal, reporter, outside, cluster, namespace, service
ORDER BY requests DESC
LIMIT {limit:UInt32}
