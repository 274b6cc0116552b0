-- Request ids of access_logs.
CREATE MATERIALIZED VIEW IF NOT EXISTS request_index_from_access_logs ${on_cluster} TO request_index${local} AS
SELECT DISTINCT
    sipHash64(request_id) AS request_hash,
    toStartOfFiveMinutes(time) AS bucket,
    trace_id
FROM access_logs${local}
WHERE request_id != ''
