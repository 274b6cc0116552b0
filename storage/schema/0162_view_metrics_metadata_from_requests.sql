-- Metadata of remote-write requests.
CREATE MATERIALIZED VIEW IF NOT EXISTS metrics_metadata_from_requests ${on_cluster} TO metrics_metadata${local} AS
SELECT
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    tenant,
    each.metric_family_name AS metric,
    ['unknown', 'counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset'][if(each.type < 8, each.type + 1, 1)] AS type,
    each.unit AS unit,
    each.help AS help
FROM ingest_remote_write
ARRAY JOIN metadata AS each
