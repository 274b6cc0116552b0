"""MH017."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for each in estate.of("EnvoyFilter"):
        for patch in each.get("spec", "configPatches").items():
            if patch.get("applyTo").text == "BOOTSTRAP":
                yield Flaw(patch.get("applyTo"), "a patch of the bootstrap has no effect")


RULE = Rule(
    code="MH017",
    name="envoyfilter-bootstrap",
    severity=Severity.ERROR,
    title="An EnvoyFilter patches the bootstrap",
    why="applyTo: BOOTSTRAP has had no effect since Istio 1.21.",
    fix="Use the annotation sidecar.istio.io/bootstrapOverride with a ConfigMap in the pod's namespace; it "
    "counts after a restart.",
    find=find,
    bad="""
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: stats, namespace: istio-system}
spec:
  configPatches:
  - applyTo: BOOTSTRAP
    patch: {operation: MERGE, value: {stats_flush_interval: 10s}}
""",
    good="""
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: logs, namespace: istio-system}
spec:
  configPatches:
  - applyTo: NETWORK_FILTER
    patch: {operation: MERGE, value: {name: envoy.filters.network.http_connection_manager}}
""",
)
