-- As compat_traces, of spans that also fit one of several lists of conditions. A condition is (scope, key, operator, text, number):
-- scope is span, resource or empty for either; operators are = != > >= < <= =~ !~ and exists. What is absent fits none.
-- The number is compared where the operator is one of order.
SELECT
    spans.trace_id AS trace_id,
    count() AS matched,
    groupArray({spans_per_trace:UInt32})(spans.span_id) AS span_ids
FROM spans
WHERE spans.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC')
    AND spans.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND spans.trace_id != toFixedString('', 16)
    AND ({tenant:String} = '' OR spans.tenant = {tenant:String})
    AND ({service:String} = '' OR spans.service = {service:String}
        OR meshhub_trace_service(toString(spans.service), toString(spans.namespace)) = {service:String})
    AND ({operation:String} = '' OR spans.name = {operation:String})
    AND spans.duration_ns >= {shortest:UInt64}
    AND ({longest:UInt64} = 0 OR spans.duration_ns <= {longest:UInt64})
    AND arrayExists(conditions -> arrayAll(
        condition -> arrayExists(
            text -> text != '' AND multiIf(
                condition.3 = 'exists', 1,
                condition.3 = '=', text = condition.4,
                condition.3 = '!=', text != condition.4,
                condition.3 = '=~', match(text, condition.4),
                condition.3 = '!~', NOT match(text, condition.4),
                condition.3 = '>', ifNull(toFloat64OrNull(text) > condition.5, 0),
                condition.3 = '>=', ifNull(toFloat64OrNull(text) >= condition.5, 0),
                condition.3 = '<', ifNull(toFloat64OrNull(text) < condition.5, 0),
                condition.3 = '<=', ifNull(toFloat64OrNull(text) <= condition.5, 0),
                0),
            multiIf(
                condition.2 = 'service.name' AND condition.3 = '=',
                [meshhub_trace_service(toString(spans.service), toString(spans.namespace)), toString(spans.service)],
                condition.2 = 'service.name',
                [meshhub_trace_service(toString(spans.service), toString(spans.namespace))],
                condition.1 = 'resource', [JSONExtractString(spans.resource_attributes, condition.2)],
                condition.1 = 'span', [meshhub_span_text(spans.attributes, (spans.method, spans.url, spans.protocol,
                    spans.response_code, spans.response_flags, spans.upstream_cluster, spans.request_id, spans.node_id,
                    spans.component, spans.peer_address, spans.user_agent, spans.status_code, spans.kind, spans.name,
                    spans.duration_ns), condition.2)],
                [meshhub_span_text(spans.attributes, (spans.method, spans.url, spans.protocol,
                    spans.response_code, spans.response_flags, spans.upstream_cluster, spans.request_id, spans.node_id,
                    spans.component, spans.peer_address, spans.user_agent, spans.status_code, spans.kind, spans.name,
                    spans.duration_ns), condition.2), JSONExtractString(spans.resource_attributes, condition.2)])),
        conditions), {any_of:Array(Array(Tuple(String, String, String, String, Float64)))})
GROUP BY spans.trace_id
ORDER BY max(spans.time) DESC, trace_id
LIMIT {limit:UInt32}
