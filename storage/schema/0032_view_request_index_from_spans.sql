-- Request ids of spans.
CREATE MATERIALIZED VIEW IF NOT EXISTS request_index_from_spans ${on_cluster} TO request_index${local} AS
SELECT DISTINCT
    sipHash64(request_id) AS request_hash,
    toStartOfFiveMinutes(time) AS bucket,
    trace_id
FROM spans${local}
WHERE request_id != ''
