-- The last seconds of every call relation with some requests: what went wrong of them, and how long they took. Answers:
-- what has changed so lately that a longer window hardly shows it. `outcomes` leaves out what went well. From the
-- ten-second rows alone, which are sorted by time: few are read, however long the window is.
SELECT
    part.relation AS relation,
    sum(part.requests) AS requests,
    sumMapIf([(part.response_code, part.grpc_status, toString(part.response_flags), part.transport = 'tcp')], [part.requests],
        NOT (part.response_code BETWEEN 200 AND 399 AND part.grpc_status <= 0 AND part.response_flags = '')
        AND NOT (part.transport = 'tcp' AND part.response_flags = '')) AS outcomes,
    sum(part.duration_us_sum) AS duration_us_sum,
    meshhub_bucket_latency(quantilesExactWeightedArray(0.5, 0.9, 0.95, 0.99)(
        mapKeys(part.duration_buckets), mapValues(part.duration_buckets))) AS latency_us,
    sum(part.attempts) AS attempts
FROM edges AS part
WHERE part.time >= toDateTime({start:UInt32}, 'UTC') AND part.time < toDateTime({end:UInt32}, 'UTC')
GROUP BY part.relation
HAVING requests >= {least:UInt32}
ORDER BY requests DESC
LIMIT {limit:UInt32}
