-- Request ids of access_logs, as before: made anew, as a view whose query was modified counts a repeated segment twice.
DROP VIEW IF EXISTS request_index_from_access_logs ${on_cluster};
CREATE MATERIALIZED VIEW IF NOT EXISTS request_index_from_access_logs ${on_cluster} TO request_index${local} AS
SELECT DISTINCT
    sipHash64(request_id) AS request_hash,
    if(trace_id = toFixedString('', 16), toDateTime(time, 'UTC'), toStartOfFiveMinutes(toDateTime(time, 'UTC'))) AS bucket,
    trace_id
FROM access_logs${local}
WHERE request_id != ''
