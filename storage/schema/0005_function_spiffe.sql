-- What a SPIFFE id says of a workload: Tuple(namespace, service). Forms (docs/reference/identity.md):
--   spiffe://<trust domain>/ns/<namespace>/sa/<service account>     Istio, OpenShift, Linkerd, meshhub's own wiring
--   spiffe://<trust domain>/ns/<namespace>/dc/<dc>/svc/<service>    Consul
--   spiffe://<mesh>/<service>                                       Kuma
CREATE OR REPLACE FUNCTION meshhub_spiffe ${on_cluster} AS (uri) -> CAST(
    (
        extract(uri, '^spiffe://[^/]+/(?:ap/[^/]+/)?ns/([^/]+)'),
        extract(uri, '^spiffe://[^/]+/(?:.*/(?:sa|svc)/)?([^/]+)$')
    ),
    'Tuple(namespace String, service String)')
