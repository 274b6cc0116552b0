-- The services that have spans, by the names that other tracing tools use; since a day.
SELECT DISTINCT meshhub_trace_service(toString(span_operations.service), toString(span_operations.namespace)) AS service
FROM span_operations
WHERE span_operations.day >= toDate(toDateTime({start:Float64}, 'UTC'))
    AND ({tenant:String} = '' OR span_operations.tenant = {tenant:String})
ORDER BY service
LIMIT {limit:UInt32}
