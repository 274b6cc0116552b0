-- The spans of traces (32 hex digits each), trace by trace in the order they were asked for, at most so many of each.
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
    spans.url AS url,
    spans.protocol AS protocol,
    spans.response_code AS response_code,
    spans.response_flags AS response_flags,
    spans.user_agent AS user_agent,
    spans.peer_address AS peer_address,
    spans.request_size AS request_size,
    spans.response_size AS response_size,
    spans.upstream_cluster AS upstream_cluster,
    spans.attributes AS attributes,
    spans.attribute_types AS attribute_types,
    spans.resource_attributes AS resource_attributes,
    arrayMap(event -> (toUnixTimestamp64Nano(event.1), toString(event.2), event.3), spans.events) AS events,
    arrayMap(link -> (link.1, link.2, link.3), spans.links) AS links
FROM spans
WHERE toStartOfFiveMinutes(spans.time) IN
    (
        SELECT bucket FROM trace_index
        WHERE trace_id IN (SELECT meshhub_id16(unhex(arrayJoin({trace_ids:Array(String)}))))
    )
    AND spans.trace_id IN (SELECT meshhub_id16(unhex(arrayJoin({trace_ids:Array(String)}))))
    AND ({tenant:String} = '' OR spans.tenant = {tenant:String})
ORDER BY indexOf({trace_ids:Array(String)}, lower(hex(spans.trace_id))), spans.time, spans.span_id
LIMIT {spans_per_trace:UInt32} BY spans.trace_id
LIMIT {limit:UInt32}
