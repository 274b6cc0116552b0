-- Where an upstream cluster (or a host name) leads: Tuple(kind, cluster, namespace, service, version).
-- Kinds: 'service', 'external', 'local' (the proxy's own application), 'passthrough' (the proxy did not know), ''.
-- Forms (docs/reference/identity.md):
--   outbound|9080|v1|reviews.bookinfo.svc.cluster.local, outbound_.9080_.v1_.reviews.bookinfo...   Istio
--   [v1.]web.default.dc1.internal.<trust domain>.consul                                            Consul
--   demo-app_kuma-demo_svc_5000                                                                    Kuma
--   external|host                                                                                  meshhub's wiring
--   reviews.shop, reviews.shop.svc.cluster.local, reviews                                          plain Envoy, hosts
CREATE OR REPLACE FUNCTION meshhub_destination ${on_cluster} AS (name) -> CAST(
    multiIf(
        name IN ('', '-'),
        ('', '', '', '', ''),
        name IN ('PassthroughCluster', 'InboundPassthroughCluster', 'InboundPassthroughClusterIpv4',
            'InboundPassthroughClusterIpv6', 'BlackHoleCluster', 'original-destination'),
        ('passthrough', '', '', '', ''),
        match(name, '^inbound[|_]|^local_app$|^localhost_'),
        ('local', '', '', '', ''),
        startsWith(name, 'external|'),
        ('external', '', '', substring(name, 10), ''),
        match(name, '^outbound(_\\.[0-9]+_\\.[^|]*_\\.|\\|[0-9]+\\|[^|]*\\|)[^.|]+\\.[^.|]+\\.svc(\\.|$)'),
        (
            'service', '',
            extract(name, '(?:_\\.|\\|)[^.|]+\\.([^.|]+)\\.svc(?:\\.|$)'),
            extract(name, '(?:_\\.|\\|)([^.|]+)\\.[^.|]+\\.svc(?:\\.|$)'),
            extract(name, '^outbound(?:_\\.[0-9]+_\\.|\\|[0-9]+\\|)(.*?)(?:_\\.|\\|)[^.|]+\\.[^.|]+\\.svc')
        ),
        match(name, '^outbound(_\\.|\\|)'),
        ('external', '', '', extract(name, '(?:_\\.|\\|)([^|]+)$'), ''),
        match(name, '\\.internal(-v1)?\\.[^.]+\\.consul$'),
        (
            'service',
            extract(name, '([^.]+)\\.internal(?:-v1)?\\.[^.]+\\.consul$'),
            extract(name, '([^.]+)\\.[^.]+\\.internal(?:-v1)?\\.[^.]+\\.consul$'),
            extract(name, '([^.]+)\\.[^.]+\\.[^.]+\\.internal(?:-v1)?\\.[^.]+\\.consul$'),
            extract(name, '^([^.]+)\\.[^.]+\\.[^.]+\\.[^.]+\\.internal(?:-v1)?\\.[^.]+\\.consul$')
        ),
        match(name, '^.+_.+_svc(_[0-9]+)?$'),
        ('service', '', extract(name, '^.+_(.+)_svc(?:_[0-9]+)?$'), extract(name, '^(.+)_.+_svc(?:_[0-9]+)?$'), ''),
        match(name, '^[^.:]+\\.[^.:]+(\\.svc(\\..+)?)?(:[0-9]+)?$'),
        ('service', '', extract(name, '^[^.:]+\\.([^.:]+)'), extract(name, '^([^.:]+)'), ''),
        match(name, '^[^.:]+(:[0-9]+)?$'),
        ('service', '', '', extract(name, '^([^.:]+)'), ''),
        ('external', '', '', replaceRegexpOne(name, ':[0-9]+$', ''), '')
    ),
    'Tuple(kind String, cluster String, namespace String, service String, version String)')
