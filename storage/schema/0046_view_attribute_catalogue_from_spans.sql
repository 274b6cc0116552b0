-- Attribute keys of spans that have no column of their own.
CREATE MATERIALIZED VIEW IF NOT EXISTS attribute_catalogue_from_spans ${on_cluster} TO attribute_catalogue${local} AS
SELECT
    toDate(time) AS day,
    tenant,
    'spans' AS signal,
    attribute.1 AS key,
    service,
    anyLast(if(attribute_types[attribute.1] = '', 'string', attribute_types[attribute.1])) AS value_type,
    anyLast(substring(attribute.2, 1, 256)) AS example,
    count() AS occurrences
FROM (SELECT time, tenant, service, attribute_types, arrayJoin(attributes) AS attribute FROM spans${local})
GROUP BY ALL
