-- Explodes Zipkin requests into spans. A span of Envoy (tag component=proxy) is named by node.cluster, as Envoy's built-in log
-- labels are, and by its node id; of an application the service name is whole. Tags named as OpenTelemetry names resources say
-- more. Who is who is worked out once for each sender in a request. Trace ids of 64 bits are padded. Envoy 1.40 writes span
-- ids in protobuf (not trace ids) in its host's order, which is reversed here. A called span that shares the id of its
-- caller's keeps it: the two differ in kind, and readers tell them apart by that (traces/tree.py).
CREATE MATERIALIZED VIEW IF NOT EXISTS spans_from_zipkin ${on_cluster} TO spans${local} AS
SELECT
    meshhub_plausible_time(span.timestamp * 1000, received_unix_nano) AS time,
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    least(span.duration, 9000000000000000) * 1000 AS duration_ns,
    meshhub_id16(span.trace_id) AS trace_id,
    meshhub_id8(if(component = 'proxy', reverse(span.id), span.id)) AS span_id,
    meshhub_id8(if(component = 'proxy', reverse(span.parent_id), span.parent_id)) AS parent_span_id,
    span.name AS name,
    CAST(transform(span.kind, [1, 2, 3, 4], [3, 2, 4, 5], 0),
        'Enum8(\'unspecified\' = 0, \'internal\' = 1, \'server\' = 2, \'client\' = 3, \'producer\' = 4, \'consumer\' = 5)') AS kind,
    CAST(if(failed, 2, 0), 'Enum8(\'unset\' = 0, \'ok\' = 1, \'error\' = 2)') AS status_code,
    if(failure IN ('', 'true', 'false'), '', failure) AS status_message,
    tenant,
    if(workload.cluster = '', texts[indexOf(keys, 'istio.cluster_id')], workload.cluster) AS cluster,
    if(istio_service = '', workload.namespace, texts[indexOf(keys, 'istio.namespace')]) AS namespace,
    if(istio_service = '', workload.service, istio_service) AS service,
    if(istio_service = '', workload.version, texts[indexOf(keys, 'istio.canonical_revision')]) AS version,
    workload.instance AS instance,
    if(component = 'proxy', 'envoy', '') AS scope_name,
    component,
    texts[indexOf(keys, 'guid:x-request-id')] AS request_id,
    texts[indexOf(keys, 'node_id')] AS node_id,
    concat(texts[indexOf(keys, 'http.method')], texts[indexOf(keys, 'http.request.method')]) AS method,
    concat(texts[indexOf(keys, 'http.url')], texts[indexOf(keys, 'url.full')]) AS url,
    texts[indexOf(keys, 'http.protocol')] AS protocol,
    toUInt16OrZero(if(has(keys, 'http.status_code'), texts[indexOf(keys, 'http.status_code')],
        texts[indexOf(keys, 'http.response.status_code')])) AS response_code,
    texts[indexOf(keys, 'response_flags')] AS response_flags,
    texts[indexOf(keys, 'user_agent')] AS user_agent,
    texts[indexOf(keys, 'peer.address')] AS peer_address,
    toUInt64OrZero(texts[indexOf(keys, 'request_size')]) AS request_size,
    toUInt64OrZero(texts[indexOf(keys, 'response_size')]) AS response_size,
    texts[indexOf(keys, 'upstream_cluster')] AS upstream_cluster,
    CAST(arrayConcat(
        if(component = 'proxy', arrayFilter(tag -> tag.1 NOT IN ('component', 'guid:x-request-id', 'node_id', 'http.method',
            'http.url', 'http.protocol', 'http.status_code', 'response_flags', 'user_agent', 'peer.address', 'request_size',
            'response_size', 'upstream_cluster', 'service.name', 'service.namespace', 'service.version', 'service.instance.id',
            'k8s.cluster.name', 'meshhub.node.role'), span.tags), span.tags),
        if(span.remote_endpoint.service_name = '' OR has(keys, 'peer.service'), [],
            [(toLowCardinality('peer.service'), span.remote_endpoint.service_name)]),
        if(span.remote_endpoint.port = 0, [], [(toLowCardinality('network.peer.port'), toString(span.remote_endpoint.port))]),
        if(length(span.remote_endpoint.ipv4) = 4,
            [(toLowCardinality('network.peer.address'), IPv4NumToString(reinterpretAsUInt32(reverse(span.remote_endpoint.ipv4))))],
            if(length(span.remote_endpoint.ipv6) = 16,
                [(toLowCardinality('network.peer.address'), IPv6NumToString(toFixedString(
                    substring(concat(span.remote_endpoint.ipv6, repeat('\0', 16)), 1, 16), 16)))],
                []))),
        'Map(LowCardinality(String), String)') AS attributes,
    resource_attributes,
    arrayMap(annotation -> (
        meshhub_plausible_time(annotation.1 * 1000, received_unix_nano), annotation.2,
        CAST([], 'Array(Tuple(LowCardinality(String), String))')), span.annotations) AS events
FROM
(
    SELECT
        received_unix_nano,
        tenant,
        arrayJoin(arrayZip(spans, arrayMap(sender -> indexOf(distinct_senders, sender), senders))) AS pair,
        pair.1 AS span,
        workloads[pair.2] AS workload,
        toLowCardinality(distinct_resources[pair.2]) AS resource_attributes,
        span.tags.key AS keys,
        span.tags.value AS texts,
        texts[indexOf(keys, 'component')] AS component,
        texts[indexOf(keys, 'istio.canonical_service')] AS istio_service,
        texts[indexOf(keys, 'error')] AS failure,
        has(keys, 'error') AND failure != 'false' AS failed
    FROM
    (
        SELECT
            received_unix_nano,
            tenant,
            spans,
            arrayMap((endpoint, tags) -> (
                endpoint.1,
                arrayFilter(tag -> tag.1 IN ('component', 'node_id', 'service.name', 'service.namespace', 'service.version',
                    'service.instance.id', 'k8s.cluster.name', 'meshhub.node.role'), tags)),
                spans.local_endpoint, spans.tags) AS senders,
            arrayDistinct(senders) AS distinct_senders,
            arrayMap(sender -> arrayFilter(said -> said.2 != '' AND said.1 != 'component', arrayConcat(
                arrayMap(tag -> (if(tag.1 = 'node_id', 'node_name', toString(tag.1)), tag.2), sender.2),
                [(if(has(sender.2, ('component', 'proxy')), 'cluster_name', 'service.name'), sender.1)])), distinct_senders) AS said,
            arrayMap(pairs -> meshhub_workload(arrayMap(
                pair -> (pair.1, ('string_value', pair.2, false, 0, 0., '', '', ''))::Tuple(key String, value ${any_value}), pairs)), said) AS workloads,
            arrayMap(pairs -> toJSONString(CAST(pairs, 'Map(String, String)')), said) AS distinct_resources
        FROM ingest_zipkin
    )
)
