-- What there is to know of traces (32 hex digits each) without their spans, in the order they were asked for.
SELECT
    traces.trace_id AS trace_id,
    arrayFirst(root -> 1, arraySort(traces.roots)).2 AS root_service,
    arrayFirst(root -> 1, arraySort(traces.roots)).3 AS root_name,
    traces.start_unix_nano AS start_unix_nano,
    traces.end_unix_nano AS end_unix_nano,
    traces.spans AS spans,
    traces.failed AS failed,
    arrayCount(parent -> NOT has(traces.ids, parent), traces.parents) AS orphans,
    arraySort(arrayMap(
        service -> (service, arrayCount(each -> each.1 = service, traces.by_service),
            arrayCount(each -> each.1 = service AND each.2, traces.by_service)),
        arrayDistinct(traces.by_service.1))) AS services
FROM
(
    SELECT
        spans.trace_id AS trace_id,
        groupArrayIf(8)(
            (spans.time, meshhub_trace_service(toString(spans.service), toString(spans.namespace)), toString(spans.name)),
            spans.parent_span_id = toFixedString('', 8)) AS roots,
        toUnixTimestamp64Nano(min(spans.time)) AS start_unix_nano,
        max(toUnixTimestamp64Nano(spans.time) + toInt64(spans.duration_ns)) AS end_unix_nano,
        count() AS spans,
        countIf(spans.status_code = 'error') AS failed,
        groupArray(10000)(spans.span_id) AS ids,
        groupArrayIf(10000)(spans.parent_span_id, spans.parent_span_id != toFixedString('', 8)) AS parents,
        groupArray(10000)((meshhub_trace_service(toString(spans.service), toString(spans.namespace)),
            spans.status_code = 'error')) AS by_service
    FROM spans
    WHERE toStartOfFiveMinutes(spans.time) IN
        (
            SELECT bucket FROM trace_index
            WHERE trace_id IN (SELECT meshhub_id16(unhex(arrayJoin({trace_ids:Array(String)}))))
        )
        AND spans.trace_id IN (SELECT meshhub_id16(unhex(arrayJoin({trace_ids:Array(String)}))))
        AND ({tenant:String} = '' OR spans.tenant = {tenant:String})
    GROUP BY spans.trace_id
) AS traces
ORDER BY indexOf({trace_ids:Array(String)}, lower(hex(traces.trace_id)))
