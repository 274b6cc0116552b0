-- The course of some call relations together: one row per step and reporting side, with outcomes and latency. The relations are
-- numbers of `edges.relation`, as service_edges_in_window answers with them. Steps are multiples of `interval` (10, or a length
-- that edges_rollup has), which is what the rows are read from.
SELECT
    toUInt32(intDiv(toUnixTimestamp(part.time), {step:UInt32}) * {step:UInt32}) AS start,
    toString(part.reporter) AS reporter,
    sum(part.requests) AS requests,
    sum(part.duration_us_sum) AS duration_us_sum,
    meshhub_bucket_latency(quantilesExactWeightedArray(0.5, 0.9, 0.95, 0.99)(
        mapKeys(part.duration_buckets), mapValues(part.duration_buckets))) AS latency_us,
    sumMap([(part.response_code, part.grpc_status, toString(part.response_flags), part.transport = 'tcp')],
        [part.requests]) AS outcomes
FROM
(
    SELECT
        edges.time AS time, reporter, transport, response_code, grpc_status, response_flags, requests, duration_us_sum,
        duration_buckets
    FROM edges
    WHERE {interval:UInt32} = 10
        AND edges.time >= toDateTime({start:UInt32}, 'UTC') AND edges.time < toDateTime({end:UInt32}, 'UTC')
        AND toStartOfHour(edges.time) >= toStartOfHour(toDateTime({start:UInt32}, 'UTC'))
        AND destination_service IN {destinations:Array(String)} AND relation IN {relations:Array(UInt64)}
    UNION ALL
    SELECT
        edges_rollup.time AS time, reporter, transport, response_code, grpc_status, response_flags, requests,
        duration_us_sum, duration_buckets
    FROM edges_rollup
    WHERE seconds = {interval:UInt32}
        AND edges_rollup.time >= toDateTime({start:UInt32}, 'UTC')
        AND edges_rollup.time < toDateTime({end:UInt32}, 'UTC')
        AND destination_service IN {destinations:Array(String)} AND relation IN {relations:Array(UInt64)}
) AS part
GROUP BY start, reporter
ORDER BY start, reporter
