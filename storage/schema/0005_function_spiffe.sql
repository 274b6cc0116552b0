-- What the identity in a certificate says of a workload: Tuple(cluster, namespace, service). Of several, separated by
-- commas, the first counts. Forms (docs/reference/identity.md):
--   spiffe://<trust domain>/ns/<namespace>/sa/<service account>               Istio, Kuma's MeshIdentity, meshhub's wiring
--   spiffe://<trust domain>[/ap/<partition>]/ns/<namespace>/dc/<dc>/svc/<service>                                 Consul
--   spiffe://<mesh>/<service>, spiffe://<mesh>/<service>_<namespace>_svc_<port>                                     Kuma
--   <service account>.<namespace>.serviceaccount.identity.linkerd.<trust domain>                                 Linkerd
-- The patterns of one part exclude each other, so at most one text of a concat is not empty.
CREATE OR REPLACE FUNCTION meshhub_spiffe ${on_cluster} AS (identity) -> CAST(
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
