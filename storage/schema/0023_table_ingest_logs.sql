-- Where the loader puts a logs segment: one row per request (storage/wire/logs.proto). Keeps nothing itself.
CREATE TABLE IF NOT EXISTS ingest_logs ${on_cluster}
(
    resource_logs Array(Tuple(
        resource Tuple(attributes ${attribute_list}),
        scope_logs Array(Tuple(
            scope Tuple(name String, version String),
            log_records Array(Tuple(
                time_unix_nano UInt64,
                observed_time_unix_nano UInt64,
                severity_number Int32,
                severity_text String,
                body ${any_value},
                attributes ${attribute_list},
                flags UInt32,
                trace_id String,
                span_id String,
                event_name String)))))),
    received_unix_nano UInt64,
    tenant String
)
ENGINE = Null
