"""What each version of Istio can do (istio.io/api and istiod, version by version)."""

from dataclasses import dataclass

from envoy_config.intent import DataPlane, MeshKind

_OPENSHIFT = {"2.6": (1, 20), "3.0": (1, 24), "3.1": (1, 26), "3.2": (1, 27)}
"""The Istio that an OpenShift Service Mesh is made of. That of 3.2 is taken to be at least this one."""

_KNATIVE = (1, 28)
"""Knative brings no Istio of its own: what every Istio since 1.24 takes is emitted."""


@dataclass(frozen=True, slots=True)
class Release:
    """A version of Istio by what it can do."""

    version: tuple[int, int]

    @property
    def peer_objects(self) -> bool:
        """Peers as objects with fields (%FILTER_STATE(downstream_peer_obj:FIELD:workload)%); before, by CEL."""
        return self.version >= (1, 29)

    @property
    def formatter_tags(self) -> bool:
        """Custom tags of spans with command operators."""
        return self.version >= (1, 29)

    @property
    def service_enrichment(self) -> bool:
        """serviceAttributeEnrichment of the OpenTelemetry provider."""
        return self.version >= (1, 30)

    @property
    def zipkin_with_w3c(self) -> bool:
        """traceContextOption of the Zipkin provider."""
        return self.version >= (1, 28)

    @property
    def telemetry_v1(self) -> bool:
        """Telemetry as telemetry.istio.io/v1."""
        return self.version >= (1, 22)

    @property
    def path_operator(self) -> bool:
        """Envoy 1.36 or newer, which knows %PATH%."""
        return self.version >= (1, 28)


def release(mesh: DataPlane) -> Release:
    """The Istio of a mesh."""
    if mesh.kind is MeshKind.OPENSHIFT:
        return Release(_OPENSHIFT[mesh.release])
    if mesh.kind is MeshKind.KNATIVE:
        return Release(_KNATIVE)
    major, _, minor = mesh.release.partition(".")
    return Release((int(major), int(minor)))
