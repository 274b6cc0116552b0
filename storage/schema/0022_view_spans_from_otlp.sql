-- Explodes OTLP requests into spans. Total: no content of a well-formed request makes it fail.
CREATE MATERIALIZED VIEW IF NOT EXISTS spans_from_otlp ${on_cluster} TO spans${local} AS
SELECT
    meshhub_plausible_time(span.start_time_unix_nano, received_unix_nano) AS time,
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    if(span.end_time_unix_nano > span.start_time_unix_nano,
        span.end_time_unix_nano - span.start_time_unix_nano, 0) AS duration_ns,
    meshhub_id16(span.trace_id) AS trace_id,
    meshhub_id8(span.span_id) AS span_id,
    meshhub_id8(span.parent_span_id) AS parent_span_id,
    span.trace_state AS trace_state,
    toUInt16(bitAnd(span.flags, 65535)) AS flags,
    span.name AS name,
    CAST(if(span.kind BETWEEN 0 AND 5, span.kind, 0),
        'Enum8(\'unspecified\' = 0, \'internal\' = 1, \'server\' = 2, \'client\' = 3, \'producer\' = 4, \'consumer\' = 5)') AS kind,
    CAST(if(span.status.code BETWEEN 0 AND 2, span.status.code, 0),
        'Enum8(\'unset\' = 0, \'ok\' = 1, \'error\' = 2)') AS status_code,
    span.status.message AS status_message,
    tenant,
    if(workload.cluster = '', meshhub_attribute(span_attributes, 'istio.cluster_id'), workload.cluster) AS cluster,
    if(istio_service = '', workload.namespace, meshhub_attribute(span_attributes, 'istio.namespace')) AS namespace,
    if(istio_service = '', workload.service, istio_service) AS service,
    if(istio_service = '', workload.version, meshhub_attribute(span_attributes, 'istio.canonical_revision')) AS version,
    workload.instance AS instance,
    scope_name,
    scope_version,
    meshhub_attribute(span_attributes, 'component') AS component,
    meshhub_attribute(span_attributes, 'guid:x-request-id') AS request_id,
    meshhub_attribute(span_attributes, 'node_id') AS node_id,
    concat(meshhub_attribute(span_attributes, 'http.method'), meshhub_attribute(span_attributes, 'http.request.method')) AS method,
    concat(meshhub_attribute(span_attributes, 'http.url'), meshhub_attribute(span_attributes, 'url.full')) AS url,
    meshhub_attribute(span_attributes, 'http.protocol') AS protocol,
    toUInt16OrZero(meshhub_attribute(span_attributes, 'http.status_code'))
        + toUInt16(bitAnd(meshhub_attribute_integer(span_attributes, 'http.response.status_code'), 1023)) AS response_code,
    meshhub_attribute(span_attributes, 'response_flags') AS response_flags,
    meshhub_attribute(span_attributes, 'user_agent') AS user_agent,
    meshhub_attribute(span_attributes, 'peer.address') AS peer_address,
    toUInt64OrZero(meshhub_attribute(span_attributes, 'request_size')) AS request_size,
    toUInt64OrZero(meshhub_attribute(span_attributes, 'response_size')) AS response_size,
    meshhub_attribute(span_attributes, 'upstream_cluster') AS upstream_cluster,
    meshhub_attribute_map(span_attributes, if(component = 'proxy', ['component', 'guid:x-request-id', 'node_id', 'http.method', 'http.url',
        'http.protocol', 'http.status_code', 'response_flags', 'user_agent', 'peer.address', 'request_size',
        'response_size', 'upstream_cluster'], [])) AS attributes,
    meshhub_attribute_types(span_attributes) AS attribute_types,
    resource_attributes,
    arrayMap(event -> (
        meshhub_plausible_time(tupleElement(event, 'time_unix_nano'), received_unix_nano),
        tupleElement(event, 'name'),
        meshhub_attribute_map(tupleElement(event, 'attributes'), [])), span.events) AS events,
    arrayMap(link -> (
        meshhub_id16(tupleElement(link, 'trace_id')),
        meshhub_id8(tupleElement(link, 'span_id')),
        meshhub_attribute_map(tupleElement(link, 'attributes'), [])), span.links) AS links
FROM
(
    SELECT
        received_unix_nano,
        tenant,
        workload,
        resource_attributes,
        toLowCardinality(scope_span.scope.name) AS scope_name,
        toLowCardinality(scope_span.scope.version) AS scope_version,
        arrayJoin(scope_span.spans) AS span,
        span.attributes AS span_attributes,
        meshhub_attribute(span_attributes, 'istio.canonical_service') AS istio_service
    FROM
    (
        SELECT
            received_unix_nano,
            tenant,
            meshhub_workload(resource_span.resource.attributes) AS workload,
            toLowCardinality(toJSONString(meshhub_attribute_map(resource_span.resource.attributes, []))) AS resource_attributes,
            arrayJoin(resource_span.scope_spans) AS scope_span
        FROM (SELECT received_unix_nano, tenant, arrayJoin(resource_spans) AS resource_span FROM ingest_traces)
    )
)
