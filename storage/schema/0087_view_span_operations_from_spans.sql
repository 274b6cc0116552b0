-- Operations of spans.
CREATE MATERIALIZED VIEW IF NOT EXISTS span_operations_from_spans ${on_cluster} TO span_operations${local} AS
SELECT
    toDate(time) AS day,
    tenant,
    namespace,
    service,
    name,
    kind,
    count() AS spans
FROM spans${local}
GROUP BY ALL
