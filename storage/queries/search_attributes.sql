-- In how many of some traces, and in how many of others, each attribute has each of its values: those whose shares differ
-- most.
WITH
    (SELECT groupArray(toFixedString(unhex(one), 16)) FROM (SELECT arrayJoin({selected:Array(String)}) AS one)) AS chosen
SELECT
    toString(pair.1) AS key,
    substringUTF8(toString(pair.2), 1, 200) AS value,
    uniqExactIf(trace_id, has(chosen, trace_id)) AS selected,
    uniqExactIf(trace_id, NOT has(chosen, trace_id)) AS rest,
    count() OVER () AS compared
FROM
(
        SELECT
            spans.trace_id AS trace_id,
            arrayJoin(arrayConcat([
                ('service', toString(spans.service)),
                ('namespace', toString(spans.namespace)),
                ('version', toString(spans.version)),
                ('cluster', toString(spans.cluster)),
                ('instance', toString(spans.instance)),
                ('operation', toString(spans.name)),
                ('kind', toString(spans.kind)),
                ('span_status', toString(spans.status_code)),
                ('message', toString(spans.status_message)),
                ('method', toString(spans.method)),
                ('path', toString(spans.url)),
                ('protocol', toString(spans.protocol)),
                ('status', if(spans.response_code = 0, '', toString(spans.response_code))),
                ('user_agent', toString(spans.user_agent)),
                ('peer', toString(spans.peer_address)),
                ('upstream_cluster', toString(spans.upstream_cluster)),
                ('flag', if(spans.response_flags = '-', '', toString(spans.response_flags)))],
                arrayZip(mapKeys(spans.attributes), mapValues(spans.attributes)))) AS pair
        FROM spans
        WHERE spans.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') - INTERVAL 5 MINUTE
    AND spans.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC') + INTERVAL 5 MINUTE
            AND spans.trace_id IN (SELECT toFixedString(unhex(arrayJoin(arrayConcat({selected:Array(String)}, {rest:Array(String)}))), 16))
    UNION ALL
        SELECT
            access_logs.trace_id AS trace_id,
            arrayJoin(arrayConcat([
                ('source', toString(access_logs.source_service)),
                ('source.version', toString(access_logs.source_version)),
                ('destination', toString(access_logs.destination_service)),
                ('destination.version', toString(access_logs.destination_version)),
                ('destination.kind', toString(access_logs.destination_kind)),
                ('instance', toString(access_logs.instance)),
                ('route', toString(access_logs.route_name)),
                ('authority', toString(access_logs.authority)),
                ('method', toString(access_logs.method)),
                ('path', toString(access_logs.path)),
                ('transport', toString(access_logs.transport)),
                ('status', if(access_logs.response_code = 0, '', toString(access_logs.response_code))),
                ('grpc', if(access_logs.grpc_status = -1, '', toString(access_logs.grpc_status))),
                ('details', toString(access_logs.response_code_details)),
                ('termination', toString(access_logs.connection_termination_details)),
                ('transport_failure', toString(access_logs.upstream_transport_failure_reason)),
                ('attempts', toString(access_logs.request_attempts)),
                ('security', toString(access_logs.security)),
                ('upstream_host', toString(access_logs.upstream_host)),
                ('upstream_cluster', toString(access_logs.upstream_cluster)),
                ('user_agent', toString(access_logs.user_agent)),
                ('flag', if(access_logs.response_flags = '-', '', toString(access_logs.response_flags)))],
                arrayZip(mapKeys(access_logs.attributes), mapValues(access_logs.attributes)))) AS pair
        FROM access_logs
        WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') - INTERVAL 5 MINUTE
    AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC') + INTERVAL 5 MINUTE
            AND access_logs.trace_id IN (SELECT toFixedString(unhex(arrayJoin(arrayConcat({selected:Array(String)}, {rest:Array(String)}))), 16))
)
WHERE pair.2 != ''
GROUP BY key, value
HAVING selected + rest > 1
ORDER BY abs(selected / length({selected:Array(String)}) - rest / length({rest:Array(String)})) DESC, key, value
LIMIT {limit:UInt32}
