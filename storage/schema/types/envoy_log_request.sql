Tuple(
    request_method Int64, authority LowCardinality(String), path String, user_agent LowCardinality(String),
    forwarded_for String, request_id String, original_path String, request_body_bytes UInt64,
    request_headers ${envoy_texts})
