-- Traces with a span of this service, operation, kind of status and duration that began in a window: newest first, with how many
-- spans fit and some of them. Texts that are empty and a highest duration of 0 ask for nothing.
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
GROUP BY spans.trace_id
ORDER BY max(spans.time) DESC, trace_id
LIMIT {limit:UInt32}
