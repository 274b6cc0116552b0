Tuple(
    response_code Tuple(value UInt64), response_body_bytes UInt64, response_headers ${envoy_texts},
    response_trailers ${envoy_texts}, response_code_details LowCardinality(String))
