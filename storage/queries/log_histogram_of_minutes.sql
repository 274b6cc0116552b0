-- As log_histogram, of the requests that are counted by minute for the whole minutes of the window, and of access logs for
-- the rest. `step` is whole minutes.
SELECT
    toUInt32(intDiv(toUnixTimestamp(began), {step:UInt32}) * {step:UInt32}) AS start,
    response_code,
    grpc_status,
    response_flags,
    transport,
    sum(counted) AS requests
FROM
(
        SELECT
            request_minutes.time AS began, request_minutes.response_code AS response_code,
            request_minutes.grpc_status AS grpc_status, request_minutes.response_flags AS response_flags,
            request_minutes.transport AS transport, request_minutes.requests AS counted
        FROM request_minutes
        WHERE request_minutes.time >= toDateTime({first_minute:UInt32}, 'UTC')
            AND request_minutes.time < toDateTime({last_minute:UInt32}, 'UTC')
            AND toStartOfHour(request_minutes.time) >= toStartOfHour(toDateTime({first_minute:UInt32}, 'UTC'))
            AND ${minutes}
    UNION ALL
        SELECT
            toDateTime(access_logs.time) AS began, access_logs.response_code, access_logs.grpc_status,
            access_logs.response_flags, access_logs.transport, 1 AS counted
        FROM access_logs
        WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC')
            AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
            AND (access_logs.time < toDateTime({first_minute:UInt32}, 'UTC')
                OR access_logs.time >= toDateTime({last_minute:UInt32}, 'UTC'))
            AND ${final} AND ${where}
)
GROUP BY start, response_code, grpc_status, response_flags, transport
