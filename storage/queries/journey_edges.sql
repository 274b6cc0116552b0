-- How calls of some relations went in some minutes, as either side reported them: outcomes and latency. Relations are
-- (source service, destination service); namespaces come with the answer, as the reporter knew them.
SELECT
    counted.reporter AS reporter,
    counted.source_namespace AS source_namespace,
    counted.source_service AS source_service,
    counted.destination_namespace AS destination_namespace,
    counted.destination_service AS destination_service,
    counted.requests AS requests,
    timed.latency_us AS latency_us,
    counted.outcomes AS outcomes
FROM
(
    SELECT
        part.relation AS relation,
        toString(part.reporter) AS reporter,
        any(part.source_namespace) AS source_namespace,
        any(part.source_service) AS source_service,
        any(part.destination_namespace) AS destination_namespace,
        any(part.destination_service) AS destination_service,
        sum(part.requests) AS requests,
        sumMap([(part.response_code, part.grpc_status, toString(part.response_flags), part.transport = 'tcp')],
            [part.requests]) AS outcomes
    FROM
    (
        SELECT
            relation, reporter, source_namespace, source_service, destination_namespace, destination_service, transport,
            response_code, grpc_status, response_flags, requests
        FROM edges_rollup
        WHERE seconds = 60 AND signal = 'access_log'
            AND edges_rollup.time >= toDateTime({start:UInt32}, 'UTC')
            AND edges_rollup.time < toDateTime({end:UInt32}, 'UTC')
            AND destination_service IN {destinations:Array(String)}
            AND (toString(source_service), toString(destination_service)) IN {relations:Array(Tuple(String, String))}
    ) AS part
    GROUP BY part.relation, part.reporter
) AS counted
INNER JOIN
(
    SELECT
        part.relation AS relation,
        toString(part.reporter) AS reporter,
        quantilesDDMerge(0.01, 0.5, 0.9, 0.95, 0.99)(part.duration_us) AS latency_us
    FROM
    (
        SELECT relation, reporter, duration_us
        FROM edges_latency
        WHERE seconds = 60
            AND edges_latency.time >= toDateTime({start:UInt32}, 'UTC')
            AND edges_latency.time < toDateTime({end:UInt32}, 'UTC')
            AND destination_service IN {destinations:Array(String)}
            AND (toString(source_service), toString(destination_service)) IN {relations:Array(Tuple(String, String))}
    ) AS part
    GROUP BY part.relation, part.reporter
) AS timed ON timed.relation = counted.relation AND timed.reporter = counted.reporter
ORDER BY counted.requests DESC
LIMIT {limit:UInt32}
