-- The five minutes in which there are rows of these request ids and traces (32 hex digits).
SELECT DISTINCT toUnixTimestamp(bucket) AS bucket
FROM
(
    SELECT bucket FROM trace_index
    WHERE trace_id IN (SELECT meshhub_id16(unhex(arrayJoin({traces:Array(String)}))))
    UNION ALL
    SELECT bucket FROM request_index
    WHERE request_hash IN (SELECT sipHash64(arrayJoin({requests:Array(String)})))
)
ORDER BY bucket DESC
LIMIT 200
