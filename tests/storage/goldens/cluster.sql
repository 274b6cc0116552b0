CREATE TABLE IF NOT EXISTS schema_migrations ON CLUSTER 'two'
(
    number UInt32,
    name String,
    hash String,
    applied DateTime('UTC') DEFAULT now('UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/{database}/schema_migrations', '{shard}-{replica}', applied)
ORDER BY number;

-- The text of one attribute of an OTLP attribute list, '' where it is not there.
-- attributes: Array(Tuple(key, value Tuple(value Enum8, string_value, ...))) as decoded from storage/wire/*.proto
CREATE OR REPLACE FUNCTION meshhub_attribute ON CLUSTER 'two' AS (attributes, wanted) ->
    tupleElement(tupleElement(attributes, 'value'), 'string_value')[indexOf(tupleElement(attributes, 'key'), wanted)]
;

-- An OTLP AnyValue as text. Arrays, maps and bytes are lower-case hex of their encoded form (docs/adr/0005): lossless at
-- any depth, and their reader decodes them.
CREATE OR REPLACE FUNCTION meshhub_any_value_text ON CLUSTER 'two' AS (any_value) -> multiIf(
    tupleElement(any_value, 'value') = 'string_value', tupleElement(any_value, 'string_value'),
    tupleElement(any_value, 'value') = 'int_value', toString(tupleElement(any_value, 'int_value')),
    tupleElement(any_value, 'value') = 'double_value', toString(tupleElement(any_value, 'double_value')),
    tupleElement(any_value, 'value') = 'bool_value', if(tupleElement(any_value, 'bool_value'), 'true', 'false'),
    tupleElement(any_value, 'value') = 'array_value', lower(hex(tupleElement(any_value, 'array_value'))),
    tupleElement(any_value, 'value') = 'kvlist_value', lower(hex(tupleElement(any_value, 'kvlist_value'))),
    tupleElement(any_value, 'value') = 'bytes_value', lower(hex(tupleElement(any_value, 'bytes_value'))),
    '')
;

-- An OTLP attribute list as a Map of texts, without the string attributes whose keys are in `left_out` (those have
-- columns of their own). Duplicate keys stay as they came; a look-up by key finds the first, as meshhub_attribute does.
CREATE OR REPLACE FUNCTION meshhub_attribute_map ON CLUSTER 'two' AS (attributes, left_out) -> CAST(
    arrayMap(
        attribute -> (tupleElement(attribute, 'key'), meshhub_any_value_text(tupleElement(attribute, 'value'))),
        arrayFilter(
            attribute -> NOT has(left_out, tupleElement(attribute, 'key'))
                OR tupleElement(tupleElement(attribute, 'value'), 'value') != 'string_value',
            attributes)),
    'Map(LowCardinality(String), String)')
;

-- The OTLP type of each attribute that is not a string: 'int', 'double', 'bool', 'array', 'kvlist', 'bytes', 'none'.
CREATE OR REPLACE FUNCTION meshhub_attribute_types ON CLUSTER 'two' AS (attributes) -> CAST(
    arrayMap(
        attribute -> (
            tupleElement(attribute, 'key'),
            replaceOne(toString(tupleElement(tupleElement(attribute, 'value'), 'value')), '_value', '')),
        arrayFilter(attribute -> tupleElement(tupleElement(attribute, 'value'), 'value') != 'string_value', attributes)),
    'Map(LowCardinality(String), LowCardinality(String))')
;

-- What the identity in a certificate says of a workload: Tuple(cluster, namespace, service). Of several, separated by
-- commas, the first counts. Forms (docs/reference/identity.md):
--   spiffe://<trust domain>/ns/<namespace>/sa/<service account>               Istio, Kuma's MeshIdentity, meshhub's wiring
--   spiffe://<trust domain>[/ap/<partition>]/ns/<namespace>/dc/<dc>/svc/<service>                                 Consul
--   spiffe://<mesh>/<service>, spiffe://<mesh>/<service>_<namespace>_svc_<port>                                     Kuma
--   <service account>.<namespace>.serviceaccount.identity.linkerd.<trust domain>                                 Linkerd
-- The patterns of one part exclude each other, so at most one text of a concat is not empty.
CREATE OR REPLACE FUNCTION meshhub_spiffe ON CLUSTER 'two' AS (identity) -> CAST(
    (
        extract(identity, '^spiffe://[^/,]+/(?:ap/[^/,]+/)?ns/[^/,]+/dc/([^/,]+)/svc/'),
        concat(
            extract(identity, '^spiffe://[^/,]+/(?:ap/[^/,]+/)?ns/([^/,]+)/'),
            extract(identity, '^spiffe://[^/,]+/[^/,_]+_([^/,_]+)_svc(?:_[0-9]+)?(?:,|$)'),
            extract(identity, '^[^/,.]+\\.([^/,.]+)\\.serviceaccount\\.identity\\.')),
        concat(
            extract(identity, '^spiffe://[^/,]+/(?:[^,]+/)?(?:sa|svc|workload)/([^/,]+)(?:,|$)'),
            if(match(identity, '^spiffe://[^/,]+/[^/,_]+_[^/,_]+_svc(?:_[0-9]+)?(?:,|$)'),
                extract(identity, '^spiffe://[^/,]+/([^/,_]+)'),
                extract(identity, '^spiffe://[^/,]+/([^/,]+)(?:,|$)')),
            extract(identity, '^([^/,.]+)\\.[^/,.]+\\.serviceaccount\\.identity\\.'))
    ),
    'Tuple(cluster String, namespace String, service String)')
;

-- Where an upstream cluster (or a host name) leads: Tuple(kind, cluster, namespace, service, version).
-- Kinds: 'service', 'external', 'local' (the proxy's own application), 'passthrough' (the proxy did not know, or knew an
-- address only), '' (the name says nothing). Each form with an example, and what it gives: docs/reference/identity.md.
CREATE OR REPLACE FUNCTION meshhub_destination ON CLUSTER 'two' AS (name) -> CAST(
    multiIf(
        -- the application behind the proxy: Istio, meshhub's wiring, Consul, Kuma
        match(name, '^inbound[|_]|^local_app|^exposed_cluster_|^self_inbound_|^localhost(?:[:_][0-9]+)?$'),
        ('local', '', '', '', ''),
        -- Istio, Consul, Kuma; bare addresses
        match(name, '^(?:Inbound)?PassthroughCluster|^BlackHoleCluster$|^original-destination$|bound:passthrough:'
            || '|^self_transparentproxy_passthrough_|^[0-9.]+(?::[0-9]+)?$|^\\['),
        ('passthrough', '', '', '', ''),
        startsWith(name, 'external|'),
        ('external', '', '', substring(name, 10), ''),
        -- a Kubernetes service, within Istio's names (outbound|<port>|<subset>|<host>, outbound_.<port>_.<subset>_.<host>) or alone
        match(name, '[^.|]\\.[^.|]+\\.svc(?:[.:;]|$)'),
        (
            'service', '',
            extract(name, '[^.|]\\.([^.|]+)\\.svc(?:[.:;]|$)'),
            extract(name, '([^.|]+)\\.[^.|]+\\.svc(?:[.:;]|$)'),
            extract(name, '^outbound(?:\\|[0-9]+\\||_\\.[0-9]+_\\.)(.*?)(?:\\||_\\.)')
        ),
        match(name, '^outbound(?:\\||_\\.)'),
        ('external', '', '', extract(name, '^outbound(?:\\|[0-9]+\\|[^|]*\\||_\\.[0-9]+_\\..*?_\\.)([^|]+?);?$'), ''),
        -- Consul: [<subset>.]<service>.<namespace>.[<partition>.]<datacenter or peer>.<kind>.<trust domain>
        match(name, '\\.(?:internal|internal-v1|external|query)\\.[^.]+\\.consul$'),
        (
            'service',
            extract(name, '([^.]+)\\.(?:internal|internal-v1|external|query)\\.[^.]+\\.consul$'),
            extract(name, '([^.]+)\\.(?:[^.]+\\.(?:internal|query)|[^.]+\\.[^.]+\\.(?:internal-v1|external))\\.[^.]+\\.consul$'),
            extract(name, '([^.~]+)\\.[^.]+\\.(?:[^.]+\\.(?:internal|query)|[^.]+\\.[^.]+\\.(?:internal-v1|external))\\.[^.]+\\.consul$'),
            extract(name, '^(?:[^~]*~)?([^.~]+)\\.[^.]+\\.[^.]+\\.(?:[^.]+\\.internal|[^.]+\\.[^.]+\\.internal-v1)\\.[^.]+\\.consul$')
        ),
        -- Kuma: kri_<kind>_<mesh>_<zone>_<namespace>_<name>_<section>, and <service>_<namespace>_svc_<port>
        match(name, '^kri_(?:msvc|mzsvc)_[^_]*_[^_]*_[^_]*_[^_]+_'),
        (
            'service',
            extract(name, '^kri_[^_]+_[^_]*_([^_]*)_'),
            extract(name, '^kri_[^_]+_[^_]*_[^_]*_([^_]*)_'),
            extract(name, '^kri_[^_]+_[^_]*_[^_]*_[^_]*_([^_]+)_'),
            ''
        ),
        startsWith(name, 'kri_extsvc_'),
        ('external', '', '', extract(name, '^kri_[^_]+_[^_]*_[^_]*_[^_]*_([^_]+)_'), ''),
        match(name, '^[^_]+_[^_]+_svc(?:_[0-9]+)?(?:-[0-9a-f]{16})?$'),
        ('service', '', extract(name, '^[^_]+_([^_]+)_svc'), extract(name, '^([^_]+)_[^_]+_svc'), ''),
        -- plain names and hosts: <service>, <service>.<namespace>, else a host of the world outside
        match(name, '^[A-Za-z0-9][A-Za-z0-9_-]*(?::[0-9]+)?$'),
        ('service', '', '', extract(name, '^([^:]+)'), ''),
        match(name, '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+(?::[0-9]+)?$')
            AND NOT match(name, '\\.(?:com|org|net|edu|gov|io)(?::[0-9]+)?$'),
        ('service', '', extract(name, '^[^.:]+\\.([^.:]+)'), extract(name, '^([^.:]+)'), ''),
        match(name, '^[A-Za-z0-9_*-]+(?:\\.[A-Za-z0-9_-]+)+\\.?(?::[0-9]+)?$'),
        ('external', '', '', replaceRegexpOne(name, '\\.?(?::[0-9]+)?$', ''), ''),
        ('', '', '', '', '')
    ),
    'Tuple(kind String, cluster String, namespace String, service String, version String)')
;

-- The time of a record as DateTime64(9): its own where that is plausible (at most 31 days before and one day after the
-- hub received it), the time of receipt otherwise, so that no sender can scatter rows over a thousand partitions.
CREATE OR REPLACE FUNCTION meshhub_plausible_time ON CLUSTER 'two' AS (unix_nano, received_unix_nano) ->
    fromUnixTimestamp64Nano(toInt64(
        if(unix_nano >= received_unix_nano - 2678400000000000 AND unix_nano <= received_unix_nano + 86400000000000,
            unix_nano, received_unix_nano)), 'UTC')
;

-- A trace id as FixedString(16): shorter ones are padded with zero bytes on the left (64-bit trace ids), of longer ones
-- the last bytes count. Never fails.
CREATE OR REPLACE FUNCTION meshhub_id16 ON CLUSTER 'two' AS (id) -> toFixedString(right(concat(repeat('\0', 16), id), 16), 16)
;

-- A span id as FixedString(8); see meshhub_id16.
CREATE OR REPLACE FUNCTION meshhub_id8 ON CLUSTER 'two' AS (id) -> toFixedString(right(concat(repeat('\0', 8), id), 8), 8)
;

-- Who a resource says it is: Tuple(cluster, namespace, service, version, instance, role). '' is unknown; of the sources of
-- one part, the first that says something counts. Each with an example: docs/reference/identity.md.
-- Order: what meshhub's wiring and OpenTelemetry say (service.*), Kubernetes (k8s.*), a mesh's own attributes (linkerd.io/*,
-- kuma.*), Envoy's built-in log labels (cluster_name = node.cluster, node_name = node.id) and the parts in them.
-- Envoy's spans in Istio have service.name "<app>.<namespace>"; with an application's SDK a dot is part of the name.
CREATE OR REPLACE FUNCTION meshhub_workload ON CLUSTER 'two' AS (attributes) -> CAST(
    arrayMap(said -> (
        arrayFirst(text -> text != '', [
            said['k8s.cluster.name'],
            said['kuma.zone']]),
        arrayFirst(text -> text != '', [
            said['service.namespace'],
            said['k8s.namespace.name'],
            said['linkerd.io/workload-ns'],
            extract(said['kuma.workload'], '^kri_wl_[^_]*_[^_]*_([^_]*)_'),
            extract(said['node_name'], '~([^.~]+)\\.svc'),
            extract(said['service.name'], '^[^_]+_([^_]+)_svc(?:_[0-9]+)?$'),
            if(said['telemetry.sdk.name'] = 'envoy',
                extract(said['service.name'], '^[^.]+\\.([^.]+)$'), ''),
            extract(said['cluster_name'], '^[^_]+_([^_]+)_svc(?:_[0-9]+)?$'),
            extract(said['cluster_name'], '\\.([^.]+)$')]),
        arrayFirst(text -> text != '', [
            extract(said['service.name'], '^([^_]+)_[^_]+_svc(?:_[0-9]+)?$'),
            if(said['telemetry.sdk.name'] = 'envoy',
                extract(said['service.name'], '^([^.]+)\\.[^.]+$'), ''),
            replaceRegexpOne(said['service.name'], '^unknown_service.*|^linkerd-proxy$', ''),
            said['linkerd.io/proxy-deployment'],
            extract(said['kuma.workload'], '^kri_wl_[^_]*_[^_]*_[^_]*_([^_]+)_'),
            extract(said['cluster_name'], '^([^_]+)_[^_]+_svc(?:_[0-9]+)?$'),
            extract(said['cluster_name'], '^(.+?)(?:\\.[^.]+)?$'),
            said['k8s.deployment.name'],
            said['k8s.statefulset.name'],
            said['k8s.daemonset.name']]),
        arrayFirst(text -> text != '', [
            said['service.version'],
            said['version']]),
        arrayFirst(text -> text != '', [
            said['service.instance.id'],
            said['k8s.pod.name'],
            extract(said['node_name'], '^[^~]+~[^~]*~([^~]+)\\.[^.~]+~'),
            said['node_name']]),
        arrayFirst(text -> text != '', [
            said['meshhub.node.role'],
            transform(extract(said['node_name'], '^([a-z]+)~'), ['router'], ['gateway'])])
    ), [meshhub_attribute_map(attributes, [])])[1],
    'Tuple(cluster String, namespace String, service String, version String, instance String, role String)')
;

-- An integer attribute of an OTLP attribute list, 0 where it is not there or not an integer.
CREATE OR REPLACE FUNCTION meshhub_attribute_integer ON CLUSTER 'two' AS (attributes, wanted) ->
    tupleElement(tupleElement(attributes, 'value'), 'int_value')[indexOf(tupleElement(attributes, 'key'), wanted)]
;

-- Where the loader puts a traces segment: one row per request (storage/wire/traces.proto). Keeps nothing itself; the
-- materialized views below it do.
CREATE TABLE IF NOT EXISTS ingest_traces ON CLUSTER 'two'
(
    resource_spans Array(Tuple(
        resource Tuple(attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String)))),
        scope_spans Array(Tuple(
            scope Tuple(name String, version String),
            spans Array(Tuple(
                trace_id String,
                span_id String,
                trace_state String,
                parent_span_id String,
                name String,
                kind Int32,
                start_time_unix_nano UInt64,
                end_time_unix_nano UInt64,
                attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))),
                events Array(Tuple(time_unix_nano UInt64, name String, attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))))),
                links Array(Tuple(trace_id String, span_id String, attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))))),
                status Tuple(message String, code Int32),
                flags UInt32)))))),
    received_unix_nano UInt64,
    tenant String
)
ENGINE = Null
;

-- Every span, one row each. Answers: all spans of a trace or of a request; spans of a time range by attribute.
-- Sorted by five-minute bucket, then trace, then time: the rows of one trace lie together, so a trace is one read and
-- ids compress (docs/adr/0005 has the measured alternatives). A time range prunes by bucket; an id comes with its bucket
-- from trace_index or request_index.
-- The attributes that Envoy puts on every span have columns; the rest is in `attributes`, the OTLP type of what is not a
-- string in `attribute_types`.
-- shard key: sipHash64(trace_id)
CREATE TABLE IF NOT EXISTS spans_local ON CLUSTER 'two'
(
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start',
    received DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when the hub took it',
    duration_ns UInt64 CODEC(T64, ZSTD(1)) COMMENT '0 where the end is not after the start',
    trace_id FixedString(16) CODEC(ZSTD(1)) COMMENT 'zero bytes: none',
    span_id FixedString(8) CODEC(NONE) COMMENT 'zero bytes: none',
    parent_span_id FixedString(8) CODEC(ZSTD(1)) COMMENT 'zero bytes: a root',
    trace_state LowCardinality(String) COMMENT 'W3C tracestate',
    flags UInt16 CODEC(ZSTD(1)) COMMENT 'lower 16 bits of the OTLP flags',
    name LowCardinality(String) COMMENT 'of the operation',
    kind Enum8('unspecified' = 0, 'internal' = 1, 'server' = 2, 'client' = 3, 'producer' = 4, 'consumer' = 5) COMMENT 'OTLP span kind',
    status_code Enum8('unset' = 0, 'ok' = 1, 'error' = 2) COMMENT 'OTLP status',
    status_message LowCardinality(String) COMMENT 'OTLP status',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    cluster LowCardinality(String) COMMENT 'of the sender (docs/reference/identity.md)',
    namespace LowCardinality(String) COMMENT 'of the sender',
    service LowCardinality(String) COMMENT 'of the sender',
    version LowCardinality(String) COMMENT 'of the sender',
    instance LowCardinality(String) COMMENT 'of the sender: pod, node or process',
    scope_name LowCardinality(String) COMMENT 'instrumentation scope',
    scope_version LowCardinality(String) COMMENT 'instrumentation scope',
    component LowCardinality(String) COMMENT '"proxy" for spans of Envoy',
    request_id String CODEC(ZSTD(1)) COMMENT 'x-request-id (attribute guid:x-request-id)',
    node_id LowCardinality(String) COMMENT 'Envoy node id',
    method LowCardinality(String) COMMENT 'HTTP',
    url String CODEC(ZSTD(1)) COMMENT 'HTTP',
    protocol LowCardinality(String) COMMENT 'HTTP',
    response_code UInt16 CODEC(ZSTD(1)) COMMENT 'HTTP status, 0: none',
    response_flags LowCardinality(String) COMMENT 'Envoy response flags, "-": none',
    user_agent LowCardinality(String) COMMENT 'HTTP',
    peer_address LowCardinality(String) COMMENT 'who connected',
    request_size UInt64 CODEC(T64, ZSTD(1)) COMMENT 'bytes',
    response_size UInt64 CODEC(T64, ZSTD(1)) COMMENT 'bytes',
    upstream_cluster LowCardinality(String) COMMENT 'Envoy cluster that was called',
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'what has no column, values as text; bytes as hex, arrays and maps as hex of their protobuf',
    attribute_types Map(LowCardinality(String), LowCardinality(String)) COMMENT 'OTLP type of each attribute that is not a string',
    resource_attributes LowCardinality(String) COMMENT 'JSON object of texts',
    events Array(Tuple(time DateTime64(9, 'UTC'), name LowCardinality(String), attributes Map(LowCardinality(String), String))) COMMENT 'things that happened meanwhile',
    links Array(Tuple(trace_id FixedString(16), span_id FixedString(8), attributes Map(LowCardinality(String), String))) COMMENT 'to spans of other traces'
)
ENGINE = ReplicatedMergeTree
PARTITION BY toDate(time)
ORDER BY (toStartOfFiveMinutes(time), trace_id, time)
TTL toDateTime(time) + toIntervalDay(7)
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS spans ON CLUSTER 'two' AS spans_local ENGINE = Distributed('two', currentDatabase(), spans_local, sipHash64(trace_id));

-- Explodes OTLP requests into spans. Total: no content of a well-formed request makes it fail.
CREATE MATERIALIZED VIEW IF NOT EXISTS spans_from_otlp ON CLUSTER 'two' TO spans_local AS
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
;

-- Where the loader puts a logs segment: one row per request (storage/wire/logs.proto). Keeps nothing itself.
CREATE TABLE IF NOT EXISTS ingest_logs ON CLUSTER 'two'
(
    resource_logs Array(Tuple(
        resource Tuple(attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String)))),
        scope_logs Array(Tuple(
            scope Tuple(name String, version String),
            log_records Array(Tuple(
                time_unix_nano UInt64,
                observed_time_unix_nano UInt64,
                severity_number Int32,
                severity_text String,
                body Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String),
                attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))),
                flags UInt32,
                trace_id String,
                span_id String,
                event_name String)))))),
    received_unix_nano UInt64,
    tenant String
)
ENGINE = Null
;

-- OTLP log records one row each, on their way to access_logs or logs. Keeps nothing itself.
CREATE TABLE IF NOT EXISTS log_records ON CLUSTER 'two'
(
    time DateTime64(9, 'UTC'),
    received DateTime('UTC'),
    tenant LowCardinality(String),
    workload Tuple(cluster String, namespace String, service String, version String, instance String, role String),
    resource_attributes LowCardinality(String),
    scope_name LowCardinality(String),
    severity_number Int32,
    severity_text LowCardinality(String),
    record_body Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String),
    record_attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))),
    trace_id FixedString(16),
    span_id FixedString(8),
    event_name LowCardinality(String)
)
ENGINE = Null
;

-- Explodes OTLP requests into log records. Total: no content of a well-formed request makes it fail.
CREATE MATERIALIZED VIEW IF NOT EXISTS log_records_from_otlp ON CLUSTER 'two' TO log_records AS
SELECT
    meshhub_plausible_time(
        if(record.time_unix_nano = 0, record.observed_time_unix_nano, record.time_unix_nano), received_unix_nano) AS time,
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    tenant,
    workload,
    resource_attributes,
    scope_name,
    record.severity_number AS severity_number,
    record.severity_text AS severity_text,
    record.body AS record_body,
    record.attributes AS record_attributes,
    meshhub_id16(record.trace_id) AS trace_id,
    meshhub_id8(record.span_id) AS span_id,
    record.event_name AS event_name
FROM
(
    SELECT
        received_unix_nano,
        tenant,
        workload,
        resource_attributes,
        toLowCardinality(scope_log.scope.name) AS scope_name,
        arrayJoin(scope_log.log_records) AS record
    FROM
    (
        SELECT
            received_unix_nano,
            tenant,
            meshhub_workload(resource_log.resource.attributes) AS workload,
            toLowCardinality(toJSONString(meshhub_attribute_map(resource_log.resource.attributes, []))) AS resource_attributes,
            arrayJoin(resource_log.scope_logs) AS scope_log
        FROM (SELECT received_unix_nano, tenant, arrayJoin(resource_logs) AS resource_log FROM ingest_logs)
    )
)
;

-- Every access log of every proxy: one row per request (or TCP connection) and reporting proxy.
-- Answers: what every proxy said of a request; which requests failed, where and why.
-- Sorted as spans are (five-minute bucket, trace, time): the reports of one request lie together and compress.
-- shard key: sipHash64(trace_id)
CREATE TABLE IF NOT EXISTS access_logs_local ON CLUSTER 'two'
(
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start of the request',
    received DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when the hub took it',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    log_type LowCardinality(String) COMMENT 'DownstreamEnd, TcpConnectionEnd, ... (envoy.data.accesslog.v3.AccessLogType)',
    reporter Enum8('unknown' = 0, 'client' = 1, 'server' = 2) COMMENT 'which side of the call the proxy stood on',
    cluster LowCardinality(String) COMMENT 'the reporting proxy',
    namespace LowCardinality(String) COMMENT 'the reporting proxy',
    service LowCardinality(String) COMMENT 'the reporting proxy',
    version LowCardinality(String) COMMENT 'the reporting proxy',
    instance LowCardinality(String) COMMENT 'the reporting proxy: pod or node id',
    role LowCardinality(String) COMMENT 'sidecar, gateway, waypoint or empty',
    source_cluster LowCardinality(String) COMMENT 'the caller, as the reporter saw it',
    source_namespace LowCardinality(String) COMMENT 'the caller, as the reporter saw it',
    source_service LowCardinality(String) COMMENT 'the caller, as the reporter saw it',
    source_version LowCardinality(String) COMMENT 'the caller, as the reporter saw it',
    source_principal LowCardinality(String) COMMENT 'SPIFFE id',
    destination_kind LowCardinality(String) COMMENT 'service, external, passthrough or empty',
    destination_cluster LowCardinality(String) COMMENT 'the callee, as the reporter saw it',
    destination_namespace LowCardinality(String) COMMENT 'the callee, as the reporter saw it',
    destination_service LowCardinality(String) COMMENT 'the callee, as the reporter saw it',
    destination_version LowCardinality(String) COMMENT 'the callee, as the reporter saw it',
    destination_principal LowCardinality(String) COMMENT 'SPIFFE id',
    request_id String CODEC(ZSTD(1)) COMMENT 'x-request-id',
    trace_id FixedString(16) CODEC(ZSTD(1)) COMMENT 'zero bytes: none',
    span_id FixedString(8) CODEC(ZSTD(1)) COMMENT 'zero bytes: none',
    sampled Enum8('unknown' = 0, 'no' = 1, 'yes' = 2) COMMENT 'the sampling flag of its trace context (W3C traceparent)',
    method LowCardinality(String) COMMENT 'HTTP',
    authority LowCardinality(String) COMMENT 'HTTP host that was asked for',
    path String CODEC(ZSTD(1)) COMMENT 'HTTP, with query',
    route_name LowCardinality(String) COMMENT 'Envoy route',
    protocol LowCardinality(String) COMMENT 'HTTP/1.1, HTTP/2, ... or empty for TCP',
    transport Enum8('http' = 1, 'grpc' = 2, 'tcp' = 3) COMMENT 'grpc: HTTP with a gRPC status',
    user_agent LowCardinality(String) COMMENT 'HTTP',
    response_code UInt16 CODEC(ZSTD(1)) COMMENT '0: no response',
    grpc_status Int8 CODEC(ZSTD(1)) COMMENT '-1: not gRPC',
    response_flags LowCardinality(String) COMMENT 'short names, comma separated',
    response_code_details LowCardinality(String) COMMENT 'why this response code (Envoy)',
    connection_termination_details LowCardinality(String) COMMENT 'why the connection ended (Envoy)',
    upstream_transport_failure_reason LowCardinality(String) COMMENT 'why TLS or TCP to the upstream host failed (Envoy)',
    request_attempts UInt8 CODEC(ZSTD(1)) COMMENT '1 and retries; 0: never sent upstream',
    bytes_received UInt64 CODEC(T64, ZSTD(1)) COMMENT 'body, from the caller',
    bytes_sent UInt64 CODEC(T64, ZSTD(1)) COMMENT 'body, to the caller',
    duration_us UInt64 CODEC(T64, ZSTD(1)) COMMENT 'first byte received to last byte sent',
    request_duration_us UInt32 CODEC(T64, ZSTD(1)) COMMENT 'first to last byte of the request received',
    upstream_connect_us UInt32 CODEC(T64, ZSTD(1)) COMMENT 'TCP connect to the upstream host',
    upstream_handshake_us UInt32 CODEC(T64, ZSTD(1)) COMMENT 'TLS handshake with the upstream host',
    upstream_queue_us UInt32 CODEC(T64, ZSTD(1)) COMMENT 'first byte received to first byte sent upstream',
    upstream_first_byte_us UInt64 CODEC(T64, ZSTD(1)) COMMENT 'first byte sent upstream to first byte back',
    upstream_response_us UInt32 CODEC(T64, ZSTD(1)) COMMENT 'first to last byte received from upstream',
    response_duration_us UInt32 CODEC(T64, ZSTD(1)) COMMENT 'first to last byte sent to the caller',
    upstream_cluster LowCardinality(String) COMMENT 'Envoy cluster that was called',
    upstream_host LowCardinality(String) COMMENT 'address that was called',
    downstream_remote_address String CODEC(ZSTD(1)) COMMENT 'address of the caller',
    downstream_local_address LowCardinality(String) COMMENT 'address that was called',
    requested_server_name LowCardinality(String) COMMENT 'SNI',
    downstream_tls_version LowCardinality(String) COMMENT 'empty: no TLS',
    upstream_tls_version LowCardinality(String) COMMENT 'empty: no TLS',
    security Enum8('unknown' = 0, 'plaintext' = 1, 'tls' = 2, 'mtls' = 3) COMMENT 'of the connection between the two peers',
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'what has no column',
    resource_attributes LowCardinality(String) COMMENT 'JSON object of texts'
)
ENGINE = ReplicatedMergeTree
PARTITION BY toDate(time)
ORDER BY (toStartOfFiveMinutes(time), trace_id, time)
TTL toDateTime(time) + toIntervalDay(14)
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS access_logs ON CLUSTER 'two' AS access_logs_local ENGINE = Distributed('two', currentDatabase(), access_logs_local, sipHash64(trace_id));

-- Access logs as Envoy's OpenTelemetry logger sends them, with the attribute names of envoy_config/attributes.py (and of
-- the Istio labels of docs/reference/identity.md).
-- source and destination are as the reporting proxy saw them: it knows itself well and its peer by certificate, upstream
-- cluster or label. A SPIFFE id names the service account, which stands for the service where nothing better is known.
-- What many columns need is worked out once, in the subqueries: the analyzer expands an alias wherever it is used, and
-- planning the view is most of what a small insert costs. Envoy writes '-' for "absent".
CREATE MATERIALIZED VIEW IF NOT EXISTS access_logs_from_log_records ON CLUSTER 'two' TO access_logs_local AS
SELECT
    time,
    received,
    tenant,
    texts[indexOf(keys, 'log_type')] AS log_type,
    reporter,
    own_cluster AS cluster,
    own_namespace AS namespace,
    own_service AS service,
    workload.version AS version,
    if(workload.instance != '', workload.instance, texts[indexOf(keys, 'pod')]) AS instance,
    workload.role AS role,
    if(reporter = 'server', peer.cluster, own_cluster) AS source_cluster,
    multiIf(reporter != 'server', own_namespace,
        labelled_source != '', texts[indexOf(keys, 'source_namespace')],
        peer.namespace) AS source_namespace,
    multiIf(reporter != 'server', own_service,
        labelled_source != '', labelled_source,
        peer.service) AS source_service,
    if(reporter != 'server', workload.version, texts[indexOf(keys, 'source_version')]) AS source_version,
    if(reporter = 'server', downstream_peer, upstream_local) AS source_principal,
    if(reporter = 'server', 'service', if(labelled_destination != '', 'service', destination.kind)) AS destination_kind,
    if(reporter = 'server', own_cluster, destination.cluster) AS destination_cluster,
    multiIf(reporter = 'server', own_namespace,
        labelled_destination != '', texts[indexOf(keys, 'destination_namespace')],
        destination.namespace) AS destination_namespace,
    multiIf(reporter = 'server', own_service,
        labelled_destination != '', labelled_destination,
        destination.service) AS destination_service,
    multiIf(reporter = 'server', workload.version,
        labelled_destination != '', texts[indexOf(keys, 'destination_version')],
        destination.version) AS destination_version,
    if(reporter = 'server', downstream_local, upstream_peer) AS destination_principal,
    texts[indexOf(keys, 'request_id')] AS request_id,
    trace_id,
    span_id,
    multiIf(length(traceparent) < 55, 'unknown',
        position('13579bdf', substring(traceparent, 55, 1)) > 0, 'yes', 'no') AS sampled,
    texts[indexOf(keys, 'method')] AS method,
    authority,
    texts[indexOf(keys, 'path')] AS path,
    texts[indexOf(keys, 'route_name')] AS route_name,
    texts[indexOf(keys, 'protocol')] AS protocol,
    multiIf(startsWith(log_type, 'Tcp') OR (method = '' AND protocol = ''), 'tcp', grpc_status >= 0, 'grpc', 'http') AS transport,
    texts[indexOf(keys, 'user_agent')] AS user_agent,
    toUInt16OrZero(texts[indexOf(keys, 'response_code')]) AS response_code,
    toInt8OrDefault(texts[indexOf(keys, 'grpc_status')], toInt8(-1)) AS grpc_status,
    texts[indexOf(keys, 'response_flags')] AS response_flags,
    texts[indexOf(keys, 'response_code_details')] AS response_code_details,
    texts[indexOf(keys, 'connection_termination_details')] AS connection_termination_details,
    texts[indexOf(keys, 'upstream_transport_failure_reason')] AS upstream_transport_failure_reason,
    toUInt8OrZero(texts[indexOf(keys, 'request_attempts')]) AS request_attempts,
    toUInt64OrZero(texts[indexOf(keys, 'bytes_received')]) AS bytes_received,
    toUInt64OrZero(texts[indexOf(keys, 'bytes_sent')]) AS bytes_sent,
    toUInt64OrDefault(texts[indexOf(keys, 'duration_us')],
        toUInt64OrZero(texts[indexOf(keys, 'duration_ms')]) * 1000) AS duration_us,
    toUInt32OrZero(texts[indexOf(keys, 'request_duration_us')]) AS request_duration_us,
    toUInt32OrZero(texts[indexOf(keys, 'upstream_connect_us')]) AS upstream_connect_us,
    toUInt32OrZero(texts[indexOf(keys, 'upstream_handshake_us')]) AS upstream_handshake_us,
    toUInt32OrZero(texts[indexOf(keys, 'upstream_queue_us')]) AS upstream_queue_us,
    toUInt64OrDefault(texts[indexOf(keys, 'upstream_first_byte_us')],
        toUInt64OrZero(texts[indexOf(keys, 'upstream_service_time_ms')]) * 1000) AS upstream_first_byte_us,
    toUInt32OrZero(texts[indexOf(keys, 'upstream_response_us')]) AS upstream_response_us,
    toUInt32OrZero(texts[indexOf(keys, 'response_duration_us')]) AS response_duration_us,
    upstream_cluster,
    texts[indexOf(keys, 'upstream_host')] AS upstream_host,
    texts[indexOf(keys, 'downstream_remote_address')] AS downstream_remote_address,
    texts[indexOf(keys, 'downstream_local_address')] AS downstream_local_address,
    texts[indexOf(keys, 'requested_server_name')] AS requested_server_name,
    texts[indexOf(keys, 'downstream_tls_version')] AS downstream_tls_version,
    texts[indexOf(keys, 'upstream_tls_version')] AS upstream_tls_version,
    multiIf(
        reporter = 'server', multiIf(downstream_tls_version = '', 'plaintext', downstream_peer != '', 'mtls', 'tls'),
        upstream_tls_version != '', if(upstream_peer != '', 'mtls', 'tls'),
        upstream_host != '', 'plaintext',
        'unknown') AS security,
    meshhub_attribute_map(record_attributes, ['log_type', 'direction', 'method', 'path', 'authority', 'protocol', 'user_agent',
        'request_id', 'response_code', 'grpc_status', 'response_flags', 'response_code_details',
        'connection_termination_details', 'upstream_transport_failure_reason', 'request_attempts', 'bytes_received',
        'bytes_sent', 'upstream_cluster', 'upstream_host', 'route_name', 'downstream_remote_address',
        'downstream_local_address', 'requested_server_name', 'downstream_tls_version', 'upstream_tls_version',
        'downstream_peer_uri_san', 'downstream_local_uri_san', 'upstream_peer_uri_san', 'upstream_local_uri_san',
        'duration_us', 'duration_ms', 'request_duration_us', 'upstream_connect_us', 'upstream_handshake_us',
        'upstream_queue_us', 'upstream_first_byte_us', 'upstream_response_us', 'response_duration_us',
        'upstream_service_time_ms', 'traceparent', 'source_service', 'source_namespace', 'source_version',
        'destination_canonical_service', 'destination_namespace', 'destination_version', 'namespace', 'workload', 'cluster',
        'pod', 'node_cluster']) AS attributes,
    resource_attributes
FROM
(
    SELECT
        time, received, tenant, workload, resource_attributes, record_attributes, keys, texts, trace_id, span_id, reporter,
        downstream_peer, downstream_local, upstream_peer, upstream_local, authority, upstream_cluster, labelled_source,
        labelled_destination, traceparent,
        arrayMap(identity -> meshhub_spiffe(identity), [
            toLowCardinality(downstream_peer),
            toLowCardinality(if(reporter = 'server', downstream_local, upstream_local))]) AS identities,
        identities[1] AS peer,
        identities[2] AS self,
        arrayMap(name -> meshhub_destination(name), [
            toLowCardinality(upstream_cluster), toLowCardinality(authority)]) AS destinations,
        destinations[if(destinations[1].kind IN ('', 'passthrough') AND destinations[2].kind IN ('service', 'external')
            AND workload.role != 'gateway', 2, 1)] AS destination,
        arrayFirst(text -> text != '', [workload.cluster, label_cluster, self.cluster]) AS own_cluster,
        arrayFirst(text -> text != '', [workload.namespace, label_namespace, self.namespace]) AS own_namespace,
        arrayFirst(text -> text != '', [workload.service, label_app, label_workload, self.service]) AS own_service
    FROM
    (
        SELECT
            time, received, tenant, workload, resource_attributes, record_attributes, trace_id, span_id,
            record_attributes.key AS keys,
            arrayMap(text -> if(text = '-', '', text), record_attributes.value.string_value) AS texts,
            transform(texts[indexOf(keys, 'direction')],
                ['1', 'INBOUND', '2', 'OUTBOUND'], ['server', 'server', 'client', 'client'], 'unknown') AS reporter,
            texts[indexOf(keys, 'downstream_peer_uri_san')] AS downstream_peer,
            texts[indexOf(keys, 'downstream_local_uri_san')] AS downstream_local,
            texts[indexOf(keys, 'upstream_peer_uri_san')] AS upstream_peer,
            texts[indexOf(keys, 'upstream_local_uri_san')] AS upstream_local,
            texts[indexOf(keys, 'authority')] AS authority,
            texts[indexOf(keys, 'upstream_cluster')] AS upstream_cluster,
            texts[indexOf(keys, 'traceparent')] AS traceparent,
            texts[indexOf(keys, 'cluster')] AS label_cluster,
            texts[indexOf(keys, 'namespace')] AS label_namespace,
            texts[indexOf(keys, 'workload')] AS label_workload,
            extract(texts[indexOf(keys, 'node_cluster')], '^[^.]+') AS label_app,
            transform(texts[indexOf(keys, 'source_service')], ['unknown'], ['']) AS labelled_source,
            texts[indexOf(keys, 'destination_canonical_service')] AS labelled_destination
        FROM log_records
        WHERE has(record_attributes.key, 'response_flags')
    )
)
;

-- Every log record that is not an access log. Answers: what an application logged for a trace or a request, or in a time
-- range. Sorted as spans are.
-- shard key: sipHash64(trace_id)
CREATE TABLE IF NOT EXISTS logs_local ON CLUSTER 'two'
(
    time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of the record, else when it was observed, else when the hub took it',
    received DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when the hub took it',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    cluster LowCardinality(String) COMMENT 'of the sender (docs/reference/identity.md)',
    namespace LowCardinality(String) COMMENT 'of the sender',
    service LowCardinality(String) COMMENT 'of the sender',
    version LowCardinality(String) COMMENT 'of the sender',
    instance LowCardinality(String) COMMENT 'of the sender: pod, node or process',
    severity_number UInt8 CODEC(ZSTD(1)) COMMENT '1 to 24, 0: not given (OpenTelemetry logs data model)',
    severity_text LowCardinality(String) COMMENT 'as the application calls it',
    event_name LowCardinality(String) COMMENT 'kind of event, if it is one',
    body String CODEC(ZSTD(1)) COMMENT 'as text; bytes as hex, arrays and maps as hex of their protobuf',
    trace_id FixedString(16) CODEC(ZSTD(1)) COMMENT 'zero bytes: none',
    span_id FixedString(8) CODEC(ZSTD(1)) COMMENT 'zero bytes: none',
    request_id String CODEC(ZSTD(1)) COMMENT 'attribute request_id or http.request.header.x-request-id',
    scope_name LowCardinality(String) COMMENT 'instrumentation scope',
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'values as text; bytes as hex, arrays and maps as hex of their protobuf',
    attribute_types Map(LowCardinality(String), LowCardinality(String)) COMMENT 'OTLP type of each attribute that is not a string',
    resource_attributes LowCardinality(String) COMMENT 'JSON object of texts'
)
ENGINE = ReplicatedMergeTree
PARTITION BY toDate(time)
ORDER BY (toStartOfFiveMinutes(time), trace_id, time)
TTL toDateTime(time) + toIntervalDay(7)
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS logs ON CLUSTER 'two' AS logs_local ENGINE = Distributed('two', currentDatabase(), logs_local, sipHash64(trace_id));

-- Log records that are not access logs.
CREATE MATERIALIZED VIEW IF NOT EXISTS logs_from_log_records ON CLUSTER 'two' TO logs_local AS
SELECT
    time,
    received,
    tenant,
    workload.cluster AS cluster,
    workload.namespace AS namespace,
    workload.service AS service,
    workload.version AS version,
    workload.instance AS instance,
    toUInt8(if(severity_number BETWEEN 0 AND 24, severity_number, 0)) AS severity_number,
    severity_text,
    event_name,
    meshhub_any_value_text(record_body) AS body,
    trace_id,
    span_id,
    concat(
        meshhub_attribute(record_attributes, 'request_id'),
        meshhub_attribute(record_attributes, 'http.request.header.x-request-id')) AS request_id,
    scope_name,
    meshhub_attribute_map(record_attributes, []) AS attributes,
    meshhub_attribute_types(record_attributes) AS attribute_types,
    resource_attributes
FROM log_records
WHERE NOT has(record_attributes.key, 'response_flags')
;

-- Where the rows of a request id are: its five-minute buckets and trace ids, for an exact look-up that reads a few rows
-- whatever the age and size of the store. Keyed by the 64-bit hash of the id (8 bytes instead of 36); the reader compares
-- the ids themselves afterwards.
-- shard key: request_hash
CREATE TABLE IF NOT EXISTS request_index_local ON CLUSTER 'two'
(
    request_hash UInt64 CODEC(Delta, ZSTD(1)) COMMENT 'sipHash64(request_id)',
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'toStartOfFiveMinutes(time)',
    trace_id FixedString(16) CODEC(ZSTD(1)) COMMENT 'zero bytes: none'
)
ENGINE = ReplicatedReplacingMergeTree
PARTITION BY toDate(bucket)
ORDER BY (request_hash, bucket, trace_id)
TTL bucket + toIntervalDay(14)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS request_index ON CLUSTER 'two' AS request_index_local ENGINE = Distributed('two', currentDatabase(), request_index_local, request_hash);

-- Request ids of access_logs.
CREATE MATERIALIZED VIEW IF NOT EXISTS request_index_from_access_logs ON CLUSTER 'two' TO request_index_local AS
SELECT DISTINCT
    sipHash64(request_id) AS request_hash,
    toStartOfFiveMinutes(time) AS bucket,
    trace_id
FROM access_logs_local
WHERE request_id != ''
;

-- Request ids of spans.
CREATE MATERIALIZED VIEW IF NOT EXISTS request_index_from_spans ON CLUSTER 'two' TO request_index_local AS
SELECT DISTINCT
    sipHash64(request_id) AS request_hash,
    toStartOfFiveMinutes(time) AS bucket,
    trace_id
FROM spans_local
WHERE request_id != ''
;

-- Request ids of logs.
CREATE MATERIALIZED VIEW IF NOT EXISTS request_index_from_logs ON CLUSTER 'two' TO request_index_local AS
SELECT DISTINCT
    sipHash64(request_id) AS request_hash,
    toStartOfFiveMinutes(time) AS bucket,
    trace_id
FROM logs_local
WHERE request_id != ''
;

-- Where the rows of a trace id are: its five-minute buckets. See request_index.
-- shard key: sipHash64(trace_id)
CREATE TABLE IF NOT EXISTS trace_index_local ON CLUSTER 'two'
(
    trace_id FixedString(16) CODEC(ZSTD(1)) COMMENT 'zero bytes: none',
    bucket DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'toStartOfFiveMinutes(time)'
)
ENGINE = ReplicatedReplacingMergeTree
PARTITION BY toDate(bucket)
ORDER BY (trace_id, bucket)
TTL bucket + toIntervalDay(14)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS trace_index ON CLUSTER 'two' AS trace_index_local ENGINE = Distributed('two', currentDatabase(), trace_index_local, sipHash64(trace_id));

-- Trace ids of spans.
CREATE MATERIALIZED VIEW IF NOT EXISTS trace_index_from_spans ON CLUSTER 'two' TO trace_index_local AS
SELECT DISTINCT
    trace_id,
    toStartOfFiveMinutes(time) AS bucket
FROM spans_local
WHERE trace_id != toFixedString('', 16)
;

-- Trace ids of access_logs.
CREATE MATERIALIZED VIEW IF NOT EXISTS trace_index_from_access_logs ON CLUSTER 'two' TO trace_index_local AS
SELECT DISTINCT
    trace_id,
    toStartOfFiveMinutes(time) AS bucket
FROM access_logs_local
WHERE trace_id != toFixedString('', 16)
;

-- Trace ids of logs.
CREATE MATERIALIZED VIEW IF NOT EXISTS trace_index_from_logs ON CLUSTER 'two' TO trace_index_local AS
SELECT DISTINCT
    trace_id,
    toStartOfFiveMinutes(time) AS bucket
FROM logs_local
WHERE trace_id != toFixedString('', 16)
;

-- Who called whom, in ten-second buckets: one row per call relation, reporting side and outcome. Answers: the service
-- graph of any window, the golden signals of an edge over time.
-- Client and server reports of the same calls are separate rows (two views of one edge) and must not be added together.
-- Sorted by time, because most is asked of `edges_rollup`: here are the ragged ends of a window, for all edges.
-- The latency sketch is a DDSketch (Masson et al., VLDB 2019) with 1 % relative error, in microseconds; it merges.
-- shard key: cityHash64(source_service, destination_service)
CREATE TABLE IF NOT EXISTS edges_local ON CLUSTER 'two'
(
    time DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start of the ten seconds',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    signal Enum8('access_log' = 1, 'span' = 2) COMMENT 'what the row was counted from',
    reporter Enum8('unknown' = 0, 'client' = 1, 'server' = 2) COMMENT 'which side of the call reported',
    source_role LowCardinality(String) COMMENT 'gateway, sidecar, ... where the source itself reported; queue/<system>',
    source_cluster LowCardinality(String) COMMENT 'the caller',
    source_namespace LowCardinality(String) COMMENT 'the caller',
    source_service LowCardinality(String) COMMENT 'the caller',
    source_version LowCardinality(String) COMMENT 'the caller',
    destination_kind LowCardinality(String) COMMENT 'service, external, passthrough, database/<system>, queue/<system> or empty',
    destination_cluster LowCardinality(String) COMMENT 'the callee',
    destination_namespace LowCardinality(String) COMMENT 'the callee',
    destination_service LowCardinality(String) COMMENT 'the callee',
    destination_version LowCardinality(String) COMMENT 'the callee',
    transport Enum8('http' = 1, 'grpc' = 2, 'tcp' = 3) COMMENT 'grpc: HTTP with a gRPC status',
    security Enum8('unknown' = 0, 'plaintext' = 1, 'tls' = 2, 'mtls' = 3) COMMENT 'of the connection between the two peers',
    response_code UInt16 COMMENT '0: no response',
    grpc_status Int8 COMMENT '-1: not gRPC',
    response_flags LowCardinality(String) COMMENT 'Envoy response flags',
    relation SimpleAggregateFunction(any, UInt64) DEFAULT cityHash64(signal, reporter, source_cluster, source_namespace, source_service, destination_kind, destination_cluster, destination_namespace, destination_service, transport = 'tcp') COMMENT 'who called whom, by whose report: what the graph groups by, as one number',
    outcome SimpleAggregateFunction(any, UInt64) DEFAULT cityHash64(source_role, source_version, destination_version, transport, security, response_code, grpc_status, response_flags) COMMENT 'all else that tells rows apart, as one number',
    source_principal SimpleAggregateFunction(anyLast, String) CODEC(ZSTD(1)) COMMENT 'SPIFFE id, the last seen',
    destination_principal SimpleAggregateFunction(anyLast, String) CODEC(ZSTD(1)) COMMENT 'SPIFFE id, the last seen',
    requests SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'in these ten seconds with this outcome',
    attempts SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'requests plus retries',
    bytes_sent SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'to the caller',
    bytes_received SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'from the caller',
    duration_us_sum SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'microseconds',
    duration_us AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99), UInt64) CODEC(ZSTD(1)) COMMENT 'DDSketch of the durations in microseconds, 1 % relative error'
)
ENGINE = ReplicatedAggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (time, destination_service, source_service, destination_namespace, source_namespace, destination_kind,
    destination_cluster, source_cluster, destination_version, source_version, tenant, signal, reporter, transport,
    security, response_code, grpc_status, response_flags, source_role)
TTL time + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS edges ON CLUSTER 'two' AS edges_local ENGINE = Distributed('two', currentDatabase(), edges_local, cityHash64(source_service, destination_service));

-- Edges as access logs report them: every request, sampled or not.
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_from_access_logs ON CLUSTER 'two' TO edges_local AS
SELECT
    toStartOfInterval(toDateTime(access_logs.time), INTERVAL 10 SECOND) AS time,
    tenant,
    'access_log' AS signal,
    reporter,
    if(reporter = 'server', '', role) AS source_role,
    source_cluster,
    source_namespace,
    source_service,
    source_version,
    destination_kind,
    destination_cluster,
    destination_namespace,
    destination_service,
    destination_version,
    transport,
    security,
    response_code,
    grpc_status,
    response_flags,
    anyLast(access_logs.source_principal) AS source_principal,
    anyLast(access_logs.destination_principal) AS destination_principal,
    count() AS requests,
    sum(greatest(request_attempts, 1)) AS attempts,
    sum(access_logs.bytes_sent) AS bytes_sent,
    sum(access_logs.bytes_received) AS bytes_received,
    sum(access_logs.duration_us) AS duration_us_sum,
    quantilesDDState(0.01, 0.5, 0.9, 0.95, 0.99)(access_logs.duration_us) AS duration_us
FROM access_logs_local AS access_logs
WHERE log_type NOT IN ('DownstreamStart', 'DownstreamPeriodic', 'TcpConnectionStart', 'TcpUpstreamConnected', 'TcpPeriodic',
    'UpstreamPoolReady', 'UpstreamPeriodic', 'UpstreamEnd', 'DownstreamTunnelSuccessfullyEstablished',
    'UdpTunnelUpstreamConnected', 'UdpPeriodic', 'UdpSessionEnd') AND destination_kind != 'local'
GROUP BY ALL
;

-- Edges as spans report them: what sampling let through, for meshes that send no access logs, and for what lies beyond
-- proxies: databases, queues and hosts that applications name by OpenTelemetry's semantic conventions. A database or queue
-- has its kind and system as destination_kind (database/postgresql) and its address as name. Who takes from a queue is
-- called by it: the queue is the source, its system the source_role (queue/kafka).
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_from_spans ON CLUSTER 'two' TO edges_local AS
SELECT
    toStartOfInterval(toDateTime(spans.time), INTERVAL 10 SECOND) AS time,
    tenant,
    'span' AS signal,
    if(taken, 'server', 'client') AS reporter,
    if(taken, concat('queue/', queue), '') AS source_role,
    if(taken, '', cluster) AS source_cluster,
    if(taken, '', namespace) AS source_namespace,
    if(taken, peer, toString(service)) AS source_service,
    if(taken, '', version) AS source_version,
    if(taken, 'service', destination.kind) AS destination_kind,
    if(taken, toString(cluster), destination.cluster) AS destination_cluster,
    if(taken, toString(namespace), destination.namespace) AS destination_namespace,
    if(taken, toString(service), destination.service) AS destination_service,
    if(taken, toString(version), destination.version) AS destination_version,
    'http' AS transport,
    'unknown' AS security,
    response_code,
    -1 AS grpc_status,
    if(response_flags = '-', '', response_flags) AS response_flags,
    '' AS source_principal,
    '' AS destination_principal,
    count() AS requests,
    count() AS attempts,
    sum(response_size) AS bytes_sent,
    sum(request_size) AS bytes_received,
    sum(intDiv(duration_ns, 1000)) AS duration_us_sum,
    quantilesDDState(0.01, 0.5, 0.9, 0.95, 0.99)(intDiv(duration_ns, 1000)) AS duration_us
FROM
(
    SELECT
        time, tenant, cluster, namespace, service, version, response_code, response_flags, response_size, request_size,
        duration_ns,
        kind = 'consumer' AS taken,
        if(attributes['db.system.name'] = '', attributes['db.system'], attributes['db.system.name']) AS database,
        attributes['messaging.system'] AS queue,
        arrayFirst(text -> text != '', [attributes['peer.service'], attributes['server.address'],
            attributes['net.peer.name'], if(queue = '', attributes['db.namespace'], attributes['messaging.destination.name']),
            concat(database, queue)]) AS peer,
        arrayMap(name -> meshhub_destination(name), [toLowCardinality(
            if(upstream_cluster IN ('', '-'), peer, toString(upstream_cluster)))])[1] AS named,
        multiIf(
            database != '', (concat('database/', database), '', '', peer, ''),
            queue != '', (concat('queue/', queue), '', '', peer, ''),
            (named.kind, named.cluster, named.namespace, named.service, named.version)
        )::Tuple(kind String, cluster String, namespace String, service String, version String) AS destination
    FROM spans_local
    WHERE kind IN ('client', 'producer', 'consumer') AND (kind != 'consumer' OR attributes['messaging.system'] != '')
) AS spans
WHERE if(taken, service, destination.service) != ''
GROUP BY ALL
;

-- Which attribute keys exist, per signal and service and day, with their type and how often. Answers: what can be
-- searched for, and completes it.
-- shard key: sipHash64(key)
CREATE TABLE IF NOT EXISTS attribute_catalogue_local ON CLUSTER 'two'
(
    day Date COMMENT 'UTC',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    signal Enum8('spans' = 1, 'access_logs' = 2, 'logs' = 3) COMMENT 'where the key was seen',
    key LowCardinality(String) COMMENT 'attribute key',
    service LowCardinality(String) COMMENT 'who sent it',
    value_type SimpleAggregateFunction(anyLast, LowCardinality(String)) COMMENT 'OTLP type, the last seen',
    example SimpleAggregateFunction(anyLast, String) COMMENT 'a value, at most 256 characters',
    occurrences SimpleAggregateFunction(sum, UInt64) COMMENT 'how often'
)
ENGINE = ReplicatedAggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (day, tenant, signal, key, service)
TTL day + toIntervalDay(14)
SETTINGS replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS attribute_catalogue ON CLUSTER 'two' AS attribute_catalogue_local ENGINE = Distributed('two', currentDatabase(), attribute_catalogue_local, sipHash64(key));

-- Attribute keys of spans that have no column of their own.
CREATE MATERIALIZED VIEW IF NOT EXISTS attribute_catalogue_from_spans ON CLUSTER 'two' TO attribute_catalogue_local AS
SELECT
    toDate(time) AS day,
    tenant,
    'spans' AS signal,
    attribute.1 AS key,
    service,
    anyLast(if(attribute_types[attribute.1] = '', 'string', attribute_types[attribute.1])) AS value_type,
    anyLast(substring(attribute.2, 1, 256)) AS example,
    count() AS occurrences
FROM (SELECT time, tenant, service, attribute_types, arrayJoin(attributes) AS attribute FROM spans_local)
GROUP BY ALL
;

-- Attribute keys of access_logs that have no column of their own.
CREATE MATERIALIZED VIEW IF NOT EXISTS attribute_catalogue_from_access_logs ON CLUSTER 'two' TO attribute_catalogue_local AS
SELECT
    toDate(time) AS day,
    tenant,
    'access_logs' AS signal,
    attribute.1 AS key,
    service,
    'string' AS value_type,
    anyLast(substring(attribute.2, 1, 256)) AS example,
    count() AS occurrences
FROM (SELECT time, tenant, service, arrayJoin(attributes) AS attribute FROM access_logs_local)
GROUP BY ALL
;

-- Attribute keys of logs that have no column of their own.
CREATE MATERIALIZED VIEW IF NOT EXISTS attribute_catalogue_from_logs ON CLUSTER 'two' TO attribute_catalogue_local AS
SELECT
    toDate(time) AS day,
    tenant,
    'logs' AS signal,
    attribute.1 AS key,
    service,
    anyLast(if(attribute_types[attribute.1] = '', 'string', attribute_types[attribute.1])) AS value_type,
    anyLast(substring(attribute.2, 1, 256)) AS example,
    count() AS occurrences
FROM (SELECT time, tenant, service, attribute_types, arrayJoin(attributes) AS attribute FROM logs_local)
GROUP BY ALL
;

-- Where the loader puts a metrics segment: one row per request (storage/wire/metrics.proto). Keeps nothing itself.
CREATE TABLE IF NOT EXISTS ingest_metrics ON CLUSTER 'two'
(
    resource_metrics Array(Tuple(
        resource Tuple(attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String)))),
        scope_metrics Array(Tuple(
            scope Tuple(name String, version String),
            metrics Array(Tuple(
    name String,
    description String,
    unit String,
    data Enum8('none' = 0, 'gauge' = 5, 'sum' = 7, 'histogram' = 9, 'exponential_histogram' = 10, 'summary' = 11),
    gauge Tuple(data_points Array(Tuple(
    start_time_unix_nano UInt64,
    time_unix_nano UInt64,
    value Enum8('none' = 0, 'as_double' = 4, 'as_int' = 6),
    as_double Float64,
    as_int Int64,
    attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))),
    flags UInt32))),
    sum Tuple(data_points Array(Tuple(
    start_time_unix_nano UInt64,
    time_unix_nano UInt64,
    value Enum8('none' = 0, 'as_double' = 4, 'as_int' = 6),
    as_double Float64,
    as_int Int64,
    attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))),
    flags UInt32)), aggregation_temporality Int32, is_monotonic Bool),
    histogram Tuple(
        data_points Array(Tuple(
            start_time_unix_nano UInt64, time_unix_nano UInt64, count UInt64, sum Float64, bucket_counts Array(UInt64),
            explicit_bounds Array(Float64), attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))), flags UInt32, min Float64, max Float64)),
        aggregation_temporality Int32),
    exponential_histogram Tuple(
        data_points Array(Tuple(
            attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))), start_time_unix_nano UInt64, time_unix_nano UInt64, count UInt64, sum Float64,
            scale Int32, zero_count UInt64, positive Tuple(offset Int32, bucket_counts Array(UInt64)),
            negative Tuple(offset Int32, bucket_counts Array(UInt64)), flags UInt32, min Float64, max Float64,
            zero_threshold Float64)),
        aggregation_temporality Int32),
    summary Tuple(
        data_points Array(Tuple(
            start_time_unix_nano UInt64, time_unix_nano UInt64, count UInt64, sum Float64,
            quantile_values Array(Tuple(quantile Float64, value Float64)), attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))), flags UInt32))))))))),
    received_unix_nano UInt64,
    tenant String
)
ENGINE = Null
;

-- OTLP metrics one row each, on their way to the table of their kind. Keeps nothing itself.
CREATE TABLE IF NOT EXISTS metric_records ON CLUSTER 'two'
(
    received_unix_nano UInt64,
    tenant LowCardinality(String),
    workload Tuple(cluster String, namespace String, service String, version String, instance String, role String),
    resource_attributes LowCardinality(String),
    scope_name LowCardinality(String),
    metric Tuple(
    name String,
    description String,
    unit String,
    data Enum8('none' = 0, 'gauge' = 5, 'sum' = 7, 'histogram' = 9, 'exponential_histogram' = 10, 'summary' = 11),
    gauge Tuple(data_points Array(Tuple(
    start_time_unix_nano UInt64,
    time_unix_nano UInt64,
    value Enum8('none' = 0, 'as_double' = 4, 'as_int' = 6),
    as_double Float64,
    as_int Int64,
    attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))),
    flags UInt32))),
    sum Tuple(data_points Array(Tuple(
    start_time_unix_nano UInt64,
    time_unix_nano UInt64,
    value Enum8('none' = 0, 'as_double' = 4, 'as_int' = 6),
    as_double Float64,
    as_int Int64,
    attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))),
    flags UInt32)), aggregation_temporality Int32, is_monotonic Bool),
    histogram Tuple(
        data_points Array(Tuple(
            start_time_unix_nano UInt64, time_unix_nano UInt64, count UInt64, sum Float64, bucket_counts Array(UInt64),
            explicit_bounds Array(Float64), attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))), flags UInt32, min Float64, max Float64)),
        aggregation_temporality Int32),
    exponential_histogram Tuple(
        data_points Array(Tuple(
            attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))), start_time_unix_nano UInt64, time_unix_nano UInt64, count UInt64, sum Float64,
            scale Int32, zero_count UInt64, positive Tuple(offset Int32, bucket_counts Array(UInt64)),
            negative Tuple(offset Int32, bucket_counts Array(UInt64)), flags UInt32, min Float64, max Float64,
            zero_threshold Float64)),
        aggregation_temporality Int32),
    summary Tuple(
        data_points Array(Tuple(
            start_time_unix_nano UInt64, time_unix_nano UInt64, count UInt64, sum Float64,
            quantile_values Array(Tuple(quantile Float64, value Float64)), attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))), flags UInt32))))
)
ENGINE = Null
;

-- Explodes OTLP requests into metrics. Total: no content of a well-formed request makes it fail.
CREATE MATERIALIZED VIEW IF NOT EXISTS metric_records_from_otlp ON CLUSTER 'two' TO metric_records AS
SELECT
    received_unix_nano,
    tenant,
    workload,
    resource_attributes,
    toLowCardinality(scope_metric.scope.name) AS scope_name,
    arrayJoin(scope_metric.metrics) AS metric
FROM
(
    SELECT
        received_unix_nano,
        tenant,
        meshhub_workload(resource_metric.resource.attributes) AS workload,
        toLowCardinality(toJSONString(meshhub_attribute_map(resource_metric.resource.attributes, []))) AS resource_attributes,
        arrayJoin(resource_metric.scope_metrics) AS scope_metric
    FROM (SELECT received_unix_nano, tenant, arrayJoin(resource_metrics) AS resource_metric FROM ingest_metrics)
)
;

-- Gauge data points, one row each. Answers: the course of a metric of a service, an instance or the mesh.
-- Sorted by series so that the points of one lie together and compress.
-- shard key: cityHash64(service, metric)
CREATE TABLE IF NOT EXISTS metrics_gauge_local ON CLUSTER 'two'
(
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of the point',
    start_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of a cumulative series; 1970 where not given',
    received DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when the hub took it',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    cluster LowCardinality(String) COMMENT 'of the sender (docs/reference/identity.md)',
    namespace LowCardinality(String) COMMENT 'of the sender',
    service LowCardinality(String) COMMENT 'of the sender',
    version LowCardinality(String) COMMENT 'of the sender',
    instance LowCardinality(String) COMMENT 'of the sender: pod, node or process',
    metric LowCardinality(String) COMMENT 'name',
    unit LowCardinality(String) COMMENT 'UCUM',
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'of the series, values as text',
    resource_attributes LowCardinality(String) COMMENT 'JSON object of texts',
    value Float64 CODEC(Gorilla, ZSTD(1)) COMMENT 'integers too'
)
ENGINE = ReplicatedMergeTree
PARTITION BY toDate(time)
ORDER BY (metric, service, namespace, instance, cityHash64(mapValues(attributes)), time)
TTL toDateTime(time) + toIntervalDay(14)
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS metrics_gauge ON CLUSTER 'two' AS metrics_gauge_local ENGINE = Distributed('two', currentDatabase(), metrics_gauge_local, cityHash64(service, metric));

-- Gauge data points. Envoy 1.40 gives the start of a cumulative series in microseconds: mended here.
CREATE MATERIALIZED VIEW IF NOT EXISTS metrics_gauge_from_metric_records ON CLUSTER 'two' TO metrics_gauge_local AS
SELECT
    toDateTime64(meshhub_plausible_time(point.time_unix_nano, received_unix_nano), 3, 'UTC') AS time,
    fromUnixTimestamp64Milli(toInt64(
        if(point.start_time_unix_nano < 100000000000000000, intDiv(point.start_time_unix_nano, 1000),
            intDiv(least(point.start_time_unix_nano, received_unix_nano), 1000000))), 'UTC') AS start_time,
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    tenant,
    workload.cluster AS cluster,
    workload.namespace AS namespace,
    workload.service AS service,
    workload.version AS version,
    workload.instance AS instance,
    metric_records.metric.name AS metric,
    metric_records.metric.unit AS unit,
    meshhub_attribute_map(point.attributes, []) AS attributes,
    resource_attributes,
    if(point.value = 'as_int', toFloat64(point.as_int), point.as_double) AS value
FROM metric_records
ARRAY JOIN metric_records.metric.gauge.data_points AS point
WHERE metric_records.metric.data = 'gauge' AND bitAnd(point.flags, 1) = 0
;

-- Sum data points, one row each. Answers: the course of a metric of a service, an instance or the mesh.
-- Sorted by series so that the points of one lie together and compress.
-- shard key: cityHash64(service, metric)
CREATE TABLE IF NOT EXISTS metrics_sum_local ON CLUSTER 'two'
(
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of the point',
    start_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of a cumulative series; 1970 where not given',
    received DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when the hub took it',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    cluster LowCardinality(String) COMMENT 'of the sender (docs/reference/identity.md)',
    namespace LowCardinality(String) COMMENT 'of the sender',
    service LowCardinality(String) COMMENT 'of the sender',
    version LowCardinality(String) COMMENT 'of the sender',
    instance LowCardinality(String) COMMENT 'of the sender: pod, node or process',
    metric LowCardinality(String) COMMENT 'name',
    unit LowCardinality(String) COMMENT 'UCUM',
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'of the series, values as text',
    resource_attributes LowCardinality(String) COMMENT 'JSON object of texts',
    temporality Enum8('unspecified' = 0, 'delta' = 1, 'cumulative' = 2) COMMENT 'since start_time, or since the point before',
    is_monotonic Bool COMMENT 'only grows, but for restarts',
    value Float64 CODEC(Gorilla, ZSTD(1)) COMMENT 'integers too'
)
ENGINE = ReplicatedMergeTree
PARTITION BY toDate(time)
ORDER BY (metric, service, namespace, instance, cityHash64(mapValues(attributes)), time)
TTL toDateTime(time) + toIntervalDay(14)
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS metrics_sum ON CLUSTER 'two' AS metrics_sum_local ENGINE = Distributed('two', currentDatabase(), metrics_sum_local, cityHash64(service, metric));

-- Sum data points. Envoy 1.40 gives the start of a cumulative series in microseconds: mended here.
CREATE MATERIALIZED VIEW IF NOT EXISTS metrics_sum_from_metric_records ON CLUSTER 'two' TO metrics_sum_local AS
SELECT
    toDateTime64(meshhub_plausible_time(point.time_unix_nano, received_unix_nano), 3, 'UTC') AS time,
    fromUnixTimestamp64Milli(toInt64(
        if(point.start_time_unix_nano < 100000000000000000, intDiv(point.start_time_unix_nano, 1000),
            intDiv(least(point.start_time_unix_nano, received_unix_nano), 1000000))), 'UTC') AS start_time,
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    tenant,
    workload.cluster AS cluster,
    workload.namespace AS namespace,
    workload.service AS service,
    workload.version AS version,
    workload.instance AS instance,
    metric_records.metric.name AS metric,
    metric_records.metric.unit AS unit,
    meshhub_attribute_map(point.attributes, []) AS attributes,
    resource_attributes,
    CAST(if(metric_records.metric.sum.aggregation_temporality BETWEEN 0 AND 2, metric_records.metric.sum.aggregation_temporality, 0),
        'Enum8(\'unspecified\' = 0, \'delta\' = 1, \'cumulative\' = 2)') AS temporality,
    metric_records.metric.sum.is_monotonic AS is_monotonic,
    if(point.value = 'as_int', toFloat64(point.as_int), point.as_double) AS value
FROM metric_records
ARRAY JOIN metric_records.metric.sum.data_points AS point
WHERE metric_records.metric.data = 'sum' AND bitAnd(point.flags, 1) = 0
;

-- Histogram data points with explicit bounds, one row each. Answers: the course of a metric of a service, an instance or the mesh.
-- Sorted by series so that the points of one lie together and compress.
-- shard key: cityHash64(service, metric)
CREATE TABLE IF NOT EXISTS metrics_histogram_local ON CLUSTER 'two'
(
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of the point',
    start_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of a cumulative series; 1970 where not given',
    received DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when the hub took it',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    cluster LowCardinality(String) COMMENT 'of the sender (docs/reference/identity.md)',
    namespace LowCardinality(String) COMMENT 'of the sender',
    service LowCardinality(String) COMMENT 'of the sender',
    version LowCardinality(String) COMMENT 'of the sender',
    instance LowCardinality(String) COMMENT 'of the sender: pod, node or process',
    metric LowCardinality(String) COMMENT 'name',
    unit LowCardinality(String) COMMENT 'UCUM',
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'of the series, values as text',
    resource_attributes LowCardinality(String) COMMENT 'JSON object of texts',
    temporality Enum8('unspecified' = 0, 'delta' = 1, 'cumulative' = 2) COMMENT 'since start_time, or since the point before',
    count UInt64 CODEC(T64, ZSTD(1)) COMMENT 'of values',
    sum Float64 CODEC(ZSTD(1)) COMMENT 'of values',
    min Float64 CODEC(ZSTD(1)) COMMENT '0 where not given',
    max Float64 CODEC(ZSTD(1)) COMMENT '0 where not given',
    bucket_counts Array(UInt64) CODEC(ZSTD(1)) COMMENT 'one more than explicit_bounds',
    explicit_bounds Array(Float64) CODEC(ZSTD(1)) COMMENT 'upper bounds, inclusive'
)
ENGINE = ReplicatedMergeTree
PARTITION BY toDate(time)
ORDER BY (metric, service, namespace, instance, cityHash64(mapValues(attributes)), time)
TTL toDateTime(time) + toIntervalDay(14)
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS metrics_histogram ON CLUSTER 'two' AS metrics_histogram_local ENGINE = Distributed('two', currentDatabase(), metrics_histogram_local, cityHash64(service, metric));

-- Histogram data points with explicit bounds. Envoy 1.40 gives the start of a cumulative series in microseconds: mended here.
CREATE MATERIALIZED VIEW IF NOT EXISTS metrics_histogram_from_metric_records ON CLUSTER 'two' TO metrics_histogram_local AS
SELECT
    toDateTime64(meshhub_plausible_time(point.time_unix_nano, received_unix_nano), 3, 'UTC') AS time,
    fromUnixTimestamp64Milli(toInt64(
        if(point.start_time_unix_nano < 100000000000000000, intDiv(point.start_time_unix_nano, 1000),
            intDiv(least(point.start_time_unix_nano, received_unix_nano), 1000000))), 'UTC') AS start_time,
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    tenant,
    workload.cluster AS cluster,
    workload.namespace AS namespace,
    workload.service AS service,
    workload.version AS version,
    workload.instance AS instance,
    metric_records.metric.name AS metric,
    metric_records.metric.unit AS unit,
    meshhub_attribute_map(point.attributes, []) AS attributes,
    resource_attributes,
    CAST(if(metric_records.metric.histogram.aggregation_temporality BETWEEN 0 AND 2, metric_records.metric.histogram.aggregation_temporality, 0),
        'Enum8(\'unspecified\' = 0, \'delta\' = 1, \'cumulative\' = 2)') AS temporality,
    point.count AS count,
    point.sum AS sum,
    point.min AS min,
    point.max AS max,
    point.bucket_counts AS bucket_counts,
    point.explicit_bounds AS explicit_bounds
FROM metric_records
ARRAY JOIN metric_records.metric.histogram.data_points AS point
WHERE metric_records.metric.data = 'histogram' AND bitAnd(point.flags, 1) = 0
;

-- Exponential histogram data points, one row each. Answers: the course of a metric of a service, an instance or the mesh.
-- Sorted by series so that the points of one lie together and compress.
-- shard key: cityHash64(service, metric)
CREATE TABLE IF NOT EXISTS metrics_exponential_histogram_local ON CLUSTER 'two'
(
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of the point',
    start_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of a cumulative series; 1970 where not given',
    received DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when the hub took it',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    cluster LowCardinality(String) COMMENT 'of the sender (docs/reference/identity.md)',
    namespace LowCardinality(String) COMMENT 'of the sender',
    service LowCardinality(String) COMMENT 'of the sender',
    version LowCardinality(String) COMMENT 'of the sender',
    instance LowCardinality(String) COMMENT 'of the sender: pod, node or process',
    metric LowCardinality(String) COMMENT 'name',
    unit LowCardinality(String) COMMENT 'UCUM',
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'of the series, values as text',
    resource_attributes LowCardinality(String) COMMENT 'JSON object of texts',
    temporality Enum8('unspecified' = 0, 'delta' = 1, 'cumulative' = 2) COMMENT 'since start_time, or since the point before',
    count UInt64 CODEC(T64, ZSTD(1)) COMMENT 'of values',
    sum Float64 CODEC(ZSTD(1)) COMMENT 'of values',
    min Float64 CODEC(ZSTD(1)) COMMENT '0 where not given',
    max Float64 CODEC(ZSTD(1)) COMMENT '0 where not given',
    scale Int32 CODEC(ZSTD(1)) COMMENT 'base of the bounds is 2^(2^-scale)',
    zero_count UInt64 CODEC(T64, ZSTD(1)) COMMENT 'values at most zero_threshold from 0',
    zero_threshold Float64 CODEC(ZSTD(1)) COMMENT 'width of the zero bucket',
    positive_offset Int32 CODEC(ZSTD(1)) COMMENT 'index of the first positive bucket',
    positive_bucket_counts Array(UInt64) CODEC(ZSTD(1)) COMMENT 'counts from there on',
    negative_offset Int32 CODEC(ZSTD(1)) COMMENT 'index of the first negative bucket',
    negative_bucket_counts Array(UInt64) CODEC(ZSTD(1)) COMMENT 'counts from there on'
)
ENGINE = ReplicatedMergeTree
PARTITION BY toDate(time)
ORDER BY (metric, service, namespace, instance, cityHash64(mapValues(attributes)), time)
TTL toDateTime(time) + toIntervalDay(14)
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS metrics_exponential_histogram ON CLUSTER 'two' AS metrics_exponential_histogram_local ENGINE = Distributed('two', currentDatabase(), metrics_exponential_histogram_local, cityHash64(service, metric));

-- Exponential histogram data points. Envoy 1.40 gives the start of a cumulative series in microseconds: mended here.
CREATE MATERIALIZED VIEW IF NOT EXISTS metrics_exponential_histogram_from_metric_records ON CLUSTER 'two' TO metrics_exponential_histogram_local AS
SELECT
    toDateTime64(meshhub_plausible_time(point.time_unix_nano, received_unix_nano), 3, 'UTC') AS time,
    fromUnixTimestamp64Milli(toInt64(
        if(point.start_time_unix_nano < 100000000000000000, intDiv(point.start_time_unix_nano, 1000),
            intDiv(least(point.start_time_unix_nano, received_unix_nano), 1000000))), 'UTC') AS start_time,
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    tenant,
    workload.cluster AS cluster,
    workload.namespace AS namespace,
    workload.service AS service,
    workload.version AS version,
    workload.instance AS instance,
    metric_records.metric.name AS metric,
    metric_records.metric.unit AS unit,
    meshhub_attribute_map(point.attributes, []) AS attributes,
    resource_attributes,
    CAST(if(metric_records.metric.exponential_histogram.aggregation_temporality BETWEEN 0 AND 2, metric_records.metric.exponential_histogram.aggregation_temporality, 0),
        'Enum8(\'unspecified\' = 0, \'delta\' = 1, \'cumulative\' = 2)') AS temporality,
    point.count AS count,
    point.sum AS sum,
    point.min AS min,
    point.max AS max,
    point.scale AS scale,
    point.zero_count AS zero_count,
    point.zero_threshold AS zero_threshold,
    point.positive.offset AS positive_offset,
    point.positive.bucket_counts AS positive_bucket_counts,
    point.negative.offset AS negative_offset,
    point.negative.bucket_counts AS negative_bucket_counts
FROM metric_records
ARRAY JOIN metric_records.metric.exponential_histogram.data_points AS point
WHERE metric_records.metric.data = 'exponential_histogram' AND bitAnd(point.flags, 1) = 0
;

-- Summary data points, one row each. Answers: the course of a metric of a service, an instance or the mesh.
-- Sorted by series so that the points of one lie together and compress.
-- shard key: cityHash64(service, metric)
CREATE TABLE IF NOT EXISTS metrics_summary_local ON CLUSTER 'two'
(
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of the point',
    start_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of a cumulative series; 1970 where not given',
    received DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'when the hub took it',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    cluster LowCardinality(String) COMMENT 'of the sender (docs/reference/identity.md)',
    namespace LowCardinality(String) COMMENT 'of the sender',
    service LowCardinality(String) COMMENT 'of the sender',
    version LowCardinality(String) COMMENT 'of the sender',
    instance LowCardinality(String) COMMENT 'of the sender: pod, node or process',
    metric LowCardinality(String) COMMENT 'name',
    unit LowCardinality(String) COMMENT 'UCUM',
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)) COMMENT 'of the series, values as text',
    resource_attributes LowCardinality(String) COMMENT 'JSON object of texts',
    count UInt64 CODEC(T64, ZSTD(1)) COMMENT 'of values',
    sum Float64 CODEC(ZSTD(1)) COMMENT 'of values',
    quantiles Array(Float64) CODEC(ZSTD(1)) COMMENT '0 to 1',
    quantile_values Array(Float64) CODEC(ZSTD(1)) COMMENT 'of the quantiles, in their order'
)
ENGINE = ReplicatedMergeTree
PARTITION BY toDate(time)
ORDER BY (metric, service, namespace, instance, cityHash64(mapValues(attributes)), time)
TTL toDateTime(time) + toIntervalDay(14)
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS metrics_summary ON CLUSTER 'two' AS metrics_summary_local ENGINE = Distributed('two', currentDatabase(), metrics_summary_local, cityHash64(service, metric));

-- Summary data points. Envoy 1.40 gives the start of a cumulative series in microseconds: mended here.
CREATE MATERIALIZED VIEW IF NOT EXISTS metrics_summary_from_metric_records ON CLUSTER 'two' TO metrics_summary_local AS
SELECT
    toDateTime64(meshhub_plausible_time(point.time_unix_nano, received_unix_nano), 3, 'UTC') AS time,
    fromUnixTimestamp64Milli(toInt64(
        if(point.start_time_unix_nano < 100000000000000000, intDiv(point.start_time_unix_nano, 1000),
            intDiv(least(point.start_time_unix_nano, received_unix_nano), 1000000))), 'UTC') AS start_time,
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    tenant,
    workload.cluster AS cluster,
    workload.namespace AS namespace,
    workload.service AS service,
    workload.version AS version,
    workload.instance AS instance,
    metric_records.metric.name AS metric,
    metric_records.metric.unit AS unit,
    meshhub_attribute_map(point.attributes, []) AS attributes,
    resource_attributes,
    point.count AS count,
    point.sum AS sum,
    point.quantile_values.quantile AS quantiles,
    point.quantile_values.value AS quantile_values
FROM metric_records
ARRAY JOIN metric_records.metric.summary.data_points AS point
WHERE metric_records.metric.data = 'summary' AND bitAnd(point.flags, 1) = 0
;

-- The lower bound, in microseconds, of a bucket of meshhub_duration_bucket.
CREATE OR REPLACE FUNCTION meshhub_duration_bucket_start ON CLUSTER 'two' AS (bucket) ->
    if(bucket < 100, toUInt64(bucket), toUInt64(10 + (bucket - 10) % 90) * toUInt64(exp10(intDiv(bucket - 10, 90))))
;

-- The bucket of a duration in microseconds by its two leading decimal digits: 0 to 99 are exact, then 90 buckets per power
-- of ten. A bucket holds [lower, next lower): 300 ms = 300000 us is the lower bound of bucket 390. The inverse is
-- meshhub_duration_bucket_start.
CREATE OR REPLACE FUNCTION meshhub_duration_bucket ON CLUSTER 'two' AS (duration_us) ->
    if(duration_us < 100, toUInt16(duration_us),
        toUInt16(intDiv(duration_us, greatest(toUInt64(exp10(length(toString(duration_us)) - 2)), 1))
            + 90 * (length(toString(duration_us)) - 2)))
;

-- Every request counted per minute, by everything about it that has few values: one row per reporting proxy, call
-- relation, route and outcome. Answers what depends on no single request: SLOs (each minute's good and bad requests),
-- the routes and instances of a service, facets and time histograms of access logs. It grows with the mesh, not with
-- its traffic.
-- `duration_buckets` counts durations by their two leading decimal digits (meshhub_duration_bucket): a threshold with two
-- significant digits (300 ms, 0.25 s) splits it exactly.
-- shard key: cityHash64(source_service, destination_service)
CREATE TABLE IF NOT EXISTS request_minutes_local ON CLUSTER 'two'
(
    time DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start of the minute in which the requests began',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    reporter Enum8('unknown' = 0, 'client' = 1, 'server' = 2) COMMENT 'which side of the call the proxy stood on',
    role LowCardinality(String) COMMENT 'sidecar, gateway, waypoint or empty',
    instance LowCardinality(String) COMMENT 'the reporting proxy: pod or node id',
    source_cluster LowCardinality(String) COMMENT 'the caller, as the reporter saw it',
    source_namespace LowCardinality(String) COMMENT 'the caller, as the reporter saw it',
    source_service LowCardinality(String) COMMENT 'the caller, as the reporter saw it',
    source_version LowCardinality(String) COMMENT 'the caller, as the reporter saw it',
    destination_kind LowCardinality(String) COMMENT 'service, external, passthrough or empty',
    destination_cluster LowCardinality(String) COMMENT 'the callee, as the reporter saw it',
    destination_namespace LowCardinality(String) COMMENT 'the callee, as the reporter saw it',
    destination_service LowCardinality(String) COMMENT 'the callee, as the reporter saw it',
    destination_version LowCardinality(String) COMMENT 'the callee, as the reporter saw it',
    transport Enum8('http' = 1, 'grpc' = 2, 'tcp' = 3) COMMENT 'grpc: HTTP with a gRPC status',
    security Enum8('unknown' = 0, 'plaintext' = 1, 'tls' = 2, 'mtls' = 3) COMMENT 'of the connection between the two peers',
    method LowCardinality(String) COMMENT 'HTTP',
    route_name LowCardinality(String) COMMENT 'Envoy route',
    response_code UInt16 COMMENT '0: no response',
    grpc_status Int8 COMMENT '-1: not gRPC',
    response_flags LowCardinality(String) COMMENT 'short names, comma separated',
    response_code_details LowCardinality(String) COMMENT 'why this response code (Envoy)',
    requests SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'that began in this minute, of a final log entry',
    attempts SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'requests plus retries',
    bytes_sent SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'to the caller',
    bytes_received SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'from the caller',
    duration_us_sum SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'microseconds',
    duration_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1)) COMMENT 'requests per meshhub_duration_bucket'
)
ENGINE = ReplicatedAggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (toStartOfHour(time), destination_service, source_service, destination_namespace, source_namespace,
    destination_kind, destination_cluster, source_cluster, destination_version, source_version, tenant, reporter, role,
    instance, transport, security, route_name, method, response_code, grpc_status, response_flags, response_code_details,
    time)
TTL time + toIntervalDay(45)
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS request_minutes ON CLUSTER 'two' AS request_minutes_local ENGINE = Distributed('two', currentDatabase(), request_minutes_local, cityHash64(source_service, destination_service));

-- Every request counted per minute, from the last entry of each in the access logs.
CREATE MATERIALIZED VIEW IF NOT EXISTS request_minutes_from_access_logs ON CLUSTER 'two' TO request_minutes_local AS
SELECT
    toStartOfMinute(toDateTime(access_logs.time)) AS time,
    tenant,
    reporter,
    role,
    instance,
    source_cluster,
    source_namespace,
    source_service,
    source_version,
    destination_kind,
    destination_cluster,
    destination_namespace,
    destination_service,
    destination_version,
    transport,
    security,
    method,
    route_name,
    response_code,
    grpc_status,
    response_flags,
    response_code_details,
    count() AS requests,
    sum(greatest(request_attempts, 1)) AS attempts,
    sum(access_logs.bytes_sent) AS bytes_sent,
    sum(access_logs.bytes_received) AS bytes_received,
    sum(access_logs.duration_us) AS duration_us_sum,
    sumMap(map(meshhub_duration_bucket(access_logs.duration_us), toUInt64(1))) AS duration_buckets
FROM access_logs_local AS access_logs
WHERE log_type NOT IN ('DownstreamStart', 'DownstreamPeriodic', 'TcpConnectionStart', 'TcpUpstreamConnected', 'TcpPeriodic',
    'UpstreamPoolReady', 'UpstreamPeriodic', 'UpstreamEnd', 'DownstreamTunnelSuccessfullyEstablished',
    'UdpTunnelUpstreamConnected', 'UdpPeriodic', 'UdpSessionEnd')
GROUP BY ALL
;

-- The counts of `edges` added up over longer intervals, so that any window is answered from few rows: whole hours in its
-- middle, then shorter intervals and ten seconds towards its ends (queries/service_edges_in_window). Latency sketches are
-- in `edges_latency`, without outcomes: to read one costs about 1 us, whatever it holds, and to add numbers nothing.
-- Sorted by length and time, because the graph asks for all of an interval; granules are small, so that the course of
-- one edge reads little more than its own rows.
-- shard key: cityHash64(source_service, destination_service)
CREATE TABLE IF NOT EXISTS edges_rollup_local ON CLUSTER 'two'
(
    seconds UInt16 CODEC(ZSTD(1)) COMMENT 'length of the interval: 60, 300, 600, 1800 or 3600',
    time DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start of the interval',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    signal Enum8('access_log' = 1, 'span' = 2) COMMENT 'what the row was counted from',
    reporter Enum8('unknown' = 0, 'client' = 1, 'server' = 2) COMMENT 'which side of the call reported',
    source_role LowCardinality(String) COMMENT 'gateway, sidecar, ... where the source itself reported',
    source_cluster LowCardinality(String) COMMENT 'the caller',
    source_namespace LowCardinality(String) COMMENT 'the caller',
    source_service LowCardinality(String) COMMENT 'the caller',
    source_version LowCardinality(String) COMMENT 'the caller',
    destination_kind LowCardinality(String) COMMENT 'service, external, passthrough, database/<system>, queue/<system> or empty',
    destination_cluster LowCardinality(String) COMMENT 'the callee',
    destination_namespace LowCardinality(String) COMMENT 'the callee',
    destination_service LowCardinality(String) COMMENT 'the callee',
    destination_version LowCardinality(String) COMMENT 'the callee',
    transport Enum8('http' = 1, 'grpc' = 2, 'tcp' = 3) COMMENT 'grpc: HTTP with a gRPC status',
    security Enum8('unknown' = 0, 'plaintext' = 1, 'tls' = 2, 'mtls' = 3) COMMENT 'of the connection between the two peers',
    response_code UInt16 COMMENT '0: no response',
    grpc_status Int8 COMMENT '-1: not gRPC',
    response_flags LowCardinality(String) COMMENT 'Envoy response flags',
    relation SimpleAggregateFunction(any, UInt64) COMMENT 'as in edges',
    outcome SimpleAggregateFunction(any, UInt64) COMMENT 'as in edges',
    source_principal SimpleAggregateFunction(anyLast, String) CODEC(ZSTD(1)) COMMENT 'SPIFFE id, the last seen',
    destination_principal SimpleAggregateFunction(anyLast, String) CODEC(ZSTD(1)) COMMENT 'SPIFFE id, the last seen',
    first_seen SimpleAggregateFunction(min, DateTime('UTC')) CODEC(Delta, ZSTD(1)) COMMENT 'the first ten seconds with a request',
    last_seen SimpleAggregateFunction(max, DateTime('UTC')) CODEC(Delta, ZSTD(1)) COMMENT 'the last ten seconds with a request',
    requests SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'in the interval with this outcome',
    attempts SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'requests plus retries',
    bytes_sent SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'to the caller',
    bytes_received SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'from the caller',
    duration_us_sum SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'microseconds'
)
ENGINE = ReplicatedAggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (seconds, time, destination_service, source_service, destination_namespace, source_namespace, destination_kind,
    destination_cluster, source_cluster, destination_version, source_version, tenant, signal, reporter, transport,
    security, response_code, grpc_status, response_flags, source_role)
TTL time + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS edges_rollup ON CLUSTER 'two' AS edges_rollup_local ENGINE = Distributed('two', currentDatabase(), edges_rollup_local, cityHash64(source_service, destination_service));

-- Counts of edges added up over longer intervals. From the edges of the same insert, which are aggregated already: nothing is
-- counted twice, and late rows are in every interval at once.
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_rollup_from_edges ON CLUSTER 'two' TO edges_rollup_local AS
SELECT
    seconds,
    toDateTime(intDiv(toUInt32(edges.time), seconds) * seconds, 'UTC') AS time,
    tenant,
    signal,
    reporter,
    source_role,
    source_cluster,
    source_namespace,
    source_service,
    source_version,
    destination_kind,
    destination_cluster,
    destination_namespace,
    destination_service,
    destination_version,
    transport,
    security,
    response_code,
    grpc_status,
    response_flags,
    any(edges.relation) AS relation,
    any(edges.outcome) AS outcome,
    anyLast(edges.source_principal) AS source_principal,
    anyLast(edges.destination_principal) AS destination_principal,
    min(edges.time) AS first_seen,
    max(edges.time) AS last_seen,
    sum(edges.requests) AS requests,
    sum(edges.attempts) AS attempts,
    sum(edges.bytes_sent) AS bytes_sent,
    sum(edges.bytes_received) AS bytes_received,
    sum(edges.duration_us_sum) AS duration_us_sum
FROM edges_local AS edges
ARRAY JOIN CAST([60, 300, 600, 1800, 3600], 'Array(UInt16)') AS seconds
GROUP BY ALL
;

-- What Envoy's stats say of the callers' pools, per minute: ejected hosts, open circuit breakers, overflows, failed
-- connections. Answers: what of an edge no access log has. Only what is not 0 is here, which is little: a counter that has
-- no row in a minute was 0.
-- shard key: cityHash64(service, upstream)
CREATE TABLE IF NOT EXISTS edges_stats_local ON CLUSTER 'two'
(
    time DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start of the minute',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    cluster LowCardinality(String) COMMENT 'of the caller',
    namespace LowCardinality(String) COMMENT 'of the caller',
    service LowCardinality(String) COMMENT 'of the caller',
    instance LowCardinality(String) COMMENT 'of the caller',
    upstream LowCardinality(String) COMMENT 'name of the Envoy cluster that is called, as in stats',
    metric LowCardinality(String) COMMENT 'name without "cluster."',
    start_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'of the counter: another one after a restart; 1970 for gauges',
    lowest SimpleAggregateFunction(min, Float64) COMMENT 'in the minute',
    highest SimpleAggregateFunction(max, Float64) COMMENT 'in the minute'
)
ENGINE = ReplicatedAggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (time, service, namespace, cluster, upstream, metric, tenant, instance, start_time)
TTL time + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS edges_stats ON CLUSTER 'two' AS edges_stats_local ENGINE = Distributed('two', currentDatabase(), edges_stats_local, cityHash64(service, upstream));

-- Counters of the callers' pools.
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_stats_from_metrics_sum ON CLUSTER 'two' TO edges_stats_local AS
SELECT
    toStartOfMinute(toDateTime(metrics_sum.time)) AS time,
    tenant,
    cluster,
    namespace,
    service,
    instance,
    attributes['envoy.cluster_name'] AS upstream,
    substring(metrics_sum.metric, 9) AS metric,
    start_time,
    min(value) AS lowest,
    max(value) AS highest
FROM metrics_sum_local AS metrics_sum
WHERE metrics_sum.metric IN ('cluster.outlier_detection.ejections_enforced_total', 'cluster.upstream_cx_connect_fail',
    'cluster.upstream_cx_connect_timeout', 'cluster.upstream_cx_overflow', 'cluster.upstream_cx_pool_overflow',
    'cluster.upstream_rq_pending_overflow', 'cluster.upstream_rq_retry_overflow') AND value > 0
    AND temporality = 'cumulative' AND attributes['envoy.cluster_name'] != ''
GROUP BY ALL
;

-- Gauges of the callers' pools: hosts that are ejected, circuit breakers that are open.
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_stats_from_metrics_gauge ON CLUSTER 'two' TO edges_stats_local AS
SELECT
    toStartOfMinute(toDateTime(metrics_gauge.time)) AS time,
    tenant,
    cluster,
    namespace,
    service,
    instance,
    attributes['envoy.cluster_name'] AS upstream,
    substring(metrics_gauge.metric, 9) AS metric,
    toDateTime64(0, 3, 'UTC') AS start_time,
    min(value) AS lowest,
    max(value) AS highest
FROM metrics_gauge_local AS metrics_gauge
WHERE metrics_gauge.metric IN ('cluster.outlier_detection.ejections_active', 'cluster.circuit_breakers.default.cx_open',
    'cluster.circuit_breakers.default.rq_open', 'cluster.circuit_breakers.default.rq_pending_open',
    'cluster.circuit_breakers.default.rq_retry_open', 'cluster.circuit_breakers.cx_open',
    'cluster.circuit_breakers.rq_open', 'cluster.circuit_breakers.rq_pending_open',
    'cluster.circuit_breakers.rq_retry_open') AND value > 0 AND attributes['envoy.cluster_name'] != ''
GROUP BY ALL
;

-- How long the requests of `edges` took, as latency sketches over longer intervals, all outcomes of a call relation
-- together: beside `edges_rollup`, which counts them.
-- Sorted by length and time, because the graph asks for all of an interval.
-- shard key: cityHash64(source_service, destination_service)
CREATE TABLE IF NOT EXISTS edges_latency_local ON CLUSTER 'two'
(
    seconds UInt16 CODEC(ZSTD(1)) COMMENT 'length of the interval: 60, 300, 600, 1800 or 3600',
    time DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start of the interval',
    relation UInt64 COMMENT 'as in edges',
    reporter Enum8('unknown' = 0, 'client' = 1, 'server' = 2) COMMENT 'which side of the call reported',
    source_service LowCardinality(String) COMMENT 'the caller',
    source_version LowCardinality(String) COMMENT 'the caller',
    destination_service LowCardinality(String) COMMENT 'the callee',
    destination_version LowCardinality(String) COMMENT 'the callee',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    requests SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)) COMMENT 'in the interval',
    duration_us AggregateFunction(quantilesDD(0.01, 0.5, 0.9, 0.95, 0.99), UInt64) CODEC(ZSTD(1)) COMMENT 'DDSketch of the durations in microseconds, 1 % relative error'
)
ENGINE = ReplicatedAggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (seconds, time, destination_service, source_service, relation, reporter, destination_version, source_version, tenant)
TTL time + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS edges_latency ON CLUSTER 'two' AS edges_latency_local ENGINE = Distributed('two', currentDatabase(), edges_latency_local, cityHash64(source_service, destination_service));

-- Latency of edges over longer intervals. From the edges of the same insert, which are aggregated already.
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_latency_from_edges ON CLUSTER 'two' TO edges_latency_local AS
SELECT
    seconds,
    toDateTime(intDiv(toUInt32(edges.time), seconds) * seconds, 'UTC') AS time,
    relation,
    reporter,
    source_service,
    source_version,
    destination_service,
    destination_version,
    tenant,
    sum(edges.requests) AS requests,
    quantilesDDMergeState(0.01, 0.5, 0.9, 0.95, 0.99)(edges.duration_us) AS duration_us
FROM edges_local AS edges
ARRAY JOIN CAST([60, 300, 600, 1800, 3600], 'Array(UInt16)') AS seconds
GROUP BY ALL
;

-- A text for a cell of a spreadsheet. Programs take one that starts with = + - @ or a control character for a formula; an
-- apostrophe in front makes it a text.
CREATE OR REPLACE FUNCTION meshhub_sheet_text ON CLUSTER 'two' AS (value) ->
    if(match(toString(value), '^[=+@\t\r\n-]'), concat('''', toString(value)), toString(value))
;

-- The name by which other tracing tools know a workload: <service>.<namespace>, as proxies in Istio call themselves and Kiali
-- asks for; <service> where there is no namespace; OpenTelemetry's name for the nameless.
CREATE OR REPLACE FUNCTION meshhub_trace_service ON CLUSTER 'two' AS (service, namespace) ->
    concat(if(service = '', 'unknown_service', service), if(namespace = '', '', concat('.', namespace)))
;

-- Which operations each service has spans of, by day. Answers: the services and operations that can be searched for, without
-- reading spans.
-- shard key: cityHash64(service)
CREATE TABLE IF NOT EXISTS span_operations_local ON CLUSTER 'two'
(
    day Date COMMENT 'UTC',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    namespace LowCardinality(String) COMMENT 'of the sender',
    service LowCardinality(String) COMMENT 'of the sender',
    name LowCardinality(String) COMMENT 'of the operation',
    kind Enum8('unspecified' = 0, 'internal' = 1, 'server' = 2, 'client' = 3, 'producer' = 4, 'consumer' = 5) COMMENT 'OTLP span kind',
    spans SimpleAggregateFunction(sum, UInt64) COMMENT 'how many'
)
ENGINE = ReplicatedAggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (day, tenant, namespace, service, name, kind)
TTL day + toIntervalDay(7)
SETTINGS replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS span_operations ON CLUSTER 'two' AS span_operations_local ENGINE = Distributed('two', currentDatabase(), span_operations_local, cityHash64(service));

-- Operations of spans.
CREATE MATERIALIZED VIEW IF NOT EXISTS span_operations_from_spans ON CLUSTER 'two' TO span_operations_local AS
SELECT
    toDate(time) AS day,
    tenant,
    namespace,
    service,
    name,
    kind,
    count() AS spans
FROM spans_local
GROUP BY ALL
;

-- The text of a span's attribute under the key that it was sent with, also of those that have columns; '' where there is none.
-- `columns` are (method, url, protocol, response_code, response_flags, upstream_cluster, request_id, node_id, component,
-- peer_address, user_agent, status_code, kind, name, duration_ns). Keys in angle brackets are properties of the span.
CREATE OR REPLACE FUNCTION meshhub_span_text ON CLUSTER 'two' AS (attributes, columns, key) -> multiIf(
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
;

-- Whether a request failed by the rule of an SLO: no response, an HTTP status of `status_below` or more, one of these gRPC
-- statuses, or one of these response flags. A TCP connection has no status: it failed if its flags say so, as
-- meshhub/outcome.py judges it.
-- `flags` and `bad_flags` are arrays of short names, `bad_grpc` of numbers.
CREATE OR REPLACE FUNCTION meshhub_slo_failed ON CLUSTER 'two' AS
    (transport, response_code, grpc_status, flags, status_below, bad_flags, bad_grpc) ->
    hasAny(flags, bad_flags) OR if(transport = 'tcp',
        hasAny(flags, ['DC', 'DF', 'DO', 'DPE', 'DR', 'DT', 'LR', 'NC', 'NR', 'OM', 'SI', 'UC', 'UDO', 'UF', 'UH', 'UMSDR',
            'UO', 'UPE', 'UR', 'URX']),
        response_code = 0 OR response_code >= status_below OR has(bad_grpc, grpc_status))
;

-- Whether the caller's proxy ended a request itself, so that the callee's proxy has not seen it (meshhub/outcome.py,
-- UNREACHED_FLAGS): such a request is added to what the callee's proxies report, and counts no request twice.
CREATE OR REPLACE FUNCTION meshhub_slo_unreached ON CLUSTER 'two' AS (flags) ->
    hasAny(flags, ['DF', 'DO', 'FI', 'IH', 'NC', 'NFCF', 'NR', 'RL', 'RLSE', 'UAEX', 'UDO', 'UF', 'UH', 'UO'])
;

-- Request ids of access_logs. Rows without a trace lie by time alone in the table: their place is named to the second.
ALTER TABLE request_index_from_access_logs ON CLUSTER 'two' MODIFY QUERY
SELECT DISTINCT
    sipHash64(request_id) AS request_hash,
    if(trace_id = toFixedString('', 16), toDateTime(time, 'UTC'), toStartOfFiveMinutes(toDateTime(time, 'UTC'))) AS bucket,
    trace_id
FROM access_logs_local
WHERE request_id != ''
;

-- Request ids of logs. Rows without a trace lie by time alone in the table: their place is named to the second.
ALTER TABLE request_index_from_logs ON CLUSTER 'two' MODIFY QUERY
SELECT DISTINCT
    sipHash64(request_id) AS request_hash,
    if(trace_id = toFixedString('', 16), toDateTime(time, 'UTC'), toStartOfFiveMinutes(toDateTime(time, 'UTC'))) AS bucket,
    trace_id
FROM logs_local
WHERE request_id != ''
;

-- A google.protobuf.Duration (seconds, nanos) in microseconds; 0 where it is negative.
CREATE OR REPLACE FUNCTION meshhub_envoy_microseconds ON CLUSTER 'two' AS (duration) -> toUInt64(greatest(
    tupleElement(duration, 'seconds') * 1000000 + intDiv(tupleElement(duration, 'nanos'), 1000), 0))
;

-- An envoy.config.core.v3.Address as Envoy's access logs write it: ip:port, [ip]:port, a path, or a listener's name.
CREATE OR REPLACE FUNCTION meshhub_envoy_address ON CLUSTER 'two' AS (address) -> multiIf(
    tupleElement(tupleElement(address, 'socket_address'), 'address') != '',
    concat(
        if(position(tupleElement(tupleElement(address, 'socket_address'), 'address'), ':') = 0,
            tupleElement(tupleElement(address, 'socket_address'), 'address'),
            concat('[', tupleElement(tupleElement(address, 'socket_address'), 'address'), ']')),
        ':', toString(tupleElement(tupleElement(address, 'socket_address'), 'port_value'))),
    tupleElement(tupleElement(address, 'pipe'), 'path') != '', tupleElement(tupleElement(address, 'pipe'), 'path'),
    if(tupleElement(tupleElement(address, 'envoy_internal_address'), 'server_listener_name') = '', '',
        concat('envoy://', tupleElement(tupleElement(address, 'envoy_internal_address'), 'server_listener_name'), '/')))
;

-- The text of a field of an encoded google.protobuf.Struct, '' where it is not there, is no text or is longer than 127 bytes.
-- An entry is <0x0a length key 0x12 length value>, a text in it <0x1a length text>. Bytes that are no Struct give ''.
CREATE OR REPLACE FUNCTION meshhub_struct_text ON CLUSTER 'two' AS (encoded, field) -> if(
    position(encoded, concat('\n', char(length(field)), field, '\x12')) = 0
        OR substring(encoded, position(encoded, concat('\n', char(length(field)), field, '\x12')) + length(field) + 4, 1) != '\x1a',
    '',
    substring(
        encoded,
        position(encoded, concat('\n', char(length(field)), field, '\x12')) + length(field) + 6,
        ascii(substring(encoded, position(encoded, concat('\n', char(length(field)), field, '\x12')) + length(field) + 5, 1))))
;

-- Where the loader puts a segment of Envoy's access log service: one row per message of a stream
-- (storage/wire/envoy_access_logs.proto). Keeps nothing itself.
CREATE TABLE IF NOT EXISTS ingest_envoy_access_logs ON CLUSTER 'two'
(
    http_logs Tuple(log_entry Array(Tuple(
        common_properties Tuple(
    downstream_remote_address Tuple(
    socket_address Tuple(address String, port_value UInt64),
    pipe Tuple(path String),
    envoy_internal_address Tuple(server_listener_name String)),
    downstream_local_address Tuple(
    socket_address Tuple(address String, port_value UInt64),
    pipe Tuple(path String),
    envoy_internal_address Tuple(server_listener_name String)),
    tls_properties Tuple(
        tls_version UInt64,
        tls_sni_hostname String,
        local_certificate_properties Tuple(subject_alt_name Array(Tuple(uri String))),
        peer_certificate_properties Tuple(subject_alt_name Array(Tuple(uri String)))),
    start_time Tuple(seconds Int64, nanos Int64),
    time_to_last_rx_byte Tuple(seconds Int64, nanos Int64),
    time_to_first_upstream_tx_byte Tuple(seconds Int64, nanos Int64),
    time_to_first_upstream_rx_byte Tuple(seconds Int64, nanos Int64),
    time_to_last_upstream_rx_byte Tuple(seconds Int64, nanos Int64),
    time_to_first_downstream_tx_byte Tuple(seconds Int64, nanos Int64),
    time_to_last_downstream_tx_byte Tuple(seconds Int64, nanos Int64),
    upstream_remote_address Tuple(
    socket_address Tuple(address String, port_value UInt64),
    pipe Tuple(path String),
    envoy_internal_address Tuple(server_listener_name String)),
    upstream_cluster LowCardinality(String),
    response_flags Tuple(
        failed_local_healthcheck UInt64, no_healthy_upstream UInt64, upstream_request_timeout UInt64, local_reset UInt64,
        upstream_remote_reset UInt64, upstream_connection_failure UInt64, upstream_connection_termination UInt64,
        upstream_overflow UInt64, no_route_found UInt64, delay_injected UInt64, fault_injected UInt64,
        rate_limited UInt64, unauthorized_details Tuple(reason UInt64), rate_limit_service_error UInt64,
        downstream_connection_termination UInt64, upstream_retry_limit_exceeded UInt64, stream_idle_timeout UInt64,
        invalid_envoy_request_headers UInt64, downstream_protocol_error UInt64,
        upstream_max_stream_duration_reached UInt64, response_from_cache_filter UInt64, no_filter_config_found UInt64,
        duration_timeout UInt64, upstream_protocol_error UInt64, no_cluster_found UInt64, overload_manager UInt64,
        dns_resolution_failure UInt64, downstream_remote_reset UInt64),
    upstream_transport_failure_reason LowCardinality(String),
    route_name LowCardinality(String),
    filter_state_objects Array(Tuple(key LowCardinality(String), value Tuple(value String))),
    custom_tags Array(Tuple(key LowCardinality(String), value String)),
    duration Tuple(seconds Int64, nanos Int64),
    upstream_request_attempt_count UInt64,
    connection_termination_details LowCardinality(String),
    stream_id String,
    downstream_transport_failure_reason LowCardinality(String),
    access_log_type Int64),
        protocol_version Int64,
        request Tuple(
    request_method Int64, authority LowCardinality(String), path String, user_agent LowCardinality(String),
    forwarded_for String, request_id String, original_path String, request_body_bytes UInt64,
    request_headers Array(Tuple(key LowCardinality(String), value String))),
        response Tuple(
    response_code Tuple(value UInt64), response_body_bytes UInt64, response_headers Array(Tuple(key LowCardinality(String), value String)),
    response_trailers Array(Tuple(key LowCardinality(String), value String)), response_code_details LowCardinality(String))))),
    tcp_logs Tuple(log_entry Array(Tuple(
        common_properties Tuple(
    downstream_remote_address Tuple(
    socket_address Tuple(address String, port_value UInt64),
    pipe Tuple(path String),
    envoy_internal_address Tuple(server_listener_name String)),
    downstream_local_address Tuple(
    socket_address Tuple(address String, port_value UInt64),
    pipe Tuple(path String),
    envoy_internal_address Tuple(server_listener_name String)),
    tls_properties Tuple(
        tls_version UInt64,
        tls_sni_hostname String,
        local_certificate_properties Tuple(subject_alt_name Array(Tuple(uri String))),
        peer_certificate_properties Tuple(subject_alt_name Array(Tuple(uri String)))),
    start_time Tuple(seconds Int64, nanos Int64),
    time_to_last_rx_byte Tuple(seconds Int64, nanos Int64),
    time_to_first_upstream_tx_byte Tuple(seconds Int64, nanos Int64),
    time_to_first_upstream_rx_byte Tuple(seconds Int64, nanos Int64),
    time_to_last_upstream_rx_byte Tuple(seconds Int64, nanos Int64),
    time_to_first_downstream_tx_byte Tuple(seconds Int64, nanos Int64),
    time_to_last_downstream_tx_byte Tuple(seconds Int64, nanos Int64),
    upstream_remote_address Tuple(
    socket_address Tuple(address String, port_value UInt64),
    pipe Tuple(path String),
    envoy_internal_address Tuple(server_listener_name String)),
    upstream_cluster LowCardinality(String),
    response_flags Tuple(
        failed_local_healthcheck UInt64, no_healthy_upstream UInt64, upstream_request_timeout UInt64, local_reset UInt64,
        upstream_remote_reset UInt64, upstream_connection_failure UInt64, upstream_connection_termination UInt64,
        upstream_overflow UInt64, no_route_found UInt64, delay_injected UInt64, fault_injected UInt64,
        rate_limited UInt64, unauthorized_details Tuple(reason UInt64), rate_limit_service_error UInt64,
        downstream_connection_termination UInt64, upstream_retry_limit_exceeded UInt64, stream_idle_timeout UInt64,
        invalid_envoy_request_headers UInt64, downstream_protocol_error UInt64,
        upstream_max_stream_duration_reached UInt64, response_from_cache_filter UInt64, no_filter_config_found UInt64,
        duration_timeout UInt64, upstream_protocol_error UInt64, no_cluster_found UInt64, overload_manager UInt64,
        dns_resolution_failure UInt64, downstream_remote_reset UInt64),
    upstream_transport_failure_reason LowCardinality(String),
    route_name LowCardinality(String),
    filter_state_objects Array(Tuple(key LowCardinality(String), value Tuple(value String))),
    custom_tags Array(Tuple(key LowCardinality(String), value String)),
    duration Tuple(seconds Int64, nanos Int64),
    upstream_request_attempt_count UInt64,
    connection_termination_details LowCardinality(String),
    stream_id String,
    downstream_transport_failure_reason LowCardinality(String),
    access_log_type Int64),
        connection_properties Tuple(received_bytes UInt64, sent_bytes UInt64)))),
    resource Tuple(attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String)))),
    received_unix_nano UInt64,
    tenant String
)
ENGINE = Null
;

-- Entries of Envoy's access log service one row each, on their way to access_logs. Keeps nothing itself.
CREATE TABLE IF NOT EXISTS envoy_log_entries ON CLUSTER 'two'
(
    received_unix_nano UInt64,
    tenant LowCardinality(String),
    workload Tuple(cluster String, namespace String, service String, version String, instance String, role String),
    resource_attributes LowCardinality(String),
    is_http UInt8,
    common Tuple(
    downstream_remote_address Tuple(
    socket_address Tuple(address String, port_value UInt64),
    pipe Tuple(path String),
    envoy_internal_address Tuple(server_listener_name String)),
    downstream_local_address Tuple(
    socket_address Tuple(address String, port_value UInt64),
    pipe Tuple(path String),
    envoy_internal_address Tuple(server_listener_name String)),
    tls_properties Tuple(
        tls_version UInt64,
        tls_sni_hostname String,
        local_certificate_properties Tuple(subject_alt_name Array(Tuple(uri String))),
        peer_certificate_properties Tuple(subject_alt_name Array(Tuple(uri String)))),
    start_time Tuple(seconds Int64, nanos Int64),
    time_to_last_rx_byte Tuple(seconds Int64, nanos Int64),
    time_to_first_upstream_tx_byte Tuple(seconds Int64, nanos Int64),
    time_to_first_upstream_rx_byte Tuple(seconds Int64, nanos Int64),
    time_to_last_upstream_rx_byte Tuple(seconds Int64, nanos Int64),
    time_to_first_downstream_tx_byte Tuple(seconds Int64, nanos Int64),
    time_to_last_downstream_tx_byte Tuple(seconds Int64, nanos Int64),
    upstream_remote_address Tuple(
    socket_address Tuple(address String, port_value UInt64),
    pipe Tuple(path String),
    envoy_internal_address Tuple(server_listener_name String)),
    upstream_cluster LowCardinality(String),
    response_flags Tuple(
        failed_local_healthcheck UInt64, no_healthy_upstream UInt64, upstream_request_timeout UInt64, local_reset UInt64,
        upstream_remote_reset UInt64, upstream_connection_failure UInt64, upstream_connection_termination UInt64,
        upstream_overflow UInt64, no_route_found UInt64, delay_injected UInt64, fault_injected UInt64,
        rate_limited UInt64, unauthorized_details Tuple(reason UInt64), rate_limit_service_error UInt64,
        downstream_connection_termination UInt64, upstream_retry_limit_exceeded UInt64, stream_idle_timeout UInt64,
        invalid_envoy_request_headers UInt64, downstream_protocol_error UInt64,
        upstream_max_stream_duration_reached UInt64, response_from_cache_filter UInt64, no_filter_config_found UInt64,
        duration_timeout UInt64, upstream_protocol_error UInt64, no_cluster_found UInt64, overload_manager UInt64,
        dns_resolution_failure UInt64, downstream_remote_reset UInt64),
    upstream_transport_failure_reason LowCardinality(String),
    route_name LowCardinality(String),
    filter_state_objects Array(Tuple(key LowCardinality(String), value Tuple(value String))),
    custom_tags Array(Tuple(key LowCardinality(String), value String)),
    duration Tuple(seconds Int64, nanos Int64),
    upstream_request_attempt_count UInt64,
    connection_termination_details LowCardinality(String),
    stream_id String,
    downstream_transport_failure_reason LowCardinality(String),
    access_log_type Int64),
    protocol_version Int64,
    request Tuple(
    request_method Int64, authority LowCardinality(String), path String, user_agent LowCardinality(String),
    forwarded_for String, request_id String, original_path String, request_body_bytes UInt64,
    request_headers Array(Tuple(key LowCardinality(String), value String))),
    response Tuple(
    response_code Tuple(value UInt64), response_body_bytes UInt64, response_headers Array(Tuple(key LowCardinality(String), value String)),
    response_trailers Array(Tuple(key LowCardinality(String), value String)), response_code_details LowCardinality(String)),
    bytes_received UInt64,
    bytes_sent UInt64
)
ENGINE = Null
;

-- Explodes messages into entries of HTTP requests.
CREATE MATERIALIZED VIEW IF NOT EXISTS envoy_log_entries_from_http ON CLUSTER 'two' TO envoy_log_entries AS
SELECT
    received_unix_nano,
    tenant,
    workload,
    resource_attributes,
    1 AS is_http,
    entry.common_properties AS common,
    entry.protocol_version AS protocol_version,
    entry.request AS request,
    entry.response AS response,
    entry.request.request_body_bytes AS bytes_received,
    entry.response.response_body_bytes AS bytes_sent
FROM
(
    SELECT
        received_unix_nano,
        tenant,
        meshhub_workload(resource.attributes) AS workload,
        toLowCardinality(toJSONString(meshhub_attribute_map(resource.attributes, []))) AS resource_attributes,
        arrayJoin(http_logs.log_entry) AS entry
    FROM ingest_envoy_access_logs
)
;

-- Explodes messages into entries of TCP connections.
CREATE MATERIALIZED VIEW IF NOT EXISTS envoy_log_entries_from_tcp ON CLUSTER 'two' TO envoy_log_entries AS
SELECT
    received_unix_nano,
    tenant,
    workload,
    resource_attributes,
    0 AS is_http,
    entry.common_properties AS common,
    entry.connection_properties.received_bytes AS bytes_received,
    entry.connection_properties.sent_bytes AS bytes_sent
FROM
(
    SELECT
        received_unix_nano,
        tenant,
        meshhub_workload(resource.attributes) AS workload,
        toLowCardinality(toJSONString(meshhub_attribute_map(resource.attributes, []))) AS resource_attributes,
        arrayJoin(tcp_logs.log_entry) AS entry
    FROM ingest_envoy_access_logs
)
;

-- Access logs as Envoy's access log service (ALS v3) sends them, to the same columns as access_logs_from_log_records makes of
-- OTLP. What ALS has no field for comes as custom tags under the attribute names of envoy_config/attributes.py: trace_id,
-- direction, the upstream side of TLS; the names of peers as Istio's filter state objects or as custom tags.
-- Where no tag tells the direction, an upstream cluster that Istio calls inbound or outbound does. Envoy leaves a tag out that
-- has nothing to say: where it was asked for the direction, as meshhub's wiring asks together with the upstream side of TLS, the
-- lack of the latter means plain text. Blanks in reasons are underscores, as Envoy's text logs have them.
CREATE MATERIALIZED VIEW IF NOT EXISTS access_logs_from_envoy_log_entries ON CLUSTER 'two' TO access_logs_local AS
SELECT
    meshhub_plausible_time(
        toUInt64(common.start_time.seconds * 1000000000 + common.start_time.nanos), received_unix_nano) AS time,
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    tenant,
    transform(common.access_log_type, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
        ['TcpUpstreamConnected', 'TcpPeriodic', 'TcpConnectionEnd', 'DownstreamStart', 'DownstreamPeriodic', 'DownstreamEnd',
        'UpstreamPoolReady', 'UpstreamPeriodic', 'UpstreamEnd', 'DownstreamTunnelSuccessfullyEstablished',
        'UdpTunnelUpstreamConnected', 'UdpPeriodic', 'UdpSessionEnd', 'TcpConnectionStart'],
        if(is_http = 1, 'DownstreamEnd', 'TcpConnectionEnd')) AS log_type,
    reporter,
    own_cluster AS cluster,
    own_namespace AS namespace,
    own_service AS service,
    workload.version AS version,
    workload.instance AS instance,
    workload.role AS role,
    if(reporter = 'server', peer.cluster, own_cluster) AS source_cluster,
    multiIf(reporter != 'server', own_namespace, labelled_source[1] != '', labelled_source[2], peer.namespace) AS source_namespace,
    multiIf(reporter != 'server', own_service, labelled_source[1] != '', labelled_source[1], peer.service) AS source_service,
    if(reporter != 'server', workload.version, labelled_source[3]) AS source_version,
    if(reporter = 'server', downstream_peer, upstream_local) AS source_principal,
    multiIf(reporter = 'server', 'service', labelled_destination[1] != '', 'service', destination.kind) AS destination_kind,
    if(reporter = 'server', own_cluster, destination.cluster) AS destination_cluster,
    multiIf(reporter = 'server', own_namespace, labelled_destination[1] != '', labelled_destination[2],
        destination.namespace) AS destination_namespace,
    multiIf(reporter = 'server', own_service, labelled_destination[1] != '', labelled_destination[1],
        destination.service) AS destination_service,
    multiIf(reporter = 'server', workload.version, labelled_destination[1] != '', labelled_destination[3],
        destination.version) AS destination_version,
    if(reporter = 'server', downstream_local, upstream_peer) AS destination_principal,
    multiIf(request.request_id != '', request.request_id, is_http = 1, common.stream_id, '') AS request_id,
    meshhub_id16(unhex(if(match(traced, '^[0-9a-f]{16,32}$'), traced, ''))) AS trace_id,
    meshhub_id8(unhex(if(match(traceparent, '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-'), substring(traceparent, 37, 16), ''))) AS span_id,
    multiIf(length(traceparent) < 55, 'unknown',
        position('13579bdf', substring(traceparent, 55, 1)) > 0, 'yes', 'no') AS sampled,
    transform(request.request_method, [1, 2, 3, 4, 5, 6, 7, 8, 9],
        ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'], '') AS method,
    request.authority AS authority,
    if(request.original_path = '', request.path, request.original_path) AS path,
    common.route_name AS route_name,
    transform(protocol_version, [1, 2, 3, 4], ['HTTP/1.0', 'HTTP/1.1', 'HTTP/2', 'HTTP/3'], '') AS protocol,
    multiIf(is_http = 0, 'tcp', grpc_status >= 0, 'grpc', 'http') AS transport,
    request.user_agent AS user_agent,
    toUInt16(least(response.response_code.value, 65535)) AS response_code,
    toInt8OrDefault(
        if(tags[indexOf(tag_keys, 'grpc_status')] != '', tags[indexOf(tag_keys, 'grpc_status')],
            if(has(response.response_trailers.key, 'grpc-status'),
                response.response_trailers.value[indexOf(response.response_trailers.key, 'grpc-status')],
                response.response_headers.value[indexOf(response.response_headers.key, 'grpc-status')])),
        toInt8(-1)) AS grpc_status,
    arrayStringConcat(arrayMap(bit -> [
        'LH', 'UH', 'UT', 'LR', 'UR', 'UF', 'UC', 'UO', 'NR', 'DI', 'FI', 'RL', 'UAEX', 'RLSE', 'DC', 'URX', 'SI', 'IH',
        'DPE', 'UMSDR', 'RFCF', 'NFCF', 'DT', 'UPE', 'NC', 'OM', 'DF', 'DR'][bit + 1], bitPositionsToArray(flags)), ',') AS response_flags,
    replaceAll(response.response_code_details, ' ', '_') AS response_code_details,
    replaceAll(common.connection_termination_details, ' ', '_') AS connection_termination_details,
    replaceAll(common.upstream_transport_failure_reason, ' ', '_') AS upstream_transport_failure_reason,
    toUInt8(least(common.upstream_request_attempt_count, 255)) AS request_attempts,
    bytes_received,
    bytes_sent,
    if(last_sent = 0, meshhub_envoy_microseconds(common.duration), last_sent) AS duration_us,
    toUInt32(least(meshhub_envoy_microseconds(common.time_to_last_rx_byte), 4294967295)) AS request_duration_us,
    toUInt32OrZero(tags[indexOf(tag_keys, 'upstream_connect_us')]) AS upstream_connect_us,
    toUInt32OrZero(tags[indexOf(tag_keys, 'upstream_handshake_us')]) AS upstream_handshake_us,
    toUInt32(least(sent_upstream, 4294967295)) AS upstream_queue_us,
    if(heard_upstream > sent_upstream, heard_upstream - sent_upstream, 0) AS upstream_first_byte_us,
    toUInt32(if(heard_all > heard_upstream, least(heard_all - heard_upstream, 4294967295), 0)) AS upstream_response_us,
    toUInt32(if(first_sent > 0 AND last_sent > first_sent, least(last_sent - first_sent, 4294967295), 0)) AS response_duration_us,
    upstream_cluster,
    meshhub_envoy_address(common.upstream_remote_address) AS upstream_host,
    meshhub_envoy_address(common.downstream_remote_address) AS downstream_remote_address,
    meshhub_envoy_address(common.downstream_local_address) AS downstream_local_address,
    common.tls_properties.tls_sni_hostname AS requested_server_name,
    transform(common.tls_properties.tls_version, [1, 2, 3, 4], ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'], '') AS downstream_tls_version,
    tags[indexOf(tag_keys, 'upstream_tls_version')] AS upstream_tls_version,
    multiIf(
        reporter = 'server', multiIf(downstream_tls_version = '', 'plaintext', downstream_peer != '', 'mtls', 'tls'),
        upstream_tls_version != '', if(upstream_peer != '', 'mtls', 'tls'),
        upstream_host != '' AND has(tag_keys, 'direction'), 'plaintext',
        'unknown') AS security,
    CAST(arrayConcat(
        arrayFilter(tag -> tag.1 NOT IN ('trace_id', 'direction', 'grpc_status', 'upstream_tls_version', 'upstream_peer_uri_san',
            'upstream_local_uri_san', 'upstream_connect_us', 'upstream_handshake_us', 'source_service', 'source_namespace',
            'source_version', 'destination_canonical_service', 'destination_namespace', 'destination_version'), common.custom_tags),
        arrayMap(header -> (toLowCardinality(concat('http.request.header.', toString(header.1))), header.2),
            arrayFilter(header -> header.1 != 'traceparent', request.request_headers)),
        arrayMap(header -> (toLowCardinality(concat('http.response.header.', toString(header.1))), header.2),
            arrayFilter(header -> header.1 != 'grpc-status', response.response_headers)),
        if(request.forwarded_for = '', [], [(toLowCardinality('x_forwarded_for'), request.forwarded_for)]),
        if(common.downstream_transport_failure_reason = '', [],
            [(toLowCardinality('downstream_transport_failure_reason'), toString(common.downstream_transport_failure_reason))])),
        'Map(LowCardinality(String), String)') AS attributes,
    resource_attributes
FROM
(
    SELECT
        received_unix_nano, tenant, workload, resource_attributes, is_http, common, protocol_version, request, response,
        bytes_received, bytes_sent, tag_keys, tags, traceparent, traced, reporter, downstream_peer, downstream_local,
        upstream_peer, upstream_local, upstream_cluster, flags, sent_upstream, heard_upstream, heard_all, first_sent, last_sent,
        labelled_source, labelled_destination,
        arrayMap(identity -> meshhub_spiffe(identity), [
            toLowCardinality(downstream_peer),
            toLowCardinality(if(reporter = 'server', downstream_local, upstream_local))]) AS identities,
        identities[1] AS peer,
        identities[2] AS self,
        arrayMap(name -> meshhub_destination(name), [upstream_cluster, authority]) AS destinations,
        destinations[if(destinations[1].kind IN ('', 'passthrough') AND destinations[2].kind IN ('service', 'external')
            AND workload.role != 'gateway', 2, 1)] AS destination,
        arrayFirst(text -> text != '', [workload.cluster, self.cluster]) AS own_cluster,
        arrayFirst(text -> text != '', [workload.namespace, self.namespace]) AS own_namespace,
        arrayFirst(text -> text != '', [workload.service, self.service]) AS own_service
    FROM
    (
        SELECT
            received_unix_nano, tenant, workload, resource_attributes, is_http, common, protocol_version, request, response,
            bytes_received, bytes_sent,
            common.custom_tags.key AS tag_keys,
            arrayMap(text -> if(text = '-', '', text), common.custom_tags.value) AS tags,
            request.request_headers.value[indexOf(request.request_headers.key, 'traceparent')] AS traceparent,
            if(tags[indexOf(tag_keys, 'trace_id')] = '', substring(traceparent, 4, 32), tags[indexOf(tag_keys, 'trace_id')]) AS traced,
            common.upstream_cluster AS upstream_cluster,
            request.authority AS authority,
            transform(
                if(tags[indexOf(tag_keys, 'direction')] = '', extract(toString(upstream_cluster), '^(?:inbound|outbound)'),
                    tags[indexOf(tag_keys, 'direction')]),
                ['1', 'INBOUND', 'inbound', '2', 'OUTBOUND', 'outbound'],
                ['server', 'server', 'server', 'client', 'client', 'client'], 'unknown') AS reporter,
            arrayStringConcat(common.tls_properties.peer_certificate_properties.subject_alt_name.uri, ',') AS downstream_peer,
            arrayStringConcat(common.tls_properties.local_certificate_properties.subject_alt_name.uri, ',') AS downstream_local,
            tags[indexOf(tag_keys, 'upstream_peer_uri_san')] AS upstream_peer,
            tags[indexOf(tag_keys, 'upstream_local_uri_san')] AS upstream_local,
            common.filter_state_objects.key AS object_keys,
            common.filter_state_objects.value.value AS objects,
            concat(objects[indexOf(object_keys, 'downstream_peer')], objects[indexOf(object_keys, 'downstream_peer_obj')]) AS caller,
            concat(objects[indexOf(object_keys, 'upstream_peer')], objects[indexOf(object_keys, 'upstream_peer_obj')]) AS callee,
            if(tags[indexOf(tag_keys, 'source_service')] NOT IN ('', 'unknown'),
                [tags[indexOf(tag_keys, 'source_service')], tags[indexOf(tag_keys, 'source_namespace')],
                tags[indexOf(tag_keys, 'source_version')]],
                [meshhub_struct_text(caller, 'service'), meshhub_struct_text(caller, 'namespace'),
                meshhub_struct_text(caller, 'revision')]) AS labelled_source,
            if(tags[indexOf(tag_keys, 'destination_canonical_service')] != '',
                [tags[indexOf(tag_keys, 'destination_canonical_service')], tags[indexOf(tag_keys, 'destination_namespace')],
                tags[indexOf(tag_keys, 'destination_version')]],
                [meshhub_struct_text(callee, 'service'), meshhub_struct_text(callee, 'namespace'),
                meshhub_struct_text(callee, 'revision')]) AS labelled_destination,
            common.response_flags AS f,
            toUInt32(f.failed_local_healthcheck != 0) + toUInt32(f.no_healthy_upstream != 0) * 2
                + toUInt32(f.upstream_request_timeout != 0) * 4 + toUInt32(f.local_reset != 0) * 8
                + toUInt32(f.upstream_remote_reset != 0) * 16 + toUInt32(f.upstream_connection_failure != 0) * 32
                + toUInt32(f.upstream_connection_termination != 0) * 64 + toUInt32(f.upstream_overflow != 0) * 128
                + toUInt32(f.no_route_found != 0) * 256 + toUInt32(f.delay_injected != 0) * 512
                + toUInt32(f.fault_injected != 0) * 1024 + toUInt32(f.rate_limited != 0) * 2048
                + toUInt32(f.unauthorized_details.reason != 0) * 4096 + toUInt32(f.rate_limit_service_error != 0) * 8192
                + toUInt32(f.downstream_connection_termination != 0) * 16384
                + toUInt32(f.upstream_retry_limit_exceeded != 0) * 32768 + toUInt32(f.stream_idle_timeout != 0) * 65536
                + toUInt32(f.invalid_envoy_request_headers != 0) * 131072
                + toUInt32(f.downstream_protocol_error != 0) * 262144
                + toUInt32(f.upstream_max_stream_duration_reached != 0) * 524288
                + toUInt32(f.response_from_cache_filter != 0) * 1048576
                + toUInt32(f.no_filter_config_found != 0) * 2097152 + toUInt32(f.duration_timeout != 0) * 4194304
                + toUInt32(f.upstream_protocol_error != 0) * 8388608 + toUInt32(f.no_cluster_found != 0) * 16777216
                + toUInt32(f.overload_manager != 0) * 33554432 + toUInt32(f.dns_resolution_failure != 0) * 67108864
                + toUInt32(f.downstream_remote_reset != 0) * 134217728 AS bits,
            toUInt64(bits) AS flags,
            meshhub_envoy_microseconds(common.time_to_first_upstream_tx_byte) AS sent_upstream,
            meshhub_envoy_microseconds(common.time_to_first_upstream_rx_byte) AS heard_upstream,
            meshhub_envoy_microseconds(common.time_to_last_upstream_rx_byte) AS heard_all,
            meshhub_envoy_microseconds(common.time_to_first_downstream_tx_byte) AS first_sent,
            meshhub_envoy_microseconds(common.time_to_last_downstream_tx_byte) AS last_sent
        FROM envoy_log_entries
    )
)
;

-- Where the loader puts a segment of Envoy's metrics service: one row per message of a stream
-- (storage/wire/envoy_metrics.proto). Keeps nothing itself.
CREATE TABLE IF NOT EXISTS ingest_envoy_metrics ON CLUSTER 'two'
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
    resource Tuple(attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String)))),
    received_unix_nano UInt64,
    tenant String
)
ENGINE = Null
;

-- Envoy's metrics service in the shape of OTLP. Types are io.prometheus.client's: counter 0, gauge 1, summary 2, untyped 3,
-- histogram 4. Counters are cumulative and do not say since when. A bucket's count is of all values up to its bound: OTLP
-- counts each bucket by itself, and what is above the last bound too.
CREATE MATERIALIZED VIEW IF NOT EXISTS metric_records_from_envoy_metrics ON CLUSTER 'two' TO metric_records AS
SELECT
    received_unix_nano,
    tenant,
    workload,
    resource_attributes,
    'envoy' AS scope_name,
    CAST((
        family.name,
        '',
        family.unit,
        transform(family.type, [0, 1, 2, 3, 4], ['sum', 'gauge', 'summary', 'gauge', 'histogram'], 'none'),
        tuple(if(family.type IN (1, 3), arrayMap(
            (labels, at, gauge, untyped) -> (0, at, 'as_double', if(family.type = 1, gauge, untyped), 0, labels, 0),
            labels, times, family.metric.gauge.value, family.metric.untyped.value), [])),
        (if(family.type = 0, arrayMap(
            (labels, at, value) -> (0, at, 'as_double', value, 0, labels, 0), labels, times, family.metric.counter.value), []), 2, true),
        (if(family.type = 4, arrayMap(
            (labels, at, histogram) -> (
                0, at, histogram.1, histogram.2,
                arrayMap((count, before) -> if(count > before, count - before, 0),
                    arrayPushBack(arrayMap(bucket -> bucket.1, arrayFilter(bucket -> isFinite(bucket.2), histogram.3)), histogram.1),
                    arrayPushFront(arrayMap(bucket -> bucket.1, arrayFilter(bucket -> isFinite(bucket.2), histogram.3)), 0)),
                arrayMap(bucket -> bucket.2, arrayFilter(bucket -> isFinite(bucket.2), histogram.3)),
                labels, 0, 0, 0),
            labels, times, family.metric.histogram), []), 2),
        ([], 0),
        tuple(if(family.type = 2, arrayMap(
            (labels, at, summary) -> (0, at, summary.1, summary.2, summary.3, labels, 0),
            labels, times, family.metric.summary), []))
    ) AS Tuple(
    name String,
    description String,
    unit String,
    data Enum8('none' = 0, 'gauge' = 5, 'sum' = 7, 'histogram' = 9, 'exponential_histogram' = 10, 'summary' = 11),
    gauge Tuple(data_points Array(Tuple(
    start_time_unix_nano UInt64,
    time_unix_nano UInt64,
    value Enum8('none' = 0, 'as_double' = 4, 'as_int' = 6),
    as_double Float64,
    as_int Int64,
    attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))),
    flags UInt32))),
    sum Tuple(data_points Array(Tuple(
    start_time_unix_nano UInt64,
    time_unix_nano UInt64,
    value Enum8('none' = 0, 'as_double' = 4, 'as_int' = 6),
    as_double Float64,
    as_int Int64,
    attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))),
    flags UInt32)), aggregation_temporality Int32, is_monotonic Bool),
    histogram Tuple(
        data_points Array(Tuple(
            start_time_unix_nano UInt64, time_unix_nano UInt64, count UInt64, sum Float64, bucket_counts Array(UInt64),
            explicit_bounds Array(Float64), attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))), flags UInt32, min Float64, max Float64)),
        aggregation_temporality Int32),
    exponential_histogram Tuple(
        data_points Array(Tuple(
            attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))), start_time_unix_nano UInt64, time_unix_nano UInt64, count UInt64, sum Float64,
            scale Int32, zero_count UInt64, positive Tuple(offset Int32, bucket_counts Array(UInt64)),
            negative Tuple(offset Int32, bucket_counts Array(UInt64)), flags UInt32, min Float64, max Float64,
            zero_threshold Float64)),
        aggregation_temporality Int32),
    summary Tuple(
        data_points Array(Tuple(
            start_time_unix_nano UInt64, time_unix_nano UInt64, count UInt64, sum Float64,
            quantile_values Array(Tuple(quantile Float64, value Float64)), attributes Array(Tuple(key LowCardinality(String), value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String))), flags UInt32))))) AS metric
FROM
(
    SELECT
        received_unix_nano,
        tenant,
        workload,
        resource_attributes,
        family,
        arrayMap(at -> if(at = 0, received_unix_nano, toUInt64(at * 1000000)), family.metric.timestamp_ms) AS times,
        arrayMap(
            pairs -> arrayMap(pair -> (pair.1, ('string_value', pair.2, false, 0, 0., '', '', '')), pairs), family.metric.label) AS labels
    FROM
    (
        SELECT
            received_unix_nano,
            tenant,
            meshhub_workload(resource.attributes) AS workload,
            toLowCardinality(toJSONString(meshhub_attribute_map(resource.attributes, []))) AS resource_attributes,
            arrayJoin(envoy_metrics) AS family
        FROM ingest_envoy_metrics
    )
)
;

-- Where the loader puts a segment of Zipkin spans: one row per request (storage/wire/zipkin.proto). Keeps nothing itself.
CREATE TABLE IF NOT EXISTS ingest_zipkin ON CLUSTER 'two'
(
    spans Array(Tuple(
        trace_id String,
        parent_id String,
        id String,
        kind Int64,
        name String,
        timestamp UInt64,
        duration UInt64,
        local_endpoint Tuple(service_name String, ipv4 String, ipv6 String, port Int64),
        remote_endpoint Tuple(service_name String, ipv4 String, ipv6 String, port Int64),
        annotations Array(Tuple(timestamp UInt64, value String)),
        tags Array(Tuple(key LowCardinality(String), value String)),
        debug UInt64)),
    received_unix_nano UInt64,
    tenant String
)
ENGINE = Null
;

-- Explodes Zipkin requests into spans. A span of Envoy (tag component=proxy) is named by node.cluster, as Envoy's built-in log
-- labels are, and by its node id; of an application the service name is whole. Tags named as OpenTelemetry names resources say
-- more. Who is who is worked out once for each sender in a request. Trace ids of 64 bits are padded. Envoy 1.40 writes span
-- ids in protobuf (not trace ids) in its host's order, which is reversed here. A called span that shares the id of its
-- caller's keeps it: the two differ in kind, and readers tell them apart by that (traces/tree.py).
CREATE MATERIALIZED VIEW IF NOT EXISTS spans_from_zipkin ON CLUSTER 'two' TO spans_local AS
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
                pair -> (pair.1, ('string_value', pair.2, false, 0, 0., '', '', ''))::Tuple(key String, value Tuple(
    value Enum8('none' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'kvlist_value' = 6, 'bytes_value' = 7),
    string_value String,
    bool_value Bool,
    int_value Int64,
    double_value Float64,
    array_value String,
    kvlist_value String,
    bytes_value String)), pairs)), said) AS workloads,
            arrayMap(pairs -> toJSONString(CAST(pairs, 'Map(String, String)')), said) AS distinct_resources
        FROM ingest_zipkin
    )
)
;

-- Counters of calls as proxies' stats have them, per minute and series: who called whom, how it ended, how it was secured.
-- Answers: the edges of meshes that can send nothing but stats (Linkerd, ztunnel), and of proxies that send no access logs.
-- Counters are cumulative, so nothing of this is a count by itself: what a counter grew by is between the rows of its
-- minutes (queries/edges_by_stats). First, last and highest merge in any order, and a sample that came twice changes nothing.
-- Sorted by minute and series, because a window asks for all of its minutes.
-- shard key: cityHash64(series)
CREATE TABLE IF NOT EXISTS edges_counters_local ON CLUSTER 'two'
(
    time DateTime('UTC') CODEC(Delta, ZSTD(1)) COMMENT 'start of the minute',
    series UInt64 CODEC(ZSTD(1)) COMMENT 'hash of the metric, its labels and the proxy',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    proxy SimpleAggregateFunction(any, UInt64) CODEC(ZSTD(1)) COMMENT 'hash of the proxy whose stats these are',
    measure SimpleAggregateFunction(any, Enum8('requests' = 1, 'connections' = 2, 'bytes_sent' = 3, 'bytes_received' = 4, 'open' = 5)) COMMENT 'what is counted; open: connections now, a gauge',
    reporter SimpleAggregateFunction(any, Enum8('unknown' = 0, 'client' = 1, 'server' = 2)) COMMENT 'which side of the call the proxy is',
    source_cluster SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the caller',
    source_namespace SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the caller',
    source_service SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the caller',
    source_version SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the caller',
    destination_kind SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'service, external, passthrough or empty',
    destination_cluster SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the callee',
    destination_namespace SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the callee',
    destination_service SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the callee',
    destination_version SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'the callee',
    transport SimpleAggregateFunction(any, Enum8('any' = 0, 'http' = 1, 'grpc' = 2, 'tcp' = 3)) COMMENT 'any: connections that may carry requests, which are counted too',
    security SimpleAggregateFunction(any, Enum8('unknown' = 0, 'plaintext' = 1, 'tls' = 2, 'mtls' = 3)) COMMENT 'of the connection between the two peers',
    tls_reason SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'why there is no TLS, in the words of the mesh',
    response_code SimpleAggregateFunction(any, UInt16) COMMENT '0: no response',
    grpc_status SimpleAggregateFunction(any, Int8) COMMENT '-1: not gRPC',
    response_flags SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'Envoy response flags',
    source_principal SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'identity in the caller''s certificate',
    destination_principal SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'identity in the callee''s certificate',
    first AggregateFunction(argMin, Float64, DateTime64(3, 'UTC')) COMMENT 'value of the first sample',
    last AggregateFunction(argMax, Float64, DateTime64(3, 'UTC')) COMMENT 'value of the last sample',
    highest SimpleAggregateFunction(max, Float64) COMMENT 'more than the last where the proxy started anew'
)
ENGINE = ReplicatedAggregatingMergeTree
PARTITION BY toDate(time)
ORDER BY (time, series, tenant)
TTL time + toIntervalDay(90)
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS edges_counters ON CLUSTER 'two' AS edges_counters_local ENGINE = Distributed('two', currentDatabase(), edges_counters_local, cityHash64(series));

-- Who called whom by the labels of an Istio metric (istio_requests_total, istio_tcp_*; sidecars, gateways, waypoints, ztunnel):
-- Tuple(reporter, source_cluster, source_namespace, source_service, source_version, destination_kind, destination_cluster,
-- destination_namespace, destination_service, destination_version, transport, security, tls_reason, response_code,
-- grpc_status, response_flags, source_principal, destination_principal). "unknown" is Istio's word for nothing.
-- A waypoint stands before the callee and takes its place. ztunnel's flags of failed connections get Envoy's UF before them.
CREATE OR REPLACE FUNCTION meshhub_istio_call ON CLUSTER 'two' AS (labels, failed) -> CAST(
    arrayMap(named -> (
        if(labels['reporter'] = 'source', 'client', 'server'),
        replaceOne(labels['source_cluster'], 'unknown', ''),
        replaceRegexpOne(labels['source_workload_namespace'], '^unknown$', ''),
        arrayFirst(text -> text NOT IN ('', 'unknown'), [labels['source_canonical_service'], labels['source_workload']]),
        arrayFirst(text -> text NOT IN ('', 'unknown', 'latest'), [labels['source_version'], labels['source_canonical_revision']]),
        multiIf(
            labels['destination_canonical_service'] NOT IN ('', 'unknown'), 'service',
            labels['destination_service_name'] IN ('PassthroughCluster', 'BlackHoleCluster', 'InboundPassthroughCluster'), 'passthrough',
            labels['destination_workload'] NOT IN ('', 'unknown'), 'service',
            named.kind = 'local', '',
            named.kind),
        replaceOne(labels['destination_cluster'], 'unknown', ''),
        arrayFirst(text -> text NOT IN ('', 'unknown'),
            [labels['destination_workload_namespace'], labels['destination_service_namespace'], named.namespace]),
        arrayFirst(text -> text NOT IN ('', 'unknown', 'PassthroughCluster', 'BlackHoleCluster', 'InboundPassthroughCluster'),
            [labels['destination_canonical_service'], labels['destination_workload'], named.service]),
        arrayFirst(text -> text NOT IN ('', 'unknown', 'latest'), [labels['destination_version'], labels['destination_canonical_revision']]),
        multiIf(labels['request_protocol'] = 'grpc', 'grpc', labels['request_protocol'] = 'tcp', 'tcp', 'http'),
        transform(labels['connection_security_policy'], ['mutual_tls', 'none'], ['mtls', 'plaintext'], 'unknown'),
        '',
        toUInt16OrZero(labels['response_code']),
        if(labels['request_protocol'] = 'grpc', toInt8OrDefault(labels['grpc_response_status'], -1::Int8), -1::Int8),
        concat(if(failed, 'UF', ''), if(labels['response_flags'] IN ('', '-'), '', concat(if(failed, ',', ''), labels['response_flags']))),
        replaceRegexpOne(labels['source_principal'], '^unknown$', ''),
        replaceRegexpOne(labels['destination_principal'], '^unknown$', '')
    ), [meshhub_destination(labels['destination_service'])])[1],
    'Tuple(reporter Enum8(\'unknown\' = 0, \'client\' = 1, \'server\' = 2), source_cluster String, source_namespace String, source_service String, source_version String, destination_kind String, destination_cluster String, destination_namespace String, destination_service String, destination_version String, transport Enum8(\'any\' = 0, \'http\' = 1, \'grpc\' = 2, \'tcp\' = 3), security Enum8(\'unknown\' = 0, \'plaintext\' = 1, \'tls\' = 2, \'mtls\' = 3), tls_reason String, response_code UInt16, grpc_status Int8, response_flags String, source_principal String, destination_principal String)')
;

-- Who called whom by the labels of a metric of Linkerd's proxy and by what the proxy's own workload is; a Tuple as
-- meshhub_istio_call's. `connections`: whether it counts connections, of which some carry requests that are counted too.
-- Outbound the callee is named by dst_* and its certificate by server_id; inbound the caller is known by client_id alone.
CREATE OR REPLACE FUNCTION meshhub_linkerd_call ON CLUSTER 'two' AS (labels, own_cluster, own_namespace, own_service, own_version, connections) -> CAST(
    arrayMap((outbound, caller, called, named) -> (
        if(outbound, 'client', 'server'),
        if(outbound, own_cluster, ''),
        if(outbound, own_namespace, caller.namespace),
        if(outbound, own_service, caller.service),
        if(outbound, own_version, ''),
        multiIf(NOT outbound OR called != '', 'service', named.kind = 'local', '', named.kind),
        if(outbound, '', own_cluster),
        if(outbound, if(labels['dst_namespace'] != '', labels['dst_namespace'], named.namespace), own_namespace),
        multiIf(NOT outbound, own_service, called != '', called, named.service),
        if(outbound, labels['dst_version'], own_version),
        multiIf(connections, 'any', labels['grpc_status_code'] != '', 'grpc', 'http'),
        multiIf(
            labels['tls'] = 'true', if(outbound OR labels['client_id'] != '', 'mtls', 'tls'),
            labels['tls'] = 'opaque', 'tls',
            labels['tls'] = '' AND labels['no_tls_reason'] = '', 'unknown',
            'plaintext'),
        if(labels['tls'] = 'true', '', if(labels['no_tls_reason'] != '', labels['no_tls_reason'], labels['tls'])),
        toUInt16OrZero(labels['status_code']),
        if(labels['grpc_status_code'] = '', -1::Int8, toInt8OrDefault(labels['grpc_status_code'], 2::Int8)),
        '',
        if(outbound, '', labels['client_id']),
        if(outbound, labels['server_id'], '')
    ), [labels['direction'] = 'outbound'], [meshhub_spiffe(labels['client_id'])],
        [arrayFirst(text -> text != '', [labels['dst_deployment'], labels['dst_statefulset'], labels['dst_daemonset'],
            labels['dst_cronjob'], labels['dst_job'], labels['dst_service']])],
        [meshhub_destination(replaceRegexpOne(if(labels['authority'] != '', labels['authority'], labels['target_addr']), ':[0-9]+$', ''))])[1],
    'Tuple(reporter Enum8(\'unknown\' = 0, \'client\' = 1, \'server\' = 2), source_cluster String, source_namespace String, source_service String, source_version String, destination_kind String, destination_cluster String, destination_namespace String, destination_service String, destination_version String, transport Enum8(\'any\' = 0, \'http\' = 1, \'grpc\' = 2, \'tcp\' = 3), security Enum8(\'unknown\' = 0, \'plaintext\' = 1, \'tls\' = 2, \'mtls\' = 3), tls_reason String, response_code UInt16, grpc_status Int8, response_flags String, source_principal String, destination_principal String)')
;

-- Who called whom by the tags of a stat of an Envoy cluster, by OTLP and MetricsService (envoy.cluster_name) and Prometheus
-- (envoy_cluster_name), and by what the proxy's own workload is; a Tuple as meshhub_istio_call's. Consul names the callee in
-- tags of its own. Envoy does not say in stats how connections were secured.
CREATE OR REPLACE FUNCTION meshhub_envoy_call ON CLUSTER 'two' AS (labels, own_cluster, own_namespace, own_service, own_version, connections) -> CAST(
    arrayMap((named, code, consul) -> (
        'client',
        own_cluster,
        own_namespace,
        own_service,
        own_version,
        if(consul != '', 'service', named.kind),
        if(consul != '', labels['consul_destination_datacenter'], named.cluster),
        if(consul != '', labels['consul_destination_namespace'], named.namespace),
        if(consul != '', consul, named.service),
        if(consul != '', labels['consul_destination_service_subset'], named.version),
        if(connections, 'any', 'http'),
        'unknown',
        '',
        toUInt16OrZero(code),
        -1::Int8,
        '',
        '',
        ''
    ), [meshhub_destination(arrayFirst(text -> text != '', [labels['envoy.cluster_name'], labels['envoy_cluster_name'], labels['cluster_name']]))],
        [arrayFirst(text -> text != '', [labels['envoy.response_code'], labels['envoy_response_code'], labels['response_code']])],
        [arrayFirst(text -> text != '', [labels['consul.destination.service'], labels['consul_destination_service'],
            labels['envoy_consul_destination_service']])])[1],
    'Tuple(reporter Enum8(\'unknown\' = 0, \'client\' = 1, \'server\' = 2), source_cluster String, source_namespace String, source_service String, source_version String, destination_kind String, destination_cluster String, destination_namespace String, destination_service String, destination_version String, transport Enum8(\'any\' = 0, \'http\' = 1, \'grpc\' = 2, \'tcp\' = 3), security Enum8(\'unknown\' = 0, \'plaintext\' = 1, \'tls\' = 2, \'mtls\' = 3), tls_reason String, response_code UInt16, grpc_status Int8, response_flags String, source_principal String, destination_principal String)')
;

-- Counters of calls in the stats of Istio (sidecars, gateways, waypoints, ztunnel), Linkerd and Envoy, whichever way they came.
-- Only those that are cumulative count. A proxy's calls of its own application, and Linkerd's admin port, are no edges.
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_counters_from_metrics_sum ON CLUSTER 'two' TO edges_counters_local AS
SELECT
    toStartOfMinute(toDateTime(at)) AS time,
    series,
    tenant,
    proxy,
    measure,
    call.reporter AS reporter,
    call.source_cluster AS source_cluster,
    call.source_namespace AS source_namespace,
    call.source_service AS source_service,
    call.source_version AS source_version,
    call.destination_kind AS destination_kind,
    call.destination_cluster AS destination_cluster,
    call.destination_namespace AS destination_namespace,
    call.destination_service AS destination_service,
    call.destination_version AS destination_version,
    call.transport AS transport,
    call.security AS security,
    call.tls_reason AS tls_reason,
    call.response_code AS response_code,
    call.grpc_status AS grpc_status,
    call.response_flags AS response_flags,
    call.source_principal AS source_principal,
    call.destination_principal AS destination_principal,
    argMinState(value, at) AS first,
    argMaxState(value, at) AS last,
    max(value) AS highest
FROM
(
    SELECT
        metrics_sum.time AS at,
        tenant,
        cityHash64(metric, attributes, cluster, namespace, service, version, instance, tenant) AS series,
        cityHash64(cluster, namespace, service, instance, tenant) AS proxy,
        CAST(multiIf(
            metric IN ('istio_requests_total', 'response_total', 'cluster.upstream_rq', 'envoy_cluster_upstream_rq'), 'requests',
            metric IN ('istio_tcp_connections_opened_total', 'istio_tcp_connections_failed_total', 'tcp_open_total', 'cluster.upstream_cx_total', 'envoy_cluster_upstream_cx_total'), 'connections',
            metric = 'istio_tcp_sent_bytes_total', 'bytes_sent',
            metric = 'istio_tcp_received_bytes_total', 'bytes_received',
            metric IN ('cluster.upstream_cx_rx_bytes_total', 'envoy_cluster_upstream_cx_rx_bytes_total'), 'bytes_sent',
            metric IN ('cluster.upstream_cx_tx_bytes_total', 'envoy_cluster_upstream_cx_tx_bytes_total'), 'bytes_received',
            (metric = 'tcp_read_bytes_total') = (attributes['direction'] = 'outbound'), 'bytes_sent',
            'bytes_received'), 'Enum8(\'requests\' = 1, \'connections\' = 2, \'bytes_sent\' = 3, \'bytes_received\' = 4, \'open\' = 5)')
        AS measure,
        multiIf(
            startsWith(metric, 'istio_'), meshhub_istio_call(attributes, metric = 'istio_tcp_connections_failed_total'),
            attributes['direction'] != '', meshhub_linkerd_call(attributes, cluster, namespace, service, version, startsWith(metric, 'tcp_')),
            meshhub_envoy_call(attributes, cluster, namespace, service, version, metric NOT LIKE '%upstream_rq'))
        AS call,
        value
    FROM metrics_sum_local AS metrics_sum
    WHERE metric IN ('istio_requests_total', 'istio_tcp_connections_opened_total', 'istio_tcp_connections_failed_total',
            'istio_tcp_sent_bytes_total', 'istio_tcp_received_bytes_total', 'response_total', 'tcp_open_total',
            'tcp_read_bytes_total', 'tcp_write_bytes_total', 'cluster.upstream_rq', 'cluster.upstream_cx_total',
            'cluster.upstream_cx_rx_bytes_total', 'cluster.upstream_cx_tx_bytes_total', 'envoy_cluster_upstream_rq',
            'envoy_cluster_upstream_cx_total', 'envoy_cluster_upstream_cx_rx_bytes_total',
            'envoy_cluster_upstream_cx_tx_bytes_total')
        AND temporality = 'cumulative'
        AND multiIf(
            startsWith(metric, 'istio_'), attributes['reporter'] IN ('source', 'destination', 'waypoint'),
            metric = 'response_total', attributes['direction'] IN ('inbound', 'outbound'),
            startsWith(metric, 'tcp_'), (attributes['direction'], attributes['peer']) IN (('outbound', 'dst'), ('inbound', 'src')),
            endsWith(metric, 'upstream_rq'), attributes['envoy.response_code'] != '' OR attributes['envoy_response_code'] != '' OR attributes['response_code'] != '',
            true)
        AND NOT endsWith(attributes['target_addr'], ':4191')
)
WHERE isFinite(value) AND value >= 0 AND call.destination_kind != 'local'
    AND (call.source_service != '' OR call.destination_service != '' OR call.destination_kind != '')
GROUP BY time, series, tenant, proxy, measure, call.reporter, call.source_cluster, call.source_namespace, call.source_service, call.source_version, call.destination_kind, call.destination_cluster, call.destination_namespace, call.destination_service,
    call.destination_version, call.transport, call.security, call.tls_reason, call.response_code, call.grpc_status, call.response_flags, call.source_principal, call.destination_principal
;

-- Connections that are open, as Linkerd's proxies have them: what calls whom over connections opened long before.
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_counters_from_metrics_gauge ON CLUSTER 'two' TO edges_counters_local AS
SELECT
    toStartOfMinute(toDateTime(at)) AS time,
    series,
    tenant,
    proxy,
    measure,
    call.reporter AS reporter,
    call.source_cluster AS source_cluster,
    call.source_namespace AS source_namespace,
    call.source_service AS source_service,
    call.source_version AS source_version,
    call.destination_kind AS destination_kind,
    call.destination_cluster AS destination_cluster,
    call.destination_namespace AS destination_namespace,
    call.destination_service AS destination_service,
    call.destination_version AS destination_version,
    call.transport AS transport,
    call.security AS security,
    call.tls_reason AS tls_reason,
    call.response_code AS response_code,
    call.grpc_status AS grpc_status,
    call.response_flags AS response_flags,
    call.source_principal AS source_principal,
    call.destination_principal AS destination_principal,
    argMinState(value, at) AS first,
    argMaxState(value, at) AS last,
    max(value) AS highest
FROM
(
    SELECT
        metrics_gauge.time AS at,
        tenant,
        cityHash64(metric, attributes, cluster, namespace, service, version, instance, tenant) AS series,
        cityHash64(cluster, namespace, service, instance, tenant) AS proxy,
        CAST('open', 'Enum8(\'requests\' = 1, \'connections\' = 2, \'bytes_sent\' = 3, \'bytes_received\' = 4, \'open\' = 5)')
        AS measure,
        meshhub_linkerd_call(attributes, cluster, namespace, service, version, true)
        AS call,
        value
    FROM metrics_gauge_local AS metrics_gauge
    WHERE metric = 'tcp_open_connections'
        AND (attributes['direction'], attributes['peer']) IN (('outbound', 'dst'), ('inbound', 'src'))
        AND NOT endsWith(attributes['target_addr'], ':4191')
)
WHERE isFinite(value) AND value >= 0 AND call.destination_kind != 'local'
    AND (call.source_service != '' OR call.destination_service != '' OR call.destination_kind != '')
GROUP BY time, series, tenant, proxy, measure, call.reporter, call.source_cluster, call.source_namespace, call.source_service, call.source_version, call.destination_kind, call.destination_cluster, call.destination_namespace, call.destination_service,
    call.destination_version, call.transport, call.security, call.tls_reason, call.response_code, call.grpc_status, call.response_flags, call.source_principal, call.destination_principal
;

-- Where the loader puts a segment of Prometheus remote write: one row per request (storage/wire/remote_write.proto). Keeps
-- nothing itself.
CREATE TABLE IF NOT EXISTS ingest_remote_write ON CLUSTER 'two'
(
    timeseries Array(Tuple(
        labels Array(Tuple(name LowCardinality(String), value String)),
        samples Array(Tuple(value Float64, timestamp Int64)),
        type UInt32)),
    metadata Array(Tuple(type UInt32, metric_family_name String, help String, unit String)),
    received_unix_nano UInt64,
    tenant String
)
ENGINE = Null
;

-- Samples of remote write one row each, on their way to the table of their kind. Keeps nothing itself.
CREATE TABLE IF NOT EXISTS remote_write_samples ON CLUSTER 'two'
(
    time DateTime64(3, 'UTC'),
    received DateTime('UTC'),
    tenant LowCardinality(String),
    cluster LowCardinality(String),
    namespace LowCardinality(String),
    service LowCardinality(String),
    version LowCardinality(String),
    instance LowCardinality(String),
    metric LowCardinality(String),
    attributes Map(LowCardinality(String), String),
    resource_attributes LowCardinality(String),
    cumulative Bool,
    value Float64
)
ENGINE = Null
;

-- Explodes remote-write requests into samples. Who sent a series is in its labels: service, else job; namespace; version;
-- pod, else instance; cluster. Every label stays an attribute of the series too. Counters are told by the type that v2
-- gives, else by the name's end. Markers of stale series (a certain NaN) are no samples.
CREATE MATERIALIZED VIEW IF NOT EXISTS remote_write_samples_from_requests ON CLUSTER 'two' TO remote_write_samples AS
SELECT
    toDateTime64(meshhub_plausible_time(if(sample.timestamp BETWEEN 0 AND 9000000000000, toUInt64(sample.timestamp) * 1000000, 0), received_unix_nano), 3, 'UTC') AS time,
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    tenant,
    labels['cluster'] AS cluster,
    labels['namespace'] AS namespace,
    if(labels['service'] != '', labels['service'], labels['job']) AS service,
    labels['version'] AS version,
    if(labels['pod'] != '', labels['pod'], labels['instance']) AS instance,
    name AS metric,
    labels AS attributes,
    toLowCardinality(toJSONString(map('job', labels['job'], 'instance', labels['instance']))) AS resource_attributes,
    multiIf(
        type IN (2, 4, 6, 7), false,
        type = 1, true,
        type = 5, match(name, '_(?:count|sum)$'),
        match(name, '_(?:total|bucket|count|sum)$')) AS cumulative,
    sample.value AS value
FROM
(
    SELECT
        received_unix_nano,
        tenant,
        series.type AS type,
        series.samples AS samples,
        series.labels.value[indexOf(series.labels.name, '__name__')] AS name,
        CAST(arrayFilter(label -> label.1 != '__name__', series.labels), 'Map(LowCardinality(String), String)') AS labels
    FROM (SELECT received_unix_nano, tenant, arrayJoin(timeseries) AS series FROM ingest_remote_write)
)
ARRAY JOIN samples AS sample
WHERE reinterpretAsUInt64(sample.value) != 0x7ff0000000000002
;

-- Counters of remote write. Prometheus does not say since when a counter counts.
CREATE MATERIALIZED VIEW IF NOT EXISTS metrics_sum_from_remote_write ON CLUSTER 'two' TO metrics_sum_local AS
SELECT
    time,
    toDateTime64(0, 3, 'UTC') AS start_time,
    received,
    tenant,
    cluster,
    namespace,
    service,
    version,
    instance,
    metric,
    '' AS unit,
    attributes,
    resource_attributes,
    'cumulative' AS temporality,
    true AS is_monotonic,
    value
FROM remote_write_samples
WHERE cumulative
;

-- All but counters of remote write. Prometheus does not say since when a counter counts.
CREATE MATERIALIZED VIEW IF NOT EXISTS metrics_gauge_from_remote_write ON CLUSTER 'two' TO metrics_gauge_local AS
SELECT
    time,
    toDateTime64(0, 3, 'UTC') AS start_time,
    received,
    tenant,
    cluster,
    namespace,
    service,
    version,
    instance,
    metric,
    '' AS unit,
    attributes,
    resource_attributes,
    value
FROM remote_write_samples
WHERE NOT cumulative
;

-- What Prometheus says of metrics in requests of their own (v1): type, help, unit. Answers: what a metric is.
-- One row per name is left; the last one that came counts.
-- shard key: cityHash64(metric)
CREATE TABLE IF NOT EXISTS metrics_metadata_local ON CLUSTER 'two'
(
    received DateTime('UTC') COMMENT 'when the hub took it',
    tenant LowCardinality(String) COMMENT 'whose it is, by the token it was sent with',
    metric String COMMENT 'name of the family',
    type LowCardinality(String) COMMENT 'counter, gauge, histogram, gaugehistogram, summary, info, stateset or unknown',
    unit LowCardinality(String) COMMENT 'as the sender has it',
    help String CODEC(ZSTD(1)) COMMENT 'for people'
)
ENGINE = ReplicatedReplacingMergeTree(received)
ORDER BY (tenant, metric)
TTL received + toIntervalDay(14)
SETTINGS replicated_deduplication_window = 10000
;

CREATE TABLE IF NOT EXISTS metrics_metadata ON CLUSTER 'two' AS metrics_metadata_local ENGINE = Distributed('two', currentDatabase(), metrics_metadata_local, cityHash64(metric));

-- Metadata of remote-write requests.
CREATE MATERIALIZED VIEW IF NOT EXISTS metrics_metadata_from_requests ON CLUSTER 'two' TO metrics_metadata_local AS
SELECT
    toDateTime(intDiv(received_unix_nano, 1000000000), 'UTC') AS received,
    tenant,
    each.metric_family_name AS metric,
    ['unknown', 'counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset'][if(each.type < 8, each.type + 1, 1)] AS type,
    each.unit AS unit,
    each.help AS help
FROM ingest_remote_write
ARRAY JOIN metadata AS each
;

-- The bucket of a duration in microseconds in the latency of edges: bucket b holds (1.1^(b-1), 1.1^b], so 256 of them reach from
-- one microsecond to ten hours, and longer ones count in the last. The inverse is meshhub_bucket_latency.
CREATE OR REPLACE FUNCTION meshhub_latency_bucket ON CLUSTER 'two' AS (duration_us) ->
    toUInt8(least(ceil(log(greatest(duration_us, 1)) / log(1.1)), 255))
;

-- Durations in microseconds for some buckets of meshhub_latency_bucket: within 5 % of all that a bucket holds.
CREATE OR REPLACE FUNCTION meshhub_bucket_latency ON CLUSTER 'two' AS (buckets) -> arrayMap(bucket -> pow(1.1, bucket) / 1.05, buckets)
;

-- Latency is in `duration_buckets`, requests by bucket of their duration (meshhub_latency_bucket), and no longer in a sketch, which
-- takes five times as long to read and merge. Rows from before have all their requests in the bucket of their mean.
-- shard key: cityHash64(source_service, destination_service)
ALTER TABLE edges_local ON CLUSTER 'two'
    ADD COLUMN IF NOT EXISTS duration_buckets SimpleAggregateFunction(sumMap, Map(UInt8, UInt64)) DEFAULT map(meshhub_latency_bucket(duration_us_sum / requests), toUInt64(requests)) CODEC(ZSTD(1)) COMMENT 'requests per meshhub_latency_bucket' AFTER duration_us_sum
;

CREATE OR REPLACE TABLE edges ON CLUSTER 'two' AS edges_local ENGINE = Distributed('two', currentDatabase(), edges_local, cityHash64(source_service, destination_service));

-- Latency is in `duration_buckets` as in edges, and `edges_latency` is no more. Rows from before have all their requests in the
-- bucket of their mean.
-- shard key: cityHash64(source_service, destination_service)
ALTER TABLE edges_rollup_local ON CLUSTER 'two'
    ADD COLUMN IF NOT EXISTS duration_buckets SimpleAggregateFunction(sumMap, Map(UInt8, UInt64)) DEFAULT map(meshhub_latency_bucket(duration_us_sum / requests), toUInt64(requests)) CODEC(ZSTD(1)) COMMENT 'requests per meshhub_latency_bucket' AFTER duration_us_sum
;

CREATE OR REPLACE TABLE edges_rollup ON CLUSTER 'two' AS edges_rollup_local ENGINE = Distributed('two', currentDatabase(), edges_rollup_local, cityHash64(source_service, destination_service));

-- The workload that a pod is of, by how Kubernetes names pods; '' where the name does not look like one of those, or is no
-- pod's: unknown stays unknown. docs/reference/identity.md has a case for each form.
--   <CronJob>-<minute>-<5>, <Deployment>-<hash>-<5>, <DaemonSet or Job>-<5>, <StatefulSet>-<ordinal>
-- Hashes are of Kubernetes' alphabet, which has no vowels and no 0, 1, 3 (apimachinery, pkg/util/rand). What proxies call
-- themselves may have the namespace before or behind the pod (pod.namespace, namespace.pod.container).
CREATE OR REPLACE FUNCTION meshhub_pod_workload ON CLUSTER 'two' AS (instance) -> arrayMap(pod -> multiIf(
    match(pod, '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$|[:~/]'), '',
    match(pod, '-[0-9]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$'), replaceRegexpOne(pod, '-[0-9]+-[a-z0-9]{5}$', ''),
    match(pod, '-[bcdfghjklmnpqrstvwxz2456789]{5,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$'),
    replaceRegexpOne(pod, '-[a-z0-9]+-[a-z0-9]{5}$', ''),
    match(pod, '[a-z0-9]-[bcdfghjklmnpqrstvwxz2456789]{5}$'), replaceRegexpOne(pod, '-[a-z0-9]{5}$', ''),
    match(pod, '[a-z0-9]-[0-9]{1,4}$'), replaceRegexpOne(pod, '-[0-9]+$', ''),
    ''), [splitByChar('.', toString(instance))[if(countSubstrings(toString(instance), '.') = 2, 2, 1)]])[1]
;

-- The workload (Deployment, StatefulSet, ...) that a sender is of, by its resource attributes (a JSON object of texts) and its
-- instance: what Kubernetes or the mesh says, else what the pod's name says. '' is unknown. docs/reference/identity.md.
-- A Job of a CronJob is <CronJob>-<minute>. One pattern for all, because patterns are matched once per different resource of
-- a block and JSON is parsed once per row, which takes ten times as long.
CREATE OR REPLACE FUNCTION meshhub_workload_name ON CLUSTER 'two' AS (resource, instance) -> arrayMap(told ->
    if(told != '', told, meshhub_pod_workload(instance)),
    [replaceRegexpOne(extract(resource, '"(?:k8s\\.(?:deployment|statefulset|daemonset|cronjob|job)\\.name|WORKLOAD_NAME'
        || '|linkerd\\.io/proxy-(?:deployment|statefulset|daemonset))":"([A-Za-z0-9._-]+)"'), '-[0-9]{8,10}$', '')])[1]
;

-- The workloads at both ends of a call: a service may be several (Deployments of two versions), and one may be several
-- services. Rows from before have none.
-- shard key: cityHash64(source_service, destination_service)
ALTER TABLE edges_local ON CLUSTER 'two'
    ADD COLUMN IF NOT EXISTS source_workload LowCardinality(String) COMMENT 'Deployment, StatefulSet, ... of the caller' AFTER source_version,
    ADD COLUMN IF NOT EXISTS destination_workload LowCardinality(String) COMMENT 'Deployment, StatefulSet, ... of the callee' AFTER destination_version,
    MODIFY COLUMN outcome SimpleAggregateFunction(any, UInt64) DEFAULT cityHash64(source_role, source_version, destination_version, transport, security, response_code, grpc_status, response_flags, source_workload, destination_workload) COMMENT 'all else that tells rows apart, as one number',
    MODIFY ORDER BY (time, destination_service, source_service, destination_namespace, source_namespace, destination_kind,
        destination_cluster, source_cluster, destination_version, source_version, tenant, signal, reporter, transport,
        security, response_code, grpc_status, response_flags, source_role, destination_workload, source_workload)
;

CREATE OR REPLACE TABLE edges ON CLUSTER 'two' AS edges_local ENGINE = Distributed('two', currentDatabase(), edges_local, cityHash64(source_service, destination_service));

-- The workloads at both ends of a call, as in edges.
-- shard key: cityHash64(source_service, destination_service)
ALTER TABLE edges_rollup_local ON CLUSTER 'two'
    ADD COLUMN IF NOT EXISTS source_workload LowCardinality(String) COMMENT 'Deployment, StatefulSet, ... of the caller' AFTER source_version,
    ADD COLUMN IF NOT EXISTS destination_workload LowCardinality(String) COMMENT 'Deployment, StatefulSet, ... of the callee' AFTER destination_version,
    MODIFY ORDER BY (seconds, time, destination_service, source_service, destination_namespace, source_namespace,
        destination_kind, destination_cluster, source_cluster, destination_version, source_version, tenant, signal, reporter,
        transport, security, response_code, grpc_status, response_flags, source_role, destination_workload, source_workload)
;

CREATE OR REPLACE TABLE edges_rollup ON CLUSTER 'two' AS edges_rollup_local ENGINE = Distributed('two', currentDatabase(), edges_rollup_local, cityHash64(source_service, destination_service));

-- The workloads at both ends of a call, as in edges.
-- shard key: cityHash64(source_service, destination_service)
ALTER TABLE edges_latency_local ON CLUSTER 'two'
    ADD COLUMN IF NOT EXISTS source_workload LowCardinality(String) COMMENT 'Deployment, StatefulSet, ... of the caller' AFTER source_version,
    ADD COLUMN IF NOT EXISTS destination_workload LowCardinality(String) COMMENT 'Deployment, StatefulSet, ... of the callee' AFTER destination_version,
    MODIFY ORDER BY (seconds, time, destination_service, source_service, relation, reporter, destination_version,
        source_version, tenant, destination_workload, source_workload)
;

CREATE OR REPLACE TABLE edges_latency ON CLUSTER 'two' AS edges_latency_local ENGINE = Distributed('two', currentDatabase(), edges_latency_local, cityHash64(source_service, destination_service));

-- The workloads at both ends of a call, as the labels of the counter name them.
-- shard key: cityHash64(series)
ALTER TABLE edges_counters_local ON CLUSTER 'two'
    ADD COLUMN IF NOT EXISTS source_workload SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'Deployment, StatefulSet, ... of the caller' AFTER source_version,
    ADD COLUMN IF NOT EXISTS destination_workload SimpleAggregateFunction(any, LowCardinality(String)) COMMENT 'Deployment, StatefulSet, ... of the callee' AFTER destination_version
;

CREATE OR REPLACE TABLE edges_counters ON CLUSTER 'two' AS edges_counters_local ENGINE = Distributed('two', currentDatabase(), edges_counters_local, cityHash64(series));

-- The workloads at both ends of a call by the labels of a counter (Istio, Linkerd, Envoy) and by the proxy's resource and
-- instance: Tuple(source, destination). Istio names both, Linkerd the other end of outbound calls; a proxy knows itself.
CREATE OR REPLACE FUNCTION meshhub_counter_workloads ON CLUSTER 'two' AS (labels, resource, instance) -> CAST(
    multiIf(
        labels['source_workload'] != '' OR labels['destination_workload'] != '', (
            replaceRegexpOne(labels['source_workload'], '^unknown$', ''),
            replaceRegexpOne(labels['destination_workload'], '^unknown$', '')),
        labels['direction'] = 'inbound', ('', meshhub_workload_name(resource, instance)),
        (
            meshhub_workload_name(resource, instance),
            arrayFirst(text -> text != '', [labels['dst_deployment'], labels['dst_statefulset'], labels['dst_daemonset'],
                labels['dst_cronjob'], labels['dst_job']]))),
    'Tuple(source String, destination String)')
;

-- Edges as access logs report them: every request, sampled or not. Of the workloads at both ends the reporting proxy knows its
-- own, and the other's where the mesh exchanges it (Istio) and logs it as source_workload or destination_workload.
DROP VIEW IF EXISTS edges_from_access_logs ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS edges_from_access_logs ON CLUSTER 'two' TO edges_local AS
WITH meshhub_workload_name(resource_attributes, instance) AS workload
SELECT
    toStartOfInterval(toDateTime(access_logs.time), INTERVAL 10 SECOND) AS time,
    tenant,
    'access_log' AS signal,
    reporter,
    if(reporter = 'server', '', role) AS source_role,
    source_cluster,
    source_namespace,
    source_service,
    source_version,
    if(reporter = 'server', replaceRegexpOne(attributes['source_workload'], '^(?:unknown|-)$', ''), workload) AS source_workload,
    destination_kind,
    destination_cluster,
    destination_namespace,
    destination_service,
    destination_version,
    if(reporter = 'server', workload, replaceRegexpOne(attributes['destination_workload'], '^(?:unknown|-)$', '')) AS destination_workload,
    transport,
    security,
    response_code,
    grpc_status,
    response_flags,
    anyLast(access_logs.source_principal) AS source_principal,
    anyLast(access_logs.destination_principal) AS destination_principal,
    count() AS requests,
    sum(greatest(request_attempts, 1)) AS attempts,
    sum(access_logs.bytes_sent) AS bytes_sent,
    sum(access_logs.bytes_received) AS bytes_received,
    sum(access_logs.duration_us) AS duration_us_sum,
    quantilesDDState(0.01, 0.5, 0.9, 0.95, 0.99)(access_logs.duration_us) AS duration_us
FROM access_logs_local AS access_logs
WHERE log_type NOT IN ('DownstreamStart', 'DownstreamPeriodic', 'TcpConnectionStart', 'TcpUpstreamConnected', 'TcpPeriodic',
    'UpstreamPoolReady', 'UpstreamPeriodic', 'UpstreamEnd', 'DownstreamTunnelSuccessfullyEstablished',
    'UdpTunnelUpstreamConnected', 'UdpPeriodic', 'UdpSessionEnd') AND destination_kind != 'local'
GROUP BY ALL
;

-- Edges as spans report them, as before, with the sender's workload.
DROP VIEW IF EXISTS edges_from_spans ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS edges_from_spans ON CLUSTER 'two' TO edges_local AS
SELECT
    toStartOfInterval(toDateTime(spans.time), INTERVAL 10 SECOND) AS time,
    tenant,
    'span' AS signal,
    if(taken, 'server', 'client') AS reporter,
    if(taken, concat('queue/', queue), '') AS source_role,
    if(taken, '', cluster) AS source_cluster,
    if(taken, '', namespace) AS source_namespace,
    if(taken, peer, toString(service)) AS source_service,
    if(taken, '', version) AS source_version,
    if(taken, '', workload) AS source_workload,
    if(taken, 'service', destination.kind) AS destination_kind,
    if(taken, toString(cluster), destination.cluster) AS destination_cluster,
    if(taken, toString(namespace), destination.namespace) AS destination_namespace,
    if(taken, toString(service), destination.service) AS destination_service,
    if(taken, toString(version), destination.version) AS destination_version,
    if(taken, workload, '') AS destination_workload,
    'http' AS transport,
    'unknown' AS security,
    response_code,
    -1 AS grpc_status,
    if(response_flags = '-', '', response_flags) AS response_flags,
    '' AS source_principal,
    '' AS destination_principal,
    count() AS requests,
    count() AS attempts,
    sum(response_size) AS bytes_sent,
    sum(request_size) AS bytes_received,
    sum(intDiv(duration_ns, 1000)) AS duration_us_sum,
    quantilesDDState(0.01, 0.5, 0.9, 0.95, 0.99)(intDiv(duration_ns, 1000)) AS duration_us
FROM
(
    SELECT
        time, tenant, cluster, namespace, service, version, response_code, response_flags, response_size, request_size,
        duration_ns,
        kind = 'consumer' AS taken,
        meshhub_workload_name(resource_attributes, instance) AS workload,
        if(attributes['db.system.name'] = '', attributes['db.system'], attributes['db.system.name']) AS database,
        attributes['messaging.system'] AS queue,
        arrayFirst(text -> text != '', [attributes['peer.service'], attributes['server.address'],
            attributes['net.peer.name'], if(queue = '', attributes['db.namespace'], attributes['messaging.destination.name']),
            concat(database, queue)]) AS peer,
        arrayMap(name -> meshhub_destination(name), [toLowCardinality(
            if(upstream_cluster IN ('', '-'), peer, toString(upstream_cluster)))])[1] AS named,
        multiIf(
            database != '', (concat('database/', database), '', '', peer, ''),
            queue != '', (concat('queue/', queue), '', '', peer, ''),
            (named.kind, named.cluster, named.namespace, named.service, named.version)
        )::Tuple(kind String, cluster String, namespace String, service String, version String) AS destination
    FROM spans_local
    WHERE kind IN ('client', 'producer', 'consumer') AND (kind != 'consumer' OR attributes['messaging.system'] != '')
) AS spans
WHERE if(taken, service, destination.service) != ''
GROUP BY ALL
;

-- Counts of edges added up over longer intervals, as before, with the workloads at both ends.
DROP VIEW IF EXISTS edges_rollup_from_edges ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS edges_rollup_from_edges ON CLUSTER 'two' TO edges_rollup_local AS
SELECT
    seconds,
    toDateTime(intDiv(toUInt32(edges.time), seconds) * seconds, 'UTC') AS time,
    tenant,
    signal,
    reporter,
    source_role,
    source_cluster,
    source_namespace,
    source_service,
    source_version,
    source_workload,
    destination_kind,
    destination_cluster,
    destination_namespace,
    destination_service,
    destination_version,
    destination_workload,
    transport,
    security,
    response_code,
    grpc_status,
    response_flags,
    any(edges.relation) AS relation,
    any(edges.outcome) AS outcome,
    anyLast(edges.source_principal) AS source_principal,
    anyLast(edges.destination_principal) AS destination_principal,
    min(edges.time) AS first_seen,
    max(edges.time) AS last_seen,
    sum(edges.requests) AS requests,
    sum(edges.attempts) AS attempts,
    sum(edges.bytes_sent) AS bytes_sent,
    sum(edges.bytes_received) AS bytes_received,
    sum(edges.duration_us_sum) AS duration_us_sum
FROM edges_local AS edges
ARRAY JOIN CAST([60, 300, 600, 1800, 3600], 'Array(UInt16)') AS seconds
GROUP BY ALL
;

-- Latency of edges over longer intervals, as before, with the workloads at both ends.
DROP VIEW IF EXISTS edges_latency_from_edges ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS edges_latency_from_edges ON CLUSTER 'two' TO edges_latency_local AS
SELECT
    seconds,
    toDateTime(intDiv(toUInt32(edges.time), seconds) * seconds, 'UTC') AS time,
    relation,
    reporter,
    source_service,
    source_version,
    source_workload,
    destination_service,
    destination_version,
    destination_workload,
    tenant,
    sum(edges.requests) AS requests,
    quantilesDDMergeState(0.01, 0.5, 0.9, 0.95, 0.99)(edges.duration_us) AS duration_us
FROM edges_local AS edges
ARRAY JOIN CAST([60, 300, 600, 1800, 3600], 'Array(UInt16)') AS seconds
GROUP BY ALL
;

-- Counters of calls in the stats of proxies, as before, with the workloads at both ends.
DROP VIEW IF EXISTS edges_counters_from_metrics_sum ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS edges_counters_from_metrics_sum ON CLUSTER 'two' TO edges_counters_local AS
SELECT
    toStartOfMinute(toDateTime(at)) AS time,
    series,
    tenant,
    proxy,
    measure,
    call.reporter AS reporter,
    call.source_cluster AS source_cluster,
    call.source_namespace AS source_namespace,
    call.source_service AS source_service,
    call.source_version AS source_version,
    any(workloads.source) AS source_workload,
    call.destination_kind AS destination_kind,
    call.destination_cluster AS destination_cluster,
    call.destination_namespace AS destination_namespace,
    call.destination_service AS destination_service,
    call.destination_version AS destination_version,
    any(workloads.destination) AS destination_workload,
    call.transport AS transport,
    call.security AS security,
    call.tls_reason AS tls_reason,
    call.response_code AS response_code,
    call.grpc_status AS grpc_status,
    call.response_flags AS response_flags,
    call.source_principal AS source_principal,
    call.destination_principal AS destination_principal,
    argMinState(value, at) AS first,
    argMaxState(value, at) AS last,
    max(value) AS highest
FROM
(
    SELECT
        metrics_sum.time AS at,
        tenant,
        cityHash64(metric, attributes, cluster, namespace, service, version, instance, tenant) AS series,
        cityHash64(cluster, namespace, service, instance, tenant) AS proxy,
        CAST(multiIf(
            metric IN ('istio_requests_total', 'response_total', 'cluster.upstream_rq', 'envoy_cluster_upstream_rq'), 'requests',
            metric IN ('istio_tcp_connections_opened_total', 'istio_tcp_connections_failed_total', 'tcp_open_total', 'cluster.upstream_cx_total', 'envoy_cluster_upstream_cx_total'), 'connections',
            metric = 'istio_tcp_sent_bytes_total', 'bytes_sent',
            metric = 'istio_tcp_received_bytes_total', 'bytes_received',
            metric IN ('cluster.upstream_cx_rx_bytes_total', 'envoy_cluster_upstream_cx_rx_bytes_total'), 'bytes_sent',
            metric IN ('cluster.upstream_cx_tx_bytes_total', 'envoy_cluster_upstream_cx_tx_bytes_total'), 'bytes_received',
            (metric = 'tcp_read_bytes_total') = (attributes['direction'] = 'outbound'), 'bytes_sent',
            'bytes_received'), 'Enum8(\'requests\' = 1, \'connections\' = 2, \'bytes_sent\' = 3, \'bytes_received\' = 4, \'open\' = 5)')
        AS measure,
        multiIf(
            startsWith(metric, 'istio_'), meshhub_istio_call(attributes, metric = 'istio_tcp_connections_failed_total'),
            attributes['direction'] != '', meshhub_linkerd_call(attributes, cluster, namespace, service, version, startsWith(metric, 'tcp_')),
            meshhub_envoy_call(attributes, cluster, namespace, service, version, metric NOT LIKE '%upstream_rq'))
        AS call,
        meshhub_counter_workloads(attributes, resource_attributes, instance) AS workloads,
        value
    FROM metrics_sum_local AS metrics_sum
    WHERE metric IN ('istio_requests_total', 'istio_tcp_connections_opened_total', 'istio_tcp_connections_failed_total',
            'istio_tcp_sent_bytes_total', 'istio_tcp_received_bytes_total', 'response_total', 'tcp_open_total',
            'tcp_read_bytes_total', 'tcp_write_bytes_total', 'cluster.upstream_rq', 'cluster.upstream_cx_total',
            'cluster.upstream_cx_rx_bytes_total', 'cluster.upstream_cx_tx_bytes_total', 'envoy_cluster_upstream_rq',
            'envoy_cluster_upstream_cx_total', 'envoy_cluster_upstream_cx_rx_bytes_total',
            'envoy_cluster_upstream_cx_tx_bytes_total')
        AND temporality = 'cumulative'
        AND multiIf(
            startsWith(metric, 'istio_'), attributes['reporter'] IN ('source', 'destination', 'waypoint'),
            metric = 'response_total', attributes['direction'] IN ('inbound', 'outbound'),
            startsWith(metric, 'tcp_'), (attributes['direction'], attributes['peer']) IN (('outbound', 'dst'), ('inbound', 'src')),
            endsWith(metric, 'upstream_rq'), attributes['envoy.response_code'] != '' OR attributes['envoy_response_code'] != '' OR attributes['response_code'] != '',
            true)
        AND NOT endsWith(attributes['target_addr'], ':4191')
)
WHERE isFinite(value) AND value >= 0 AND call.destination_kind != 'local'
    AND (call.source_service != '' OR call.destination_service != '' OR call.destination_kind != '')
GROUP BY time, series, tenant, proxy, measure, call.reporter, call.source_cluster, call.source_namespace, call.source_service, call.source_version, call.destination_kind, call.destination_cluster, call.destination_namespace, call.destination_service,
    call.destination_version, call.transport, call.security, call.tls_reason, call.response_code, call.grpc_status, call.response_flags, call.source_principal, call.destination_principal
;

-- Connections that are open, as before, with the workloads at both ends.
DROP VIEW IF EXISTS edges_counters_from_metrics_gauge ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS edges_counters_from_metrics_gauge ON CLUSTER 'two' TO edges_counters_local AS
SELECT
    toStartOfMinute(toDateTime(at)) AS time,
    series,
    tenant,
    proxy,
    measure,
    call.reporter AS reporter,
    call.source_cluster AS source_cluster,
    call.source_namespace AS source_namespace,
    call.source_service AS source_service,
    call.source_version AS source_version,
    any(workloads.source) AS source_workload,
    call.destination_kind AS destination_kind,
    call.destination_cluster AS destination_cluster,
    call.destination_namespace AS destination_namespace,
    call.destination_service AS destination_service,
    call.destination_version AS destination_version,
    any(workloads.destination) AS destination_workload,
    call.transport AS transport,
    call.security AS security,
    call.tls_reason AS tls_reason,
    call.response_code AS response_code,
    call.grpc_status AS grpc_status,
    call.response_flags AS response_flags,
    call.source_principal AS source_principal,
    call.destination_principal AS destination_principal,
    argMinState(value, at) AS first,
    argMaxState(value, at) AS last,
    max(value) AS highest
FROM
(
    SELECT
        metrics_gauge.time AS at,
        tenant,
        cityHash64(metric, attributes, cluster, namespace, service, version, instance, tenant) AS series,
        cityHash64(cluster, namespace, service, instance, tenant) AS proxy,
        CAST('open', 'Enum8(\'requests\' = 1, \'connections\' = 2, \'bytes_sent\' = 3, \'bytes_received\' = 4, \'open\' = 5)')
        AS measure,
        meshhub_linkerd_call(attributes, cluster, namespace, service, version, true)
        AS call,
        meshhub_counter_workloads(attributes, resource_attributes, instance) AS workloads,
        value
    FROM metrics_gauge_local AS metrics_gauge
    WHERE metric = 'tcp_open_connections'
        AND (attributes['direction'], attributes['peer']) IN (('outbound', 'dst'), ('inbound', 'src'))
        AND NOT endsWith(attributes['target_addr'], ':4191')
)
WHERE isFinite(value) AND value >= 0 AND call.destination_kind != 'local'
    AND (call.source_service != '' OR call.destination_service != '' OR call.destination_kind != '')
GROUP BY time, series, tenant, proxy, measure, call.reporter, call.source_cluster, call.source_namespace, call.source_service, call.source_version, call.destination_kind, call.destination_cluster, call.destination_namespace, call.destination_service,
    call.destination_version, call.transport, call.security, call.tls_reason, call.response_code, call.grpc_status, call.response_flags, call.source_principal, call.destination_principal
;

-- How a call ended by its span: Tuple(transport, response_code, grpc_status), as edges have them. Envoy's spans say the HTTP
-- status or that there was none. OpenTelemetry's semantic conventions have an HTTP status or a gRPC status; a span with neither
-- (of a database, a queue, a framework of one's own) has OTLP's status only: it counts as 500 if that is an error, else as 200.
CREATE OR REPLACE FUNCTION meshhub_span_outcome ON CLUSTER 'two' AS (component, response_code, status_code, attributes) -> CAST(
    multiIf(
        response_code != 0 AND attributes['rpc.grpc.status_code'] = '' OR component = 'proxy',
        ('http', response_code, -1),
        attributes['rpc.grpc.status_code'] != '' OR attributes['rpc.system'] = 'grpc' OR attributes['rpc.system.name'] = 'grpc',
        ('grpc', 200, toInt8OrDefault(attributes['rpc.grpc.status_code'], toInt8(if(status_code = 'error', 2, 0)))),
        ('http', if(status_code = 'error', 500, 200), -1)),
    'Tuple(transport Enum8(\'http\' = 1, \'grpc\' = 2, \'tcp\' = 3), response_code UInt16, grpc_status Int8)')
;

-- Edges as spans report them, as before, with how the call ended where there is no HTTP status: calls of databases and queues
-- that went well were requests without an answer.
DROP VIEW IF EXISTS edges_from_spans ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS edges_from_spans ON CLUSTER 'two' TO edges_local AS
SELECT
    toStartOfInterval(toDateTime(spans.time), INTERVAL 10 SECOND) AS time,
    tenant,
    'span' AS signal,
    if(taken, 'server', 'client') AS reporter,
    if(taken, concat('queue/', queue), '') AS source_role,
    if(taken, '', cluster) AS source_cluster,
    if(taken, '', namespace) AS source_namespace,
    if(taken, peer, toString(service)) AS source_service,
    if(taken, '', version) AS source_version,
    if(taken, '', workload) AS source_workload,
    if(taken, 'service', destination.kind) AS destination_kind,
    if(taken, toString(cluster), destination.cluster) AS destination_cluster,
    if(taken, toString(namespace), destination.namespace) AS destination_namespace,
    if(taken, toString(service), destination.service) AS destination_service,
    if(taken, toString(version), destination.version) AS destination_version,
    if(taken, workload, '') AS destination_workload,
    outcome.transport AS transport,
    'unknown' AS security,
    outcome.response_code AS response_code,
    outcome.grpc_status AS grpc_status,
    if(response_flags = '-', '', response_flags) AS response_flags,
    '' AS source_principal,
    '' AS destination_principal,
    count() AS requests,
    count() AS attempts,
    sum(response_size) AS bytes_sent,
    sum(request_size) AS bytes_received,
    sum(intDiv(duration_ns, 1000)) AS duration_us_sum,
    quantilesDDState(0.01, 0.5, 0.9, 0.95, 0.99)(intDiv(duration_ns, 1000)) AS duration_us
FROM
(
    SELECT
        time, tenant, cluster, namespace, service, version, response_flags, response_size, request_size,
        duration_ns,
        kind = 'consumer' AS taken,
        meshhub_span_outcome(component, response_code, status_code, attributes) AS outcome,
        meshhub_workload_name(resource_attributes, instance) AS workload,
        if(attributes['db.system.name'] = '', attributes['db.system'], attributes['db.system.name']) AS database,
        attributes['messaging.system'] AS queue,
        arrayFirst(text -> text != '', [attributes['peer.service'], attributes['server.address'],
            attributes['net.peer.name'], if(queue = '', attributes['db.namespace'], attributes['messaging.destination.name']),
            concat(database, queue)]) AS peer,
        arrayMap(name -> meshhub_destination(name), [toLowCardinality(
            if(upstream_cluster IN ('', '-'), peer, toString(upstream_cluster)))])[1] AS named,
        multiIf(
            database != '', (concat('database/', database), '', '', peer, ''),
            queue != '', (concat('queue/', queue), '', '', peer, ''),
            (named.kind, named.cluster, named.namespace, named.service, named.version)
        )::Tuple(kind String, cluster String, namespace String, service String, version String) AS destination
    FROM spans_local
    WHERE kind IN ('client', 'producer', 'consumer') AND (kind != 'consumer' OR attributes['messaging.system'] != '')
) AS spans
WHERE if(taken, service, destination.service) != ''
GROUP BY ALL
;

-- The stats of proxies from which calls are counted, on their way to edges_counters. Keeps nothing itself. The engine plans a
-- view only for what comes to it: most metrics are of something else, and to plan the view behind this table takes longer
-- than to store them.
CREATE TABLE IF NOT EXISTS mesh_stats ON CLUSTER 'two'
(
    time DateTime64(3, 'UTC'),
    tenant LowCardinality(String),
    cluster LowCardinality(String),
    namespace LowCardinality(String),
    service LowCardinality(String),
    version LowCardinality(String),
    instance LowCardinality(String),
    metric LowCardinality(String),
    attributes Map(LowCardinality(String), String),
    resource_attributes LowCardinality(String),
    value Float64
)
ENGINE = Null
;

-- Counters of calls, and connections that are open, from what the stats of proxies say of calls.
CREATE MATERIALIZED VIEW IF NOT EXISTS edges_counters_from_mesh_stats ON CLUSTER 'two' TO edges_counters_local AS
SELECT
    toStartOfMinute(toDateTime(at)) AS time,
    series,
    tenant,
    proxy,
    measure,
    call.reporter AS reporter,
    call.source_cluster AS source_cluster,
    call.source_namespace AS source_namespace,
    call.source_service AS source_service,
    call.source_version AS source_version,
    any(workloads.source) AS source_workload,
    call.destination_kind AS destination_kind,
    call.destination_cluster AS destination_cluster,
    call.destination_namespace AS destination_namespace,
    call.destination_service AS destination_service,
    call.destination_version AS destination_version,
    any(workloads.destination) AS destination_workload,
    call.transport AS transport,
    call.security AS security,
    call.tls_reason AS tls_reason,
    call.response_code AS response_code,
    call.grpc_status AS grpc_status,
    call.response_flags AS response_flags,
    call.source_principal AS source_principal,
    call.destination_principal AS destination_principal,
    argMinState(value, at) AS first,
    argMaxState(value, at) AS last,
    max(value) AS highest
FROM
(
    SELECT
        mesh_stats.time AS at,
        tenant,
        cityHash64(metric, attributes, cluster, namespace, service, version, instance, tenant) AS series,
        cityHash64(cluster, namespace, service, instance, tenant) AS proxy,
        CAST(multiIf(
            metric IN ('istio_requests_total', 'response_total', 'cluster.upstream_rq', 'envoy_cluster_upstream_rq'), 'requests',
            metric IN ('istio_tcp_connections_opened_total', 'istio_tcp_connections_failed_total', 'tcp_open_total', 'cluster.upstream_cx_total', 'envoy_cluster_upstream_cx_total'), 'connections',
            metric = 'istio_tcp_sent_bytes_total', 'bytes_sent',
            metric = 'istio_tcp_received_bytes_total', 'bytes_received',
            metric IN ('cluster.upstream_cx_rx_bytes_total', 'envoy_cluster_upstream_cx_rx_bytes_total'), 'bytes_sent',
            metric IN ('cluster.upstream_cx_tx_bytes_total', 'envoy_cluster_upstream_cx_tx_bytes_total'), 'bytes_received',
            metric = 'tcp_open_connections', 'open',
            (metric = 'tcp_read_bytes_total') = (attributes['direction'] = 'outbound'), 'bytes_sent',
            'bytes_received'), 'Enum8(\'requests\' = 1, \'connections\' = 2, \'bytes_sent\' = 3, \'bytes_received\' = 4, \'open\' = 5)')
        AS measure,
        multiIf(
            startsWith(metric, 'istio_'), meshhub_istio_call(attributes, metric = 'istio_tcp_connections_failed_total'),
            attributes['direction'] != '', meshhub_linkerd_call(attributes, cluster, namespace, service, version, startsWith(metric, 'tcp_')),
            meshhub_envoy_call(attributes, cluster, namespace, service, version, metric NOT LIKE '%upstream_rq'))
        AS call,
        meshhub_counter_workloads(attributes, resource_attributes, instance) AS workloads,
        value
    FROM mesh_stats
)
WHERE call.destination_kind != 'local'
    AND (call.source_service != '' OR call.destination_service != '' OR call.destination_kind != '')
GROUP BY time, series, tenant, proxy, measure, call.reporter, call.source_cluster, call.source_namespace, call.source_service, call.source_version, call.destination_kind, call.destination_cluster, call.destination_namespace, call.destination_service,
    call.destination_version, call.transport, call.security, call.tls_reason, call.response_code, call.grpc_status, call.response_flags, call.source_principal, call.destination_principal
;

-- Counters of requests, connections and bytes by caller and callee.
DROP VIEW IF EXISTS edges_counters_from_metrics_sum ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS mesh_stats_from_metrics_sum ON CLUSTER 'two' TO mesh_stats AS
SELECT
    metrics_sum.time AS time,
    tenant,
    cluster,
    namespace,
    service,
    version,
    instance,
    metric,
    attributes,
    resource_attributes,
    value
FROM metrics_sum_local AS metrics_sum
WHERE metric IN ('istio_requests_total', 'istio_tcp_connections_opened_total', 'istio_tcp_connections_failed_total',
        'istio_tcp_sent_bytes_total', 'istio_tcp_received_bytes_total', 'response_total', 'tcp_open_total',
        'tcp_read_bytes_total', 'tcp_write_bytes_total', 'cluster.upstream_rq', 'cluster.upstream_cx_total',
        'cluster.upstream_cx_rx_bytes_total', 'cluster.upstream_cx_tx_bytes_total', 'envoy_cluster_upstream_rq',
        'envoy_cluster_upstream_cx_total', 'envoy_cluster_upstream_cx_rx_bytes_total',
        'envoy_cluster_upstream_cx_tx_bytes_total')
    AND temporality = 'cumulative'
    AND multiIf(
        startsWith(metric, 'istio_'), attributes['reporter'] IN ('source', 'destination', 'waypoint'),
        metric = 'response_total', attributes['direction'] IN ('inbound', 'outbound'),
        startsWith(metric, 'tcp_'), (attributes['direction'], attributes['peer']) IN (('outbound', 'dst'), ('inbound', 'src')),
        endsWith(metric, 'upstream_rq'), attributes['envoy.response_code'] != '' OR attributes['envoy_response_code'] != '' OR attributes['response_code'] != '',
        true)
    AND NOT endsWith(attributes['target_addr'], ':4191')
    AND isFinite(value) AND value >= 0
;

-- Connections that are open by caller and callee.
DROP VIEW IF EXISTS edges_counters_from_metrics_gauge ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS mesh_stats_from_metrics_gauge ON CLUSTER 'two' TO mesh_stats AS
SELECT
    metrics_gauge.time AS time,
    tenant,
    cluster,
    namespace,
    service,
    version,
    instance,
    metric,
    attributes,
    resource_attributes,
    value
FROM metrics_gauge_local AS metrics_gauge
WHERE metric = 'tcp_open_connections'
    AND (attributes['direction'], attributes['peer']) IN (('outbound', 'dst'), ('inbound', 'src'))
    AND NOT endsWith(attributes['target_addr'], ':4191')
    AND isFinite(value) AND value >= 0
;

-- Request ids of access_logs, as before: made anew, as a view whose query was modified counts a repeated segment twice.
DROP VIEW IF EXISTS request_index_from_access_logs ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS request_index_from_access_logs ON CLUSTER 'two' TO request_index_local AS
SELECT DISTINCT
    sipHash64(request_id) AS request_hash,
    if(trace_id = toFixedString('', 16), toDateTime(time, 'UTC'), toStartOfFiveMinutes(toDateTime(time, 'UTC'))) AS bucket,
    trace_id
FROM access_logs_local
WHERE request_id != ''
;

-- Request ids of logs, as before: made anew, as a view whose query was modified counts a repeated segment twice.
DROP VIEW IF EXISTS request_index_from_logs ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS request_index_from_logs ON CLUSTER 'two' TO request_index_local AS
SELECT DISTINCT
    sipHash64(request_id) AS request_hash,
    if(trace_id = toFixedString('', 16), toDateTime(time, 'UTC'), toStartOfFiveMinutes(toDateTime(time, 'UTC'))) AS bucket,
    trace_id
FROM logs_local
WHERE request_id != ''
;

-- What the processes of one hub agreed on, in order: entries of logs by name, each position written once (by its
-- deduplication token: docs/adr/0013). Answers: what came after a position, and what was last. One copy on every node of
-- a cluster. Kept until a snapshot stands for it.
CREATE TABLE IF NOT EXISTS shared_log ON CLUSTER 'two'
(
    name String COMMENT 'which log: "alerting", "lease/alerting", …',
    position UInt64 COMMENT 'from 1, without gaps',
    writer String COMMENT 'who wrote it: an id made for this one attempt',
    at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'when, by the clock of the engine',
    body String CODEC(ZSTD(1)) COMMENT 'JSON'
)
ENGINE = ReplicatedMergeTree('/clickhouse/{database}/{table}', '{shard}-{replica}')
ORDER BY (name, position)
SETTINGS replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
;

-- What a shared log came to, up to a position: who begins, or was away for long, goes on from there. Answers: the newest
-- one of a log. One copy on every node of a cluster.
CREATE TABLE IF NOT EXISTS shared_snapshots ON CLUSTER 'two'
(
    name String COMMENT 'which log',
    position UInt64 COMMENT 'of the last entry that is in it',
    body String CODEC(ZSTD(1)) COMMENT 'an SQLite file, deflated, as base64'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/{database}/{table}', '{shard}-{replica}', position)
ORDER BY name
SETTINGS replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
;

-- What each process of the hub says of itself every few seconds. Answers: which processes there are, how they are, and
-- what only they know (the proxies of the ads role). One copy on every node of a cluster.
CREATE TABLE IF NOT EXISTS hub_reports ON CLUSTER 'two'
(
    instance String COMMENT 'one run of a process',
    kind LowCardinality(String) COMMENT 'what the body is: "process", "ads"',
    at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'when, by the clock of the engine',
    body String CODEC(ZSTD(1)) COMMENT 'JSON'
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/{database}/{table}', '{shard}-{replica}', at)
ORDER BY (instance, kind)
TTL toDateTime(at) + toIntervalDay(1)
;

-- Edges as access logs report them, as before, with their latency in buckets.
DROP VIEW IF EXISTS edges_from_access_logs ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS edges_from_access_logs ON CLUSTER 'two' TO edges_local AS
WITH meshhub_workload_name(resource_attributes, instance) AS workload
SELECT
    toStartOfInterval(toDateTime(access_logs.time), INTERVAL 10 SECOND) AS time,
    tenant,
    'access_log' AS signal,
    reporter,
    if(reporter = 'server', '', role) AS source_role,
    source_cluster,
    source_namespace,
    source_service,
    source_version,
    if(reporter = 'server', replaceRegexpOne(attributes['source_workload'], '^(?:unknown|-)$', ''), workload) AS source_workload,
    destination_kind,
    destination_cluster,
    destination_namespace,
    destination_service,
    destination_version,
    if(reporter = 'server', workload, replaceRegexpOne(attributes['destination_workload'], '^(?:unknown|-)$', '')) AS destination_workload,
    transport,
    security,
    response_code,
    grpc_status,
    response_flags,
    anyLast(access_logs.source_principal) AS source_principal,
    anyLast(access_logs.destination_principal) AS destination_principal,
    count() AS requests,
    sum(greatest(request_attempts, 1)) AS attempts,
    sum(access_logs.bytes_sent) AS bytes_sent,
    sum(access_logs.bytes_received) AS bytes_received,
    sum(access_logs.duration_us) AS duration_us_sum,
    sumMap(map(meshhub_latency_bucket(access_logs.duration_us), toUInt64(1))) AS duration_buckets
FROM access_logs_local AS access_logs
WHERE log_type NOT IN ('DownstreamStart', 'DownstreamPeriodic', 'TcpConnectionStart', 'TcpUpstreamConnected', 'TcpPeriodic',
    'UpstreamPoolReady', 'UpstreamPeriodic', 'UpstreamEnd', 'DownstreamTunnelSuccessfullyEstablished',
    'UdpTunnelUpstreamConnected', 'UdpPeriodic', 'UdpSessionEnd') AND destination_kind != 'local'
GROUP BY ALL
;

-- Edges as spans report them, as before, with their latency in buckets.
DROP VIEW IF EXISTS edges_from_spans ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS edges_from_spans ON CLUSTER 'two' TO edges_local AS
SELECT
    toStartOfInterval(toDateTime(spans.time), INTERVAL 10 SECOND) AS time,
    tenant,
    'span' AS signal,
    if(taken, 'server', 'client') AS reporter,
    if(taken, concat('queue/', queue), '') AS source_role,
    if(taken, '', cluster) AS source_cluster,
    if(taken, '', namespace) AS source_namespace,
    if(taken, peer, toString(service)) AS source_service,
    if(taken, '', version) AS source_version,
    if(taken, '', workload) AS source_workload,
    if(taken, 'service', destination.kind) AS destination_kind,
    if(taken, toString(cluster), destination.cluster) AS destination_cluster,
    if(taken, toString(namespace), destination.namespace) AS destination_namespace,
    if(taken, toString(service), destination.service) AS destination_service,
    if(taken, toString(version), destination.version) AS destination_version,
    if(taken, workload, '') AS destination_workload,
    outcome.transport AS transport,
    'unknown' AS security,
    outcome.response_code AS response_code,
    outcome.grpc_status AS grpc_status,
    if(response_flags = '-', '', response_flags) AS response_flags,
    '' AS source_principal,
    '' AS destination_principal,
    count() AS requests,
    count() AS attempts,
    sum(response_size) AS bytes_sent,
    sum(request_size) AS bytes_received,
    sum(intDiv(duration_ns, 1000)) AS duration_us_sum,
    sumMap(map(meshhub_latency_bucket(intDiv(duration_ns, 1000)), toUInt64(1))) AS duration_buckets
FROM
(
    SELECT
        time, tenant, cluster, namespace, service, version, response_flags, response_size, request_size,
        duration_ns,
        kind = 'consumer' AS taken,
        meshhub_span_outcome(component, response_code, status_code, attributes) AS outcome,
        meshhub_workload_name(resource_attributes, instance) AS workload,
        if(attributes['db.system.name'] = '', attributes['db.system'], attributes['db.system.name']) AS database,
        attributes['messaging.system'] AS queue,
        arrayFirst(text -> text != '', [attributes['peer.service'], attributes['server.address'],
            attributes['net.peer.name'], if(queue = '', attributes['db.namespace'], attributes['messaging.destination.name']),
            concat(database, queue)]) AS peer,
        arrayMap(name -> meshhub_destination(name), [toLowCardinality(
            if(upstream_cluster IN ('', '-'), peer, toString(upstream_cluster)))])[1] AS named,
        multiIf(
            database != '', (concat('database/', database), '', '', peer, ''),
            queue != '', (concat('queue/', queue), '', '', peer, ''),
            (named.kind, named.cluster, named.namespace, named.service, named.version)
        )::Tuple(kind String, cluster String, namespace String, service String, version String) AS destination
    FROM spans_local
    WHERE kind IN ('client', 'producer', 'consumer') AND (kind != 'consumer' OR attributes['messaging.system'] != '')
) AS spans
WHERE if(taken, service, destination.service) != ''
GROUP BY ALL
;

-- Edges added up over longer intervals, as before, and their latency with them.
DROP VIEW IF EXISTS edges_rollup_from_edges ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS edges_rollup_from_edges ON CLUSTER 'two' TO edges_rollup_local AS
SELECT
    seconds,
    toDateTime(intDiv(toUInt32(edges.time), seconds) * seconds, 'UTC') AS time,
    tenant,
    signal,
    reporter,
    source_role,
    source_cluster,
    source_namespace,
    source_service,
    source_version,
    source_workload,
    destination_kind,
    destination_cluster,
    destination_namespace,
    destination_service,
    destination_version,
    destination_workload,
    transport,
    security,
    response_code,
    grpc_status,
    response_flags,
    any(edges.relation) AS relation,
    any(edges.outcome) AS outcome,
    anyLast(edges.source_principal) AS source_principal,
    anyLast(edges.destination_principal) AS destination_principal,
    min(edges.time) AS first_seen,
    max(edges.time) AS last_seen,
    sum(edges.requests) AS requests,
    sum(edges.attempts) AS attempts,
    sum(edges.bytes_sent) AS bytes_sent,
    sum(edges.bytes_received) AS bytes_received,
    sum(edges.duration_us_sum) AS duration_us_sum,
    sumMap(edges.duration_buckets) AS duration_buckets
FROM edges_local AS edges
ARRAY JOIN CAST([60, 300, 600, 1800, 3600], 'Array(UInt16)') AS seconds
GROUP BY ALL
;

-- Latency is in edges_rollup: no sketches beside it.
DROP VIEW IF EXISTS edges_latency_from_edges ON CLUSTER 'two';

DROP TABLE IF EXISTS edges_latency ON CLUSTER 'two';

DROP TABLE IF EXISTS edges_latency_local ON CLUSTER 'two'
;

-- The sketches of edges are gone: nothing reads them.
-- shard key: cityHash64(source_service, destination_service)
ALTER TABLE edges_local ON CLUSTER 'two'
    DROP COLUMN IF EXISTS duration_us
;

CREATE OR REPLACE TABLE edges ON CLUSTER 'two' AS edges_local ENGINE = Distributed('two', currentDatabase(), edges_local, cityHash64(source_service, destination_service));

-- Gauges of the callers' pools: hosts that are ejected, circuit breakers that are open, as before, and what is open and under
-- way: connections and requests.
DROP VIEW IF EXISTS edges_stats_from_metrics_gauge ON CLUSTER 'two';

CREATE MATERIALIZED VIEW IF NOT EXISTS edges_stats_from_metrics_gauge ON CLUSTER 'two' TO edges_stats_local AS
SELECT
    toStartOfMinute(toDateTime(metrics_gauge.time)) AS time,
    tenant,
    cluster,
    namespace,
    service,
    instance,
    attributes['envoy.cluster_name'] AS upstream,
    substring(metrics_gauge.metric, 9) AS metric,
    toDateTime64(0, 3, 'UTC') AS start_time,
    min(value) AS lowest,
    max(value) AS highest
FROM metrics_gauge_local AS metrics_gauge
WHERE metrics_gauge.metric IN ('cluster.outlier_detection.ejections_active', 'cluster.circuit_breakers.default.cx_open',
    'cluster.circuit_breakers.default.rq_open', 'cluster.circuit_breakers.default.rq_pending_open',
    'cluster.circuit_breakers.default.rq_retry_open', 'cluster.circuit_breakers.cx_open',
    'cluster.circuit_breakers.rq_open', 'cluster.circuit_breakers.rq_pending_open',
    'cluster.circuit_breakers.rq_retry_open', 'cluster.upstream_cx_active', 'cluster.upstream_rq_active') AND value > 0 AND attributes['envoy.cluster_name'] != ''
GROUP BY ALL
;

ALTER TABLE spans_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE spans_local ON CLUSTER 'two' MODIFY TTL toDateTime(time) + toIntervalDay(7);

ALTER TABLE access_logs_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE access_logs_local ON CLUSTER 'two' MODIFY TTL toDateTime(time) + toIntervalDay(14);

ALTER TABLE logs_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE logs_local ON CLUSTER 'two' MODIFY TTL toDateTime(time) + toIntervalDay(7);

ALTER TABLE request_index_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE request_index_local ON CLUSTER 'two' MODIFY TTL bucket + toIntervalDay(14);

ALTER TABLE trace_index_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE trace_index_local ON CLUSTER 'two' MODIFY TTL bucket + toIntervalDay(14);

ALTER TABLE edges_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE edges_local ON CLUSTER 'two' MODIFY TTL time + toIntervalDay(90);

ALTER TABLE attribute_catalogue_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE attribute_catalogue_local ON CLUSTER 'two' MODIFY TTL day + toIntervalDay(14);

ALTER TABLE metrics_gauge_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE metrics_gauge_local ON CLUSTER 'two' MODIFY TTL toDateTime(time) + toIntervalDay(14);

ALTER TABLE metrics_sum_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE metrics_sum_local ON CLUSTER 'two' MODIFY TTL toDateTime(time) + toIntervalDay(14);

ALTER TABLE metrics_histogram_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE metrics_histogram_local ON CLUSTER 'two' MODIFY TTL toDateTime(time) + toIntervalDay(14);

ALTER TABLE metrics_exponential_histogram_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE metrics_exponential_histogram_local ON CLUSTER 'two' MODIFY TTL toDateTime(time) + toIntervalDay(14);

ALTER TABLE metrics_summary_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE metrics_summary_local ON CLUSTER 'two' MODIFY TTL toDateTime(time) + toIntervalDay(14);

ALTER TABLE request_minutes_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE request_minutes_local ON CLUSTER 'two' MODIFY TTL time + toIntervalDay(45);

ALTER TABLE edges_rollup_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE edges_rollup_local ON CLUSTER 'two' MODIFY TTL time + toIntervalDay(90);

ALTER TABLE edges_stats_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE edges_stats_local ON CLUSTER 'two' MODIFY TTL time + toIntervalDay(90);

ALTER TABLE span_operations_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE span_operations_local ON CLUSTER 'two' MODIFY TTL day + toIntervalDay(7);

ALTER TABLE edges_counters_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE edges_counters_local ON CLUSTER 'two' MODIFY TTL time + toIntervalDay(90);

ALTER TABLE metrics_metadata_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1;

ALTER TABLE metrics_metadata_local ON CLUSTER 'two' MODIFY TTL received + toIntervalDay(14);
