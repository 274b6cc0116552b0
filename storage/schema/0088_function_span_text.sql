-- The text of a span's attribute under the key that it was sent with, also of those that have columns; '' where there is none.
-- `columns` are (method, url, protocol, response_code, response_flags, upstream_cluster, request_id, node_id, component,
-- peer_address, user_agent, status_code, kind, name, duration_ns). Keys in angle brackets are properties of the span.
CREATE OR REPLACE FUNCTION meshhub_span_text ${on_cluster} AS (attributes, columns, key) -> multiIf(
    mapContains(attributes, key), attributes[key],
    key = 'http.method', toString(columns.1),
    key = 'http.url', columns.2,
    key = 'http.protocol', toString(columns.3),
    key = 'http.status_code', if(columns.4 = 0, '', toString(columns.4)),
    key = 'response_flags', toString(columns.5),
    key = 'upstream_cluster', toString(columns.6),
    key = 'guid:x-request-id', columns.7,
    key = 'node_id', toString(columns.8),
    key = 'component', toString(columns.9),
    key = 'peer.address', toString(columns.10),
    key = 'user_agent', toString(columns.11),
    key = 'error', if(columns.12 = 'error', 'true', ''),
    key = 'span.kind', toString(columns.13),
    key = '<status>', toString(columns.12),
    key = '<kind>', toString(columns.13),
    key = '<name>', toString(columns.14),
    key = '<duration>', toString(columns.15),
    '')
