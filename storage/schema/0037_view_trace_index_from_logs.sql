-- Trace ids of logs.
CREATE MATERIALIZED VIEW IF NOT EXISTS trace_index_from_logs ${on_cluster} TO trace_index${local} AS
SELECT DISTINCT
    trace_id,
    toStartOfFiveMinutes(time) AS bucket
FROM logs${local}
WHERE trace_id != toFixedString('', 16)
