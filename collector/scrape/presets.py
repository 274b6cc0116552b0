"""Where the proxies of each mesh expose their metrics, and how their targets are named.

Each preset makes the labels by which the hub names a workload (docs/reference/identity.md): `service`, `namespace`,
`version`, `pod`, `cluster`. Rules of the job come after those of its preset.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collector.scrape.relabel import RelabelConfig

META = "__meta_kubernetes_"
POD_LABEL = f"{META}pod_label_"
ADDRESS = "__address__"


@dataclass(frozen=True, slots=True)
class Preset:
    """The port and path of a kind of proxy and the rules for its targets; on Kubernetes unless said otherwise."""

    port: int
    path: str
    rules: Sequence[RelabelConfig] = ()
    kubernetes: bool = True


def _keep(*labels: str, regex: str) -> RelabelConfig:
    return RelabelConfig(action="keep", source_labels=labels, regex=regex)


def _copy(source: str, target: str, regex: str = "(.+)") -> RelabelConfig:
    return RelabelConfig(source_labels=(source,), target_label=target, regex=regex)


def _first(target: str, *sources: str) -> list[RelabelConfig]:
    """The first of some labels that says something: the last one written counts."""
    return [_copy(source, target) for source in reversed(sources)]


def _on_port(port: int) -> RelabelConfig:
    """Every container of a pod is found; with the address made one, they are one target."""
    return RelabelConfig(source_labels=(f"{META}pod_ip",), regex="(.+)", target_label=ADDRESS, replacement=f"$1:{port}")


_RUNNING = _keep(f"{META}pod_phase", regex="Pending|Running")
_POD = [
    _RUNNING,
    _copy(f"{META}namespace", "namespace"),
    _copy(f"{META}pod_name", "pod"),
    _copy(f"{META}pod_node_name", "node"),
]
_OWNER = RelabelConfig(
    # A ReplicaSet has the name of its Deployment and a hash.
    source_labels=(f"{META}pod_controller_kind", f"{META}pod_controller_name"),
    regex="(?:ReplicaSet;(.+)-[a-z0-9]+|(?:StatefulSet|DaemonSet);(.+))",
    target_label="service",
    replacement="$1$2",
)
_NAMED = [
    _OWNER,
    *_first(
        "service",
        f"{POD_LABEL}service_istio_io_canonical_name",
        f"{POD_LABEL}app_kubernetes_io_name",
        f"{POD_LABEL}app",
    ),
    *_first(
        "version",
        f"{POD_LABEL}service_istio_io_canonical_revision",
        f"{POD_LABEL}app_kubernetes_io_version",
        f"{POD_LABEL}version",
    ),
]
_WORKLOADS = ("deployment", "statefulset", "daemonset", "replicaset", "job", "cronjob")
_LINKERD = f"{POD_LABEL}linkerd_io_proxy_"

PRESETS: Mapping[str, Preset] = {
    "linkerd": Preset(
        4191,
        "/metrics",
        [
            *_POD,
            _keep(
                f"{META}pod_container_name",
                f"{META}pod_container_port_name",
                regex="linkerd-proxy;linkerd-admin",
            ),
            RelabelConfig(source_labels=(f"{META}pod_ip",), regex="(.+)", target_label=ADDRESS, replacement="$1:4191"),
            *_first("version", f"{POD_LABEL}app_kubernetes_io_version", f"{POD_LABEL}version"),
            _OWNER,
            *_first("service", *(f"{_LINKERD}{kind}" for kind in _WORKLOADS)),
            RelabelConfig(
                action="labelmap",
                regex=f"{_LINKERD}(deployment|statefulset|daemonset|job|cronjob)",
                replacement="workload_$1",
            ),
        ],
    ),
    "istio": Preset(
        15020,
        "/stats/prometheus",
        [*_POD, _keep(f"{META}pod_container_name", regex="istio-proxy"), _on_port(15020), *_NAMED],
    ),
    "ztunnel": Preset(
        15020,
        "/stats/prometheus",
        [*_POD, _keep(f"{POD_LABEL}app", regex="ztunnel"), _on_port(15020), *_NAMED],
    ),
    "envoy": Preset(9901, "/stats/prometheus", kubernetes=False),
    "kuma": Preset(
        5670,
        "/metrics",
        [*_POD, _keep(f"{META}pod_container_name", regex="kuma-sidecar"), _on_port(5670), *_NAMED],
    ),
    "consul": Preset(
        9102,
        "/metrics",
        [
            *_POD[1:],
            _keep(
                f"{META}pod_container_name",
                "__meta_consul_service",
                regex="consul-dataplane;|envoy-sidecar;|;.+-sidecar-proxy",
            ),
            RelabelConfig(
                source_labels=(f"{META}pod_ip", "__meta_consul_service_address", "__meta_consul_address"),
                regex="([^;]+);.*|;([^;]+);.*|;;(.+)",
                target_label=ADDRESS,
                replacement="$1$2$3:9102",
            ),
            *_NAMED,
            _copy("__meta_consul_service", "service", "(.+)-sidecar-proxy"),
            _copy("__meta_consul_service_id", "pod"),
            _copy("__meta_consul_dc", "cluster"),
        ],
    ),
    "osm": Preset(
        15010,
        "/stats/prometheus",
        [*_POD, _keep(f"{META}pod_container_name", regex="envoy"), _on_port(15010), *_NAMED],
    ),
    "appmesh": Preset(
        9901,
        "/stats/prometheus",
        [*_POD, _keep(f"{META}pod_container_name", regex="envoy"), _on_port(9901), *_NAMED],
    ),
}
"""The presets by the name that a job's `preset` gives."""
