-- Trace ids of spans.
CREATE MATERIALIZED VIEW IF NOT EXISTS trace_index_from_spans ${on_cluster} TO trace_index${local} AS
SELECT DISTINCT
    trace_id,
    toStartOfFiveMinutes(time) AS bucket
FROM spans${local}
WHERE trace_id != toFixedString('', 16)
