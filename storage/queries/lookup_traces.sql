-- In which five minutes rows of some traces (32 hex digits) are.
SELECT DISTINCT trace_id, toUnixTimestamp(bucket) AS bucket
FROM trace_index
WHERE trace_id IN (SELECT meshhub_id16(unhex(arrayJoin({traces:Array(String)}))))
LIMIT {limit:UInt32}
