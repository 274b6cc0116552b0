"""What stands where the graph has nothing: how to connect the first proxy, or why the filter leaves nothing."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.health import Health
from dashboard.ui.query import View
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.parts import code, copyable, health_mark
from topology.model import ServiceGraph

BOOTSTRAP = """\
# In the Envoy bootstrap: where the hub listens (OTLP/gRPC).
static_resources:
  clusters:
  - name: meshhub
    type: STRICT_DNS
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: {http2_protocol_options: {}}
    load_assignment:
      cluster_name: meshhub
      endpoints:
      - lb_endpoints:
        - endpoint: {address: {socket_address: {address: HOST, port_value: 4317}}}
"""

ACCESS_LOG = """\
# In each HttpConnectionManager and TcpProxy: every request, both directions.
access_log:
- name: envoy.access_loggers.open_telemetry
  typed_config:
    "@type": type.googleapis.com/envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig
    log_name: meshhub
    grpc_service: {envoy_grpc: {cluster_name: meshhub}}
"""


def nothing(graph: ServiceGraph, view: View, href: str) -> Component:
    """Why nothing is drawn."""
    if graph.nodes and view.namespaces:
        names: Sequence[Component] = [code(name) for name in view.namespaces]
        return empty_card(
            "Nothing in this scope",
            [html.P(["No traffic touched ", *names, " in this window."]), html.P("Widen the window or the scope.")],
        )
    if graph.nodes:
        return empty_card("Only idle edges", html.P("No requests in this window. Switch Idle on to see what is known."))
    if view.end:
        length, end = fmt.duration(graph.window.seconds * 1e6), fmt.exact_moment(graph.window.end)
        return empty_card("No traffic then", html.P(f"No proxy reported any traffic in the {length} to {end}."))
    return connect(_host(href))


def connect(host: str) -> Component:
    """How to connect the first proxy to the hub at this host."""
    return empty_card(
        "Connect your first proxy",
        [
            html.P(
                ["No proxy has reported in this window. ", health_mark(Health.NOT_MEASURED, "waiting for the first")]
            ),
            html.H3("The whole bootstrap, made for you"),
            html.P(
                "Describe the mesh in one small file; each sidecar and gateway gets its complete Envoy configuration."
            ),
            copyable("meshhub envoy render mesh.yaml --out envoy/", "Copy the command"),
            html.H3("Or add it to a bootstrap that you have"),
            copyable(BOOTSTRAP.replace("HOST", host), "Copy the cluster"),
            copyable(ACCESS_LOG, "Copy the access log"),
            html.H3("Or look at a mesh first"),
            html.P("A real Envoy mesh with traffic and faults on this machine:"),
            copyable("meshhub demo", "Copy the command"),
            html.P("This page draws the graph as soon as the first request is reported.", className="muted"),
        ],
    )


def _host(href: str) -> str:
    authority = urlsplit(href).netloc
    return authority.rpartition(":")[0] or authority or "127.0.0.1"
