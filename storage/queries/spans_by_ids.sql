-- The spans of some requests and traces (32 hex digits), where lookup_requests and lookup_traces found them, with values cut
-- to so many characters.
SELECT
    toUnixTimestamp64Nano(time) AS time_unix_nano,
    duration_ns,
    trace_id,
    span_id,
    parent_span_id,
    trace_state,
    flags,
    name,
    kind,
    status_code,
    status_message,
    cluster,
    namespace,
    service,
    version,
    instance,
    scope_name,
    scope_version,
    component,
    request_id,
    node_id,
    method,
    leftUTF8(spans.url, {value_length:UInt32}) AS url,
    protocol,
    response_code,
    response_flags,
    user_agent,
    peer_address,
    request_size,
    response_size,
    upstream_cluster,
    mapApply((key, value) -> (key, leftUTF8(value, {value_length:UInt32})), spans.attributes) AS attributes,
    attribute_types,
    resource_attributes,
    arrayMap(event -> (toUnixTimestamp64Nano(event.1), toString(event.2),
        mapApply((key, value) -> (key, leftUTF8(value, {value_length:UInt32})), event.3)),
        arraySlice(spans.events, 1, {events:UInt32})) AS events,
    arrayMap(link -> (link.1, link.2, mapApply((key, value) -> (key, leftUTF8(value, {value_length:UInt32})), link.3)),
        arraySlice(spans.links, 1, {events:UInt32})) AS links
FROM spans
PREWHERE toStartOfFiveMinutes(time) IN {buckets:Array(DateTime('UTC'))}
    AND trace_id IN (SELECT meshhub_id16(unhex(arrayJoin({traces:Array(String)}))))
    AND (trace_id != toFixedString('', 16) OR (request_id IN {request_ids:Array(String)}
        AND time >= fromUnixTimestamp64Nano({untraced_start:Int64}, 'UTC')
        AND time < fromUnixTimestamp64Nano({untraced_end:Int64}, 'UTC')))
ORDER BY time
LIMIT {limit:UInt32}
