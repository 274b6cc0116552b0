-- The five minutes in which there are rows of these request ids and traces (32 hex digits), newest first, and the traces
-- that the rows are of. A trace of "" is none.
SELECT toUnixTimestamp(bucket) AS bucket, groupUniqArray(1000)(trace_id) AS traces
FROM
(
    SELECT bucket, trace_id FROM trace_index
    WHERE trace_id IN (SELECT meshhub_id16(unhex(arrayJoin({traces:Array(String)}))))
    UNION ALL
    SELECT toStartOfFiveMinutes(bucket) AS bucket, trace_id FROM request_index
    WHERE request_hash IN (SELECT sipHash64(arrayJoin({requests:Array(String)})))
)
GROUP BY bucket
ORDER BY bucket DESC
LIMIT 200
