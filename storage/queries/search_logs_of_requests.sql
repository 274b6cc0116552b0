-- Some requests, summed up of all their access logs around a window: by trace id, or by request id where they have none.
SELECT
    access_logs.trace_id AS trace_id,
    anyIf(access_logs.request_id, access_logs.request_id != '') AS request_id,
    toUnixTimestamp64Nano(min(access_logs.time)) AS start_unix_nano,
    max(toUnixTimestamp64Nano(access_logs.time) + toInt64(least(access_logs.duration_us, 1000000000000)) * 1000)
        AS end_unix_nano,
    argMin(if(access_logs.source_service != '', toString(access_logs.source_namespace), toString(access_logs.namespace)),
        access_logs.time) AS root_namespace,
    argMin(if(access_logs.source_service != '', toString(access_logs.source_service), toString(access_logs.service)),
        access_logs.time) AS root_service,
    substringUTF8(argMin(concat(access_logs.method, ' ', access_logs.path), access_logs.time), 1, 300) AS root_operation,
    count() AS access_logs,
    countIf(access_logs.response_code >= 500 OR access_logs.grpc_status > 0
        OR (access_logs.response_code = 0 AND (access_logs.transport != 'tcp' OR access_logs.response_flags != ''))) AS errors,
    arraySort(arrayFilter(name -> name != '', arrayDistinct(arrayConcat(
        groupUniqArray(64)(toString(access_logs.source_service)), groupUniqArray(64)(toString(access_logs.service)),
        groupUniqArray(64)(toString(access_logs.destination_service)))))) AS services,
    max(access_logs.response_code) AS status,
    max(access_logs.grpc_status) AS grpc_status,
    groupUniqArrayIf(32)(toString(access_logs.response_flags), access_logs.response_flags NOT IN ('', '-')) AS flags
FROM access_logs
WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') - INTERVAL 5 MINUTE
    AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC') + INTERVAL 5 MINUTE
    AND ${final}
    AND ${among_logs}
GROUP BY access_logs.trace_id, if(access_logs.trace_id = toFixedString('', 16), access_logs.request_id, '')
