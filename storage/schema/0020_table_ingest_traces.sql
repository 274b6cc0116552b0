-- Where the loader puts a traces segment: one row per request (storage/wire/traces.proto). Keeps nothing itself; the
-- materialized views below it do.
CREATE TABLE IF NOT EXISTS ingest_traces ${on_cluster}
(
    resource_spans Array(Tuple(
        resource Tuple(attributes ${attribute_list}),
        scope_spans Array(Tuple(
            scope Tuple(name String, version String),
            spans Array(Tuple(
                trace_id String,
                span_id String,
                trace_state String,
                parent_span_id String,
                name String,
                kind Int32,
                start_time_unix_nano UInt64,
                end_time_unix_nano UInt64,
                attributes ${attribute_list},
                events Array(Tuple(time_unix_nano UInt64, name String, attributes ${attribute_list})),
                links Array(Tuple(trace_id String, span_id String, attributes ${attribute_list})),
                status Tuple(message String, code Int32),
                flags UInt32)))))),
    received_unix_nano UInt64,
    tenant String
)
ENGINE = Null
