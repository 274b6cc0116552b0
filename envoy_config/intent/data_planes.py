"""The meshes that have a control plane of their own: what they are, and what the hub wants of them."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from envoy_config.intent.hub import Signals
from envoy_config.intent.names import Label, Percent, TrustDomain, Word, matching
from envoy_config.intent.part import Part


class MeshKind(StrEnum):
    """What a mesh is made with."""

    ENVOY = "envoy"
    ISTIO = "istio"
    ISTIO_AMBIENT = "istio-ambient"
    LINKERD = "linkerd"
    CONSUL = "consul"
    KUMA = "kuma"
    OPENSHIFT = "openshift"
    APP_MESH = "aws-app-mesh"
    OPEN_SERVICE_MESH = "open-service-mesh"
    NETWORK_SERVICE_MESH = "network-service-mesh"
    KNATIVE = "knative"


VERSIONS: dict[MeshKind, tuple[str, ...]] = {
    MeshKind.ENVOY: ("1.40",),
    MeshKind.ISTIO: ("1.24", "1.25", "1.26", "1.27", "1.28", "1.29", "1.30", "1.31"),
    MeshKind.ISTIO_AMBIENT: ("1.24", "1.25", "1.26", "1.27", "1.28", "1.29", "1.30", "1.31"),
    MeshKind.LINKERD: ("2.19", "edge"),
    MeshKind.CONSUL: ("1.22", "2.0"),
    MeshKind.KUMA: ("2.13", "2.14", "3.0"),
    MeshKind.OPENSHIFT: ("2.6", "3.0", "3.1", "3.2"),
    MeshKind.APP_MESH: ("1",),
    MeshKind.OPEN_SERVICE_MESH: ("1.2",),
    MeshKind.NETWORK_SERVICE_MESH: ("1.19",),
    MeshKind.KNATIVE: ("1.21", "1.22"),
}
"""The versions that are known, oldest first; the last is the default."""

CONTROL_NAMESPACE: dict[MeshKind, str] = {
    MeshKind.ISTIO: "istio-system",
    MeshKind.ISTIO_AMBIENT: "istio-system",
    MeshKind.LINKERD: "linkerd",
    MeshKind.CONSUL: "consul",
    MeshKind.KUMA: "kuma-system",
    MeshKind.OPENSHIFT: "istio-system",
    MeshKind.APP_MESH: "appmesh-system",
    MeshKind.OPEN_SERVICE_MESH: "osm-system",
    MeshKind.NETWORK_SERVICE_MESH: "nsm-system",
    MeshKind.KNATIVE: "knative-serving",
}
"""Where each has its control plane unless the file says otherwise."""

ISTIO_LIKE = (MeshKind.ISTIO, MeshKind.ISTIO_AMBIENT, MeshKind.OPENSHIFT, MeshKind.KNATIVE)

_ONLY: dict[str, tuple[MeshKind, ...]] = {
    "namespaces": (*ISTIO_LIKE, MeshKind.LINKERD, MeshKind.OPEN_SERVICE_MESH),
    "services": (MeshKind.ISTIO, MeshKind.OPENSHIFT, MeshKind.KNATIVE),
    "sampling": (MeshKind.ISTIO, MeshKind.OPENSHIFT, MeshKind.KNATIVE, MeshKind.KUMA),
    "waypoints": (MeshKind.ISTIO_AMBIENT,),
    "access_logs_by": ISTIO_LIKE,
    "stats_by": (*ISTIO_LIKE, MeshKind.CONSUL, MeshKind.KUMA),
    "spans_by": (*ISTIO_LIKE, MeshKind.CONSUL, MeshKind.KUMA),
    "on": (MeshKind.CONSUL, MeshKind.KUMA),
    "kuma_mesh": (MeshKind.KUMA,),
}
"""Which keys say something for which kinds; elsewhere they would silently do nothing."""


def _quoted(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError(f"{value} is a number: write the version in quotes, or YAML reads 1.30 as 1.3")
    return value


Version = Annotated[str, BeforeValidator(_quoted)]

ServiceName = Annotated[
    str,
    matching(
        r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
        "<service>.<namespace>, both DNS labels",
    ),
]


class NamespaceSelection(Part):
    """Which namespaces report. `include` empty: all of the mesh."""

    include: tuple[Label, ...] = ()
    """Only these."""
    exclude: tuple[Label, ...] = ()
    """Not these."""

    @model_validator(mode="after")
    def _one_list(self) -> "NamespaceSelection":
        if self.include and self.exclude:
            raise ValueError("include and exclude exclude each other")
        return self


class ServiceSelection(Part):
    """Which services do not report."""

    exclude: tuple[ServiceName, ...] = ()
    """Not these: `<service>.<namespace>`; found by the label `app`."""


class ServiceSampling(Part):
    """The share of one service's requests that get spans."""

    service: ServiceName
    """`<service>.<namespace>`; its workloads are found by the label `app`."""
    percent: Percent
    """For requests that start at this service."""


