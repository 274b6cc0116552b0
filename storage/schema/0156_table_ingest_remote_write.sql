-- Where the loader puts a segment of Prometheus remote write: one row per request (storage/wire/remote_write.proto). Keeps
-- nothing itself.
CREATE TABLE IF NOT EXISTS ingest_remote_write ${on_cluster}
(
    timeseries Array(Tuple(
        labels Array(Tuple(name LowCardinality(String), value String)),
        samples Array(Tuple(value Float64, timestamp Int64)),
        type UInt32)),
    metadata Array(Tuple(type UInt32, metric_family_name String, help String, unit String)),
    received_unix_nano UInt64,
    tenant String
)
ENGINE = Null
