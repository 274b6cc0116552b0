-- Attribute keys of access_logs that have no column of their own.
CREATE MATERIALIZED VIEW IF NOT EXISTS attribute_catalogue_from_access_logs ${on_cluster} TO attribute_catalogue${local} AS
SELECT
    toDate(time) AS day,
    tenant,
    'access_logs' AS signal,
    attribute.1 AS key,
    service,
    'string' AS value_type,
    anyLast(substring(attribute.2, 1, 256)) AS example,
    count() AS occurrences
FROM (SELECT time, tenant, service, arrayJoin(attributes) AS attribute FROM access_logs${local})
GROUP BY ALL
