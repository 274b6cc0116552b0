-- Where the loader puts a metrics segment: one row per request (storage/wire/metrics.proto). Keeps nothing itself.
CREATE TABLE IF NOT EXISTS ingest_metrics ${on_cluster}
(
    resource_metrics Array(Tuple(
        resource Tuple(attributes ${attribute_list}),
        scope_metrics Array(Tuple(
            scope Tuple(name String, version String),
            metrics Array(${metric}))))),
    received_unix_nano UInt64,
    tenant String
)
ENGINE = Null
