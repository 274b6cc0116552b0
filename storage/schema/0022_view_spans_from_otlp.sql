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
    if(workload.cluster = '', texts[indexOf(keys, 'istio.cluster_id')], workload.cluster) AS cluster,
    if(istio_service = '', workload.namespace, texts[indexOf(keys, 'istio.namespace')]) AS namespace,
    if(istio_service = '', workload.service, istio_service) AS service,
    if(istio_service = '', workload.version, texts[indexOf(keys, 'istio.canonical_revision')]) AS version,
    workload.instance AS instance,
    scope_name,
    scope_version,
    texts[indexOf(keys, 'component')] AS component,
    texts[indexOf(keys, 'guid:x-request-id')] AS request_id,
    texts[indexOf(keys, 'node_id')] AS node_id,
    concat(texts[indexOf(keys, 'http.method')], texts[indexOf(keys, 'http.request.method')]) AS method,
    concat(texts[indexOf(keys, 'http.url')], texts[indexOf(keys, 'url.full')]) AS url,
    texts[indexOf(keys, 'http.protocol')] AS protocol,
    toUInt16OrZero(texts[indexOf(keys, 'http.status_code')])
        + toUInt16(bitAnd(meshhub_attribute_integer(span_attributes, 'http.response.status_code'), 1023)) AS response_code,
    texts[indexOf(keys, 'response_flags')] AS response_flags,
    texts[indexOf(keys, 'user_agent')] AS user_agent,
    texts[indexOf(keys, 'peer.address')] AS peer_address,
    toUInt64OrZero(texts[indexOf(keys, 'request_size')]) AS request_size,
    toUInt64OrZero(texts[indexOf(keys, 'response_size')]) AS response_size,
    texts[indexOf(keys, 'upstream_cluster')] AS upstream_cluster,
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
        span_attributes.key AS keys,
        span_attributes.value.string_value AS texts,
        texts[indexOf(keys, 'istio.canonical_service')] AS istio_service
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
