-- Where the loader puts a segment of Zipkin spans: one row per request (storage/wire/zipkin.proto). Keeps nothing itself.
CREATE TABLE IF NOT EXISTS ingest_zipkin ${on_cluster}
(
    spans Array(Tuple(
        trace_id String,
        parent_id String,
        id String,
        kind Int64,
        name String,
        timestamp UInt64,
        duration UInt64,
        local_endpoint Tuple(service_name String, ipv4 String, ipv6 String, port Int64),
        remote_endpoint Tuple(service_name String, ipv4 String, ipv6 String, port Int64),
        annotations Array(Tuple(timestamp UInt64, value String)),
        tags Array(Tuple(key LowCardinality(String), value String)),
        debug UInt64)),
    received_unix_nano UInt64,
    tenant String
)
ENGINE = Null
