-- The course of some call relations together: one row per step and reporting side, with outcomes and merged latency
-- sketches. The relations are those that service_edges_in_window answers with, named as they were reported. Steps are
-- multiples of `interval` (10, or a length that edges_rollup has), which is what the rows are read from.
SELECT
    toUInt32(intDiv(toUnixTimestamp(part.time), {step:UInt32}) * {step:UInt32}) AS start,
    toString(part.reporter) AS reporter,
    sum(part.requests) AS requests,
    sum(part.duration_us_sum) AS duration_us_sum,
    quantilesDDMerge(0.01, 0.5, 0.9, 0.95, 0.99)(part.duration_us) AS latency_us,
    sumMap([(part.response_code, part.grpc_status, toString(part.response_flags), part.transport = 'tcp')],
        [part.requests]) AS outcomes
FROM
(
    SELECT
        edges.time AS time, signal, reporter, source_cluster, source_namespace, source_service, destination_kind,
        destination_cluster, destination_namespace, destination_service, transport, response_code, grpc_status,
        response_flags, requests, duration_us_sum, duration_us
    FROM edges
    WHERE {interval:UInt32} = 10
        AND edges.time >= toDateTime({start:UInt32}, 'UTC') AND edges.time < toDateTime({end:UInt32}, 'UTC')
        AND toStartOfHour(edges.time) >= toStartOfHour(toDateTime({start:UInt32}, 'UTC'))
        AND destination_service IN {destinations:Array(String)}
    UNION ALL
    SELECT
        edges_rollup.time AS time, signal, reporter, source_cluster, source_namespace, source_service, destination_kind,
        destination_cluster, destination_namespace, destination_service, transport, response_code, grpc_status,
        response_flags, requests, duration_us_sum, duration_us
    FROM edges_rollup
    WHERE seconds = {interval:UInt32}
        AND edges_rollup.time >= toDateTime({start:UInt32}, 'UTC')
        AND edges_rollup.time < toDateTime({end:UInt32}, 'UTC')
        AND destination_service IN {destinations:Array(String)}
) AS part
WHERE (toString(signal), toString(reporter), toString(source_cluster), toString(source_namespace),
        toString(source_service), toString(destination_kind), toString(destination_cluster),
        toString(destination_namespace), toString(destination_service), if(transport = 'tcp', 'tcp', 'http'))
    IN {relations:Array(Tuple(String, String, String, String, String, String, String, String, String, String))}
GROUP BY start, reporter
ORDER BY start, reporter
