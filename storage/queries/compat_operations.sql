-- The operations of a service (with or without its namespace), most frequent first; since a day.
SELECT
    toString(span_operations.name) AS name,
    toString(span_operations.kind) AS kind
FROM span_operations
WHERE span_operations.day >= toDate(toDateTime({start:Float64}, 'UTC'))
    AND ({tenant:String} = '' OR span_operations.tenant = {tenant:String})
    AND ({service:String} = '' OR span_operations.service = {service:String}
        OR meshhub_trace_service(toString(span_operations.service), toString(span_operations.namespace)) = {service:String})
    AND ({kind:String} = '' OR toString(span_operations.kind) = {kind:String})
GROUP BY span_operations.name, span_operations.kind
ORDER BY sum(span_operations.spans) DESC, name, kind
LIMIT {limit:UInt32}
