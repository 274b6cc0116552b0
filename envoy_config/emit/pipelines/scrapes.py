"""What is scraped of each mesh."""

from envoy_config.emit.messages import Message
from envoy_config.emit.pipelines.source import POD_LABELS, Scrape, address, keep
from envoy_config.intent import DataPlane

_CONTAINER, _PORT = "__meta_kubernetes_pod_container_name", "__meta_kubernetes_pod_container_port_name"
_NAMESPACE = "__meta_kubernetes_namespace"


def namespaces(mesh: DataPlane) -> tuple[Message, ...]:
    """Rules for the namespaces of the mesh file."""
    chosen = mesh.namespaces
    if chosen.include:
        return (keep([_NAMESPACE], "|".join(chosen.include)),)
    if chosen.exclude:
        return ({"source_labels": [_NAMESPACE], "regex": "|".join(chosen.exclude), "action": "drop"},)
    return ()


def istio(mesh: DataPlane) -> Scrape:
    """Sidecars, gateways and waypoints: Istio's metrics merged with Envoy's. One target per pod: the container's own
    port is among those of istio-proxy that is called http-envoy-prom."""
    rules = (keep([_CONTAINER, _PORT], "istio-proxy;http-envoy-prom"), address(15020), *POD_LABELS, *namespaces(mesh))
    return Scrape("istio-proxy", "/stats/prometheus", rules)


def ztunnel() -> Scrape:
    """Ztunnels: TCP only."""
    rules = (keep(["__meta_kubernetes_pod_label_app", _PORT], "ztunnel;ztunnel-stats"), address(15020), *POD_LABELS)
    return Scrape("ztunnel", "/metrics", rules)


def linkerd(mesh: DataPlane) -> Scrape:
    """Linkerd's own rules for its proxies, without which `deployment` is missing."""
    prefix = "__meta_kubernetes_pod_label_linkerd_io_proxy_(.+)"
    plane = "__meta_kubernetes_pod_label_linkerd_io_control_plane_ns"
    rules = (
        keep([_CONTAINER, _PORT, plane], f"^linkerd-proxy;linkerd-admin;{mesh.control}$"),
        *POD_LABELS,
        *namespaces(mesh),
        {"action": "labelmap", "regex": prefix},
        {"action": "labeldrop", "regex": prefix},
    )
    return Scrape("linkerd-proxy", "/metrics", rules)


def consul() -> Scrape:
    """Sidecars of Consul: the port of envoy_prometheus_bind_addr."""
    rules = (
        keep(["__meta_kubernetes_pod_annotation_consul_hashicorp_com_connect_inject_status"], "injected"),
        keep([_CONTAINER], "consul-dataplane|envoy-sidecar"),
        address(9102),
        *POD_LABELS,
    )
    return Scrape("consul-dataplane", "/metrics", rules)


def kuma(mesh: DataPlane) -> Scrape:
    """kuma-dp: the proxy and the applications."""
    rules = (keep([_CONTAINER], "kuma-sidecar"), address(5670), *POD_LABELS, *namespaces(mesh))
    return Scrape("kuma-sidecar", "/metrics", rules)


def app_mesh() -> Scrape:
    """Envoys of App Mesh: the admin port."""
    return Scrape("appmesh-envoy", "/stats/prometheus", (keep([_CONTAINER], "envoy"), address(9901), *POD_LABELS))


def open_service_mesh(mesh: DataPlane) -> Scrape:
    """Envoys of OSM."""
    rules = (keep([_CONTAINER], "envoy"), address(15010), *POD_LABELS, *namespaces(mesh))
    return Scrape("osm-envoy", "/stats/prometheus", rules)
