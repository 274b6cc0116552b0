"""MH070."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for each in estate.of("MeshConfig", group="openservicemesh"):
        tracing = each.get("spec", "observability", "tracing")
        if tracing.get("enable").value is True and tracing.get("port").number in (4317, 4318):
            yield Flaw(tracing.get("port"), f"port {tracing.get('port').value} takes OTLP, and OSM sends Zipkin")


RULE = Rule(
    code="MH070",
    name="osm-otlp-port",
    severity=Severity.ERROR,
    title="Open Service Mesh sends Zipkin spans to a port of OTLP",
    why="Open Service Mesh speaks Zipkin v2 JSON and nothing else.",
    fix="Set port: 9411 and endpoint: /api/v2/spans.",
    find=find,
    bad="""
apiVersion: config.openservicemesh.io/v1alpha2
kind: MeshConfig
metadata: {name: osm-mesh-config, namespace: osm-system}
spec: {observability: {tracing: {enable: true, address: meshhub.observability.svc.cluster.local, port: 4318}}}
""",
    good="""
apiVersion: config.openservicemesh.io/v1alpha2
kind: MeshConfig
metadata: {name: osm-mesh-config, namespace: osm-system}
spec:
  observability:
    tracing: {enable: true, address: meshhub.observability.svc.cluster.local, port: 9411, endpoint: /api/v2/spans}
""",
)
