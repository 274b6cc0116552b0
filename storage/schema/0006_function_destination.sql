-- Where an upstream cluster (or a host name) leads: Tuple(kind, cluster, namespace, service, version).
-- Kinds: 'service', 'external', 'local' (the proxy's own application), 'passthrough' (the proxy did not know, or knew an
-- address only), '' (the name says nothing). Each form with an example, and what it gives: docs/reference/identity.md.
CREATE OR REPLACE FUNCTION meshhub_destination ${on_cluster} AS (name) -> CAST(
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
