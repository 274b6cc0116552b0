-- The spans of some requests and traces (32 hex digits), where lookup_requests and lookup_traces found them, with values cut
-- to so many characters.
SELECT
    toUnixTimestamp64Nano(spans.time) AS time_unix_nano,
    spans.duration_ns AS duration_ns,
    spans.trace_id AS trace_id,
    spans.span_id AS span_id,
    spans.parent_span_id AS parent_span_id,
    spans.trace_state AS trace_state,
    spans.flags AS flags,
    spans.name AS name,
    spans.kind AS kind,
    spans.status_code AS status_code,
    spans.status_message AS status_message,
    spans.cluster AS cluster,
    spans.namespace AS namespace,
    spans.service AS service,
    spans.version AS version,
    spans.instance AS instance,
    spans.scope_name AS scope_name,
    spans.scope_version AS scope_version,
    spans.component AS component,
    spans.request_id AS request_id,
    spans.node_id AS node_id,
    spans.method AS method,
    leftUTF8(spans.url, {value_length:UInt32}) AS url,
    spans.protocol AS protocol,
    spans.response_code AS response_code,
    spans.response_flags AS response_flags,
    spans.user_agent AS user_agent,
    spans.peer_address AS peer_address,
    spans.request_size AS request_size,
    spans.response_size AS response_size,
    spans.upstream_cluster AS upstream_cluster,
    mapApply((key, value) -> (key, leftUTF8(value, {value_length:UInt32})), spans.attributes) AS attributes,
    spans.attribute_types AS attribute_types,
    spans.resource_attributes AS resource_attributes,
    arrayMap(event -> (toUnixTimestamp64Nano(event.1), toString(event.2),
        mapApply((key, value) -> (key, leftUTF8(value, {value_length:UInt32})), event.3)),
        arraySlice(spans.events, 1, {events:UInt32})) AS events,
    arrayMap(link -> (link.1, link.2, mapApply((key, value) -> (key, leftUTF8(value, {value_length:UInt32})), link.3)),
        arraySlice(spans.links, 1, {events:UInt32})) AS links
FROM spans
WHERE toStartOfFiveMinutes(spans.time) IN {buckets:Array(DateTime('UTC'))}
    AND spans.trace_id IN (SELECT meshhub_id16(unhex(arrayJoin({traces:Array(String)}))))
    AND (spans.trace_id != toFixedString('', 16) OR (spans.request_id IN {request_ids:Array(String)}
        AND spans.time >= fromUnixTimestamp64Nano({untraced_start:Int64}, 'UTC')
        AND spans.time < fromUnixTimestamp64Nano({untraced_end:Int64}, 'UTC')))
ORDER BY spans.time
LIMIT {limit:UInt32}