class Waypoint(Part):
    """A waypoint proxy of an ambient mesh: a Gateway of the class istio-waypoint."""

    name: Label
    """The Gateway's name."""
    namespace: Label
    """The Gateway's namespace."""


class DataPlane(Part):
    """A mesh with a control plane of its own, which is told by its own documents to report to the hub.

    A key that would do nothing for a kind is a fault.
    """

    name: Annotated[Label, Field(max_length=40)]
    """How this file, its bundle and its history call the mesh."""
    kind: MeshKind
    """What the mesh is made with."""
    version: Version = ""
    """Its version, in quotes; absent, the newest that is known. Only versions whose differences are known are taken."""
    clusters: tuple[Word, ...] = ()
    """The names of its clusters (`k8s.cluster.name`). With several, each has its own documents; absent: one, called
    as the mesh."""
    control_namespace: Label | None = None
    """The namespace of the control plane (Istio's root namespace); absent, where its installation puts it."""
    trust_domain: TrustDomain = "cluster.local"
    """The trust domain of the identities in its certificates."""
    signals: Signals | None = None
    """What it sends; absent, what the file says for all."""
    sampling_percent: Percent | None = None
    """Share of requests that get spans; absent, what the file says for all."""
    sampling: tuple[ServiceSampling, ...] = ()
    """Services with a share of their own."""
    namespaces: NamespaceSelection = NamespaceSelection()
    """Which namespaces report."""
    services: ServiceSelection = ServiceSelection()
    """Which services do not report."""
    access_logs_by: Literal["otlp", "als"] = "otlp"
    """The protocol of access logs. ALS says who sends without labels, but has neither trace ids nor all fields."""
    spans_by: Literal["otlp", "otlp-http", "zipkin"] = "otlp"
    """The protocol of spans."""
    stats_by: Literal["scrape", "push"] = "scrape"
    """Whether stats are read from the proxies or pushed by them; for Istio and Consul pushing needs restarts."""
    shipper: Literal["otel-collector", "fluent-bit"] = "otel-collector"
    """What reads the logs that proxies only print."""
    waypoints: tuple[Waypoint, ...] = ()
    """The waypoints that report; absent: all of the class istio-waypoint."""
    on: Literal["kubernetes", "machines"] = "kubernetes"
    """Whether its configuration is objects of Kubernetes, or given to its own command."""
    kuma_mesh: Word = "default"
    """The Mesh resource that the policies are for."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "DataPlane":
        faults = list(self._faults())
        if faults:
            details = [
                InitErrorDetails(type=PydanticCustomError("mesh", "{reason}", {"reason": reason}), loc=loc, input=None)
                for loc, reason in faults
            ]
            raise ValidationError.from_exception_data("DataPlane", details)
        return self

    def _faults(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        if self.kind is MeshKind.ENVOY:
            yield ("kind",), "a mesh of plain Envoys is said at the top of the file: services, gateways, certificates"
            return
        if self.version and self.version not in VERSIONS[self.kind]:
            yield ("version",), f"{self.kind} {self.version} is not known: {', '.join(VERSIONS[self.kind])}"
        for key in sorted(self.model_fields_set & _ONLY.keys()):
            if self.kind not in _ONLY[key]:
                yield (key,), f"says nothing for {self.kind}: only for {', '.join(_ONLY[key])}"
        if self.stats_by == "push" and self.kind in ISTIO_LIKE and not self.namespaces.include:
            yield ("stats_by",), "push needs namespaces.include: a ConfigMap goes into each namespace"
        for index, cluster in enumerate(self.clusters):
            if cluster in self.clusters[:index]:
                yield ("clusters", index), f"{cluster} is there twice"
        seen: set[str] = set()
        for index, each in enumerate(self.sampling):
            if each.service in seen:
                yield ("sampling", index, "service"), f"{each.service} is there twice"
            seen.add(each.service)

    @property
    def release(self) -> str:
        """The version, said or not."""
        return self.version or VERSIONS[self.kind][-1]

    @property
    def control(self) -> str:
        """The namespace of the control plane."""
        return self.control_namespace or CONTROL_NAMESPACE[self.kind]

    @property
    def cluster_names(self) -> tuple[str, ...]:
        """The clusters, at least one."""
        return self.clusters or (self.name,)
