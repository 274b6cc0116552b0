-- Where latency hides in proxies and the network between them: per call relation, over requests that both sides reported
-- and that took one attempt, what the caller's proxy measured, what the callee's proxy did, and how long either held a
-- request before it sent it on. Envoy logs how long a connection took to be made with every request that uses it: only
-- where the request waited that long was it made for this one.
SELECT
    client.source_cluster AS source_cluster,
    client.source_namespace AS source_namespace,
    client.source_service AS source_service,
    client.destination_cluster AS destination_cluster,
    client.destination_namespace AS destination_namespace,
    client.destination_service AS destination_service,
    count() AS requests,
    sum(client.duration_us) AS client_us,
    sum(server.duration_us) AS server_us,
    sum(client.upstream_queue_us) AS client_queue_us,
    sum(server.upstream_queue_us) AS server_queue_us,
    sumIf(
        client.upstream_connect_us + client.upstream_handshake_us,
        client.upstream_connect_us + client.upstream_handshake_us <= client.upstream_queue_us
    ) AS connect_us,
    quantile(0.95)(greatest(toInt64(client.duration_us) - toInt64(server.duration_us), 0)) AS between_p95_us,
    arrayMap(slow -> slow.2, arraySlice(
        arrayReverseSort(groupArraySample(50, 1)((client.duration_us - server.duration_us, client.request_id))), 1, 3
    )) AS examples
FROM
(
    SELECT *
    FROM access_logs
    WHERE access_logs.reporter = 'client' AND access_logs.request_attempts = 1 AND access_logs.transport != 'tcp'
        AND access_logs.request_id != '' AND sipHash64(access_logs.request_id) % {one_of:UInt32} = 0
        AND access_logs.time >= toDateTime64({start:Float64}, 9, 'UTC')
        AND access_logs.time < toDateTime64({end:Float64}, 9, 'UTC')
        AND toStartOfFiveMinutes(access_logs.time) >= toStartOfFiveMinutes(toDateTime({start:Float64}, 'UTC'))
) AS client
INNER JOIN
(
    SELECT *
    FROM access_logs
    WHERE access_logs.reporter = 'server' AND access_logs.transport != 'tcp'
        AND access_logs.request_id != '' AND sipHash64(access_logs.request_id) % {one_of:UInt32} = 0
        AND access_logs.time >= toDateTime64({start:Float64} - 60, 9, 'UTC')
        AND access_logs.time < toDateTime64({end:Float64}, 9, 'UTC')
        AND toStartOfFiveMinutes(access_logs.time) >= toStartOfFiveMinutes(toDateTime({start:Float64} - 60, 'UTC'))
) AS server ON client.request_id = server.request_id AND client.destination_service = server.destination_service
    AND client.source_service = server.source_service AND client.path = server.path
GROUP BY
    client.source_cluster, client.source_namespace, client.source_service, client.destination_cluster,
    client.destination_namespace, client.destination_service
ORDER BY client_us - server_us DESC
LIMIT {limit:UInt32}
