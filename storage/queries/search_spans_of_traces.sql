-- Some traces, summed up of all their spans around a window.
SELECT
    spans.trace_id AS trace_id,
    anyIf(spans.request_id, spans.request_id != '') AS request_id,
    toUnixTimestamp64Nano(min(spans.time)) AS start_unix_nano,
    max(toUnixTimestamp64Nano(spans.time) + toInt64(least(spans.duration_ns, 1000000000000000))) AS end_unix_nano,
    argMin(toString(spans.namespace), (spans.parent_span_id != toFixedString('', 8), spans.time)) AS root_namespace,
    argMin(toString(spans.service), (spans.parent_span_id != toFixedString('', 8), spans.time)) AS root_service,
    substringUTF8(argMin(toString(spans.name), (spans.parent_span_id != toFixedString('', 8), spans.time)), 1, 300)
        AS root_operation,
    count() AS spans,
    countIf(spans.status_code = 'error' OR spans.response_code >= 500) AS errors,
    arraySort(groupUniqArrayIf(64)(toString(spans.service), spans.service != '')) AS services,
    max(spans.response_code) AS status,
    groupUniqArrayIf(32)(toString(spans.response_flags), spans.response_flags NOT IN ('', '-')) AS flags
FROM spans
WHERE spans.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') - INTERVAL 5 MINUTE
    AND spans.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC') + INTERVAL 5 MINUTE
    AND ${among_spans}
GROUP BY spans.trace_id
