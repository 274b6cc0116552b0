-- The values that an attribute of spans (or of their resources, by scope) has in a window, most frequent first.
SELECT
    found.value AS value,
    anyLast(found.value_type) AS value_type
FROM
(
    SELECT
        multiIf(
            {key:String} = 'service.name', meshhub_trace_service(toString(spans.service), toString(spans.namespace)),
            {scope:String} = 'resource', JSONExtractString(spans.resource_attributes, {key:String}),
            {scope:String} = 'span', meshhub_span_text(spans.attributes, (spans.method, spans.url, spans.protocol,
                spans.response_code, spans.response_flags, spans.upstream_cluster, spans.request_id, spans.node_id,
                spans.component, spans.peer_address, spans.user_agent, spans.status_code, spans.kind, spans.name,
                spans.duration_ns), {key:String}),
            firstNonDefault(meshhub_span_text(spans.attributes, (spans.method, spans.url, spans.protocol,
                spans.response_code, spans.response_flags, spans.upstream_cluster, spans.request_id, spans.node_id,
                spans.component, spans.peer_address, spans.user_agent, spans.status_code, spans.kind, spans.name,
                spans.duration_ns), {key:String}), JSONExtractString(spans.resource_attributes, {key:String}))) AS value,
        toString(spans.attribute_types[{key:String}]) AS value_type
    FROM spans
    WHERE spans.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC')
        AND spans.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
        AND ({tenant:String} = '' OR spans.tenant = {tenant:String})
) AS found
WHERE found.value != '' AND length(found.value) <= 1024
GROUP BY found.value
ORDER BY count() DESC, found.value
LIMIT {limit:UInt32}
