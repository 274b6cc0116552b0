-- Request ids of logs. Rows without a trace lie by time alone in the table: their place is named to the second.
ALTER TABLE request_index_from_logs ${on_cluster} MODIFY QUERY
SELECT DISTINCT
    sipHash64(request_id) AS request_hash,
    if(trace_id = toFixedString('', 16), toDateTime(time, 'UTC'), toStartOfFiveMinutes(toDateTime(time, 'UTC'))) AS bucket,
    trace_id
FROM logs${local}
WHERE request_id != ''
