-- Access logs of a window that match, over time and by what tells how they ended. Bins start at multiples of `step` seconds.
SELECT
    toUInt32(intDiv(toUnixTimestamp(access_logs.time), {step:UInt32}) * {step:UInt32}) AS start,
    access_logs.response_code AS response_code,
    access_logs.grpc_status AS grpc_status,
    access_logs.response_flags AS response_flags,
    access_logs.transport AS transport,
    count() AS requests
FROM access_logs
WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    AND ${final} AND ${where}
GROUP BY start, response_code, grpc_status, response_flags, transport
