-- Where the loader puts a segment of Envoy's metrics service: one row per message of a stream
-- (storage/wire/envoy_metrics.proto). Keeps nothing itself.
CREATE TABLE IF NOT EXISTS ingest_envoy_metrics ${on_cluster}
(
    envoy_metrics Array(Tuple(
        name String,
        type Int64,
        unit String,
        metric Array(Tuple(
            label Array(Tuple(name LowCardinality(String), value String)),
            gauge Tuple(value Float64),
            counter Tuple(value Float64),
            summary Tuple(sample_count UInt64, sample_sum Float64, quantile Array(Tuple(quantile Float64, value Float64))),
            untyped Tuple(value Float64),
            timestamp_ms Int64,
            histogram Tuple(
                sample_count UInt64, sample_sum Float64, bucket Array(Tuple(cumulative_count UInt64, upper_bound Float64))))))),
    resource Tuple(attributes ${attribute_list}),
    received_unix_nano UInt64,
    tenant String
)
ENGINE = Null
