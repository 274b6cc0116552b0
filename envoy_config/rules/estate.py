"""All configuration that is checked together, and the views of it that rules work with."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from envoy_config.rules.node import Node

CONSUL_JSON = (
    "envoy_extra_static_clusters_json",
    "envoy_extra_stats_sinks_json",
    "envoy_tracing_json",
    "envoy_listener_tracing_json",
    "envoy_stats_sinks_json",
)


@dataclass(frozen=True, slots=True)
class Service:
    """A Service of Kubernetes."""

    node: Node
    name: str
    namespace: str

    def port(self, number: float | None) -> Node | None:
        """Its port of this number."""
        return next((each for each in self.node.get("spec", "ports").items() if each.get("port").value == number), None)


@dataclass(frozen=True, slots=True)
class Provider:
    """An extension provider of Istio: `kind` is its field ("envoyOtelAls"), `settings` what stands there."""

    node: Node
    name: str
    kind: str
    settings: Node

    @property
    def grpc(self) -> bool:
        """Whether it speaks gRPC to its service."""
        return self.kind in ("envoyOtelAls", "envoyHttpAls", "envoyTcpAls") or (
            self.kind == "opentelemetry" and not self.settings.get("http").present
        )


@dataclass(frozen=True, slots=True)
class EnvoyConfig:
    """Configuration of an Envoy: whole (a bootstrap, a dump), or a part that is put into one."""

    root: Node
    whole: bool


class Estate:
    """Objects that belong together. What is not among them is unknown, not absent: rules say nothing of it then."""

    def __init__(self, objects: Iterable[Node]) -> None:
        self.objects = tuple(objects)

    def of(self, *kinds: str, group: str = "") -> Iterator[Node]:
        """The Kubernetes objects of these kinds, in an API group that contains this text."""
        for each in self.objects:
            if each.get("kind").text in kinds and group in each.get("apiVersion").text:
                yield each

    def named(self, kind: str, name: str, namespace: str) -> Node | None:
        """The Kubernetes object of this name."""
        return next((each for each in self.of(kind) if name_of(each) == name and namespace_of(each) == namespace), None)

    @cached_property
    def mesh_configs(self) -> tuple[Node, ...]:
        """Istio's mesh configuration, wherever it stands."""
        return tuple(node for each in self.objects for node in _mesh_configs(each) if isinstance(node.value, dict))

    @cached_property
    def providers(self) -> tuple[Provider, ...]:
        """The extension providers of Istio."""
        return tuple(
            Provider(each, each.get("name").text, kind, settings)
            for mesh in self.mesh_configs
            for each in mesh.get("extensionProviders").items()
            for kind, settings in each.fields()
            if kind != "name"
        )

    @cached_property
    def telemetries(self) -> tuple[Node, ...]:
        """Telemetry objects of Istio."""
        return tuple(self.of("Telemetry", group="telemetry.istio.io"))

    @cached_property
    def services(self) -> tuple[Service, ...]:
        return tuple(Service(each, name_of(each), namespace_of(each) or "default") for each in self.of("Service"))

    def service(self, host: str) -> Service | None:
        """The Service that a provider's `service` ("[ns/]name.ns.svc…") means, if it is among the objects."""
        labels = host.rpartition("/")[2].split(".")
        if len(labels) < 2:
            return None
        return next((each for each in self.services if [each.name, each.namespace] == labels[:2]), None)

    @cached_property
    def collectors(self) -> tuple[Service, ...]:
        """Services that proxies report to, by Istio's providers."""
        found = (self.service(each.settings.get("service").text) for each in self.providers)
        unique = {(each.namespace, each.name): each for each in found if each}
        return tuple(unique.values())

    def workloads_of(self, service: Service) -> Iterator[Node]:
        """The workloads that a Service selects, with their pod templates."""
        wanted = service.node.get("spec", "selector").value
        for each in self.of("Deployment", "StatefulSet", "DaemonSet"):
            labels = each.get("spec", "template", "metadata", "labels").value
            if (
                isinstance(wanted, dict)
                and wanted
                and isinstance(labels, dict)
                and (namespace_of(each) or "default") == service.namespace
                and wanted.items() <= labels.items()
            ):
                yield each

    @cached_property
    def envoys(self) -> tuple[EnvoyConfig, ...]:
        """Configuration of Envoys: bootstraps, dumps, and what other objects put into them."""
        return tuple(found for each in self.objects for found in _envoys(each) if isinstance(found.root.value, dict))

    def typed(self, message: str) -> Iterator[tuple[EnvoyConfig, Node]]:
        """Every message of a type ("HttpConnectionManager") in the configuration of Envoys."""
        yield from self._messages.get(message, ())

    @cached_property
    def _messages(self) -> dict[str, list[tuple[EnvoyConfig, Node]]]:
        """Every message that says its type, by its short name: most rules ask for some, and walking takes long."""
        found: dict[str, list[tuple[EnvoyConfig, Node]]] = {}
        for envoy in self.envoys:
            for node in envoy.root.walk():
                if type_url := node.get("@type").text:
                    found.setdefault(type_url.rpartition(".")[2], []).append((envoy, node))
        return found

    @cached_property
    def consul(self) -> tuple[Node, ...]:
        """Consul's proxy-defaults and service-defaults, of which `consul_field` reads."""
        kinds = ("proxy-defaults", "service-defaults", "ProxyDefaults", "ServiceDefaults")
        return tuple(each for each in self.objects if (each.get("Kind").text or each.get("kind").text) in kinds)

    @cached_property
    def kuma(self) -> tuple[tuple[str, Node], ...]:
        """Kuma's resources with their types, from Kubernetes and from machines."""
        found = []
        for each in self.objects:
            if "kuma.io" in each.get("apiVersion").text:
                found.append((each.get("kind").text, each))
            elif each.get("type").text.startswith("Mesh") and each.get("spec").present:
                found.append((each.get("type").text, each))
        return tuple(found)

    @cached_property
    def linkerd_tracing(self) -> tuple[Node, ...]:
        """`proxy.tracing` of Linkerd's Helm values."""
        found = (each.get("proxy", "tracing") for each in self.objects if not each.get("kind").present)
        return tuple(each for each in found if isinstance(each.value, dict))


def name_of(node: Node) -> str:
    return node.get("metadata", "name").text


def namespace_of(node: Node) -> str:
    return node.get("metadata", "namespace").text


def where(node: Node) -> str:
    """The namespace of an object; Kubernetes takes none for "default"."""
    return namespace_of(node) or "default"


def consul_extensions(entry: Node) -> Iterator[Node]:
    """The Envoy extensions of a Consul entry; keys are in either case."""
    for each in [*entry.get("EnvoyExtensions").items(), *entry.get("spec", "envoyExtensions").items()]:
        if either(each, "Name").text == "builtin/otel-access-logging":
            yield either(each, "Arguments")


def consul_config(entry: Node) -> Node:
    """`Config` of a Consul entry."""
    return entry.get("Config") if entry.get("Config").present else entry.get("spec", "config")


def either(node: Node, *keys: str) -> Node:
    """What is below, of Consul, whose keys begin in upper case in HCL and in lower case in Kubernetes."""
    for key in keys:
        lower = node.get(key[:1].lower() + key[1:])
        node = lower if lower.present and not node.get(key).present else node.get(key)
    return node


def _mesh_configs(each: Node) -> Iterator[Node]:
    kind = each.get("kind").text
    if kind == "ConfigMap" and each.get("data", "mesh").present and name_of(each).startswith("istio"):
        yield each.get("data", "mesh").parsed()
    elif kind == "IstioOperator" or kind == "ServiceMeshControlPlane":
        yield each.get("spec", "meshConfig")
    elif kind == "Istio" and "sailoperator" in each.get("apiVersion").text:
        yield each.get("spec", "values", "meshConfig")
    elif not kind and each.get("meshConfig").present:
        yield each.get("meshConfig")
    elif not kind and isinstance(each.get("extensionProviders").value, list):
        yield each


def _envoys(each: Node) -> Iterator[EnvoyConfig]:
    kind = each.get("kind").text
    if any(each.get(key).present for key in ("static_resources", "dynamic_resources", "stats_sinks")):
        yield EnvoyConfig(each, whole=True)
    elif isinstance(each.get("configs").value, list) or isinstance(each.get("resources").value, list):
        yield EnvoyConfig(each, whole=False)
    elif kind == "ConfigMap" and each.get("data", "custom_bootstrap.json").present:
        yield EnvoyConfig(each.get("data", "custom_bootstrap.json").parsed(), whole=False)
    elif kind == "EnvoyFilter":
        for patch in each.get("spec", "configPatches").items():
            yield EnvoyConfig(patch.get("patch", "value"), whole=False)
    else:
        config = consul_config(each)
        for key in CONSUL_JSON:
            if config.get(key).text:
                yield EnvoyConfig(config.get(key).parsed(), whole=False)
