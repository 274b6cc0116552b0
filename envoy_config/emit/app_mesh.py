"""AWS App Mesh, ended on 30 September 2026: what Envoys that still run with its image can do by themselves."""

from envoy_config.bundle import Arrival, Bundle, Document, DocumentKind, Signal, Way
from envoy_config.emit.document import as_json
from envoy_config.emit.fields import OLD_PATH_WITHOUT_QUERY, access_log_fields
from envoy_config.emit.messages import Message, extension
from envoy_config.emit.objects import permissions
from envoy_config.emit.pipelines import scrapes
from envoy_config.emit.pipelines.deployment import pipelines
from envoy_config.emit.pipelines.logs import APP_MESH
from envoy_config.emit.reachable import place
from envoy_config.emit.wanted import as_wanted, wanted_signals
from envoy_config.intent import DataPlane, Intent

_TOO_NEW = ("direction",)
"""%CEL% is not in the last images of App Mesh; the direction is read from the cluster's name."""


def emit_app_mesh(intent: Intent, mesh: DataPlane) -> Bundle:
    """Environment variables of the Envoy containers, the format of their log, and what reads and scrapes it."""
    signals = wanted_signals(intent, mesh)
    documents: list[Document] = []
    if signals.spans or signals.stats:
        documents.append(_environment(intent, spans=signals.spans, stats=signals.stats))
    if signals.access_logs:
        documents.append(_logging(intent))
    documents += pipelines(
        intent,
        mesh,
        logs=[APP_MESH] if signals.access_logs else [],
        scrapes=[scrapes.app_mesh()] if signals.stats else [],
    )
    rows = [
        Arrival(
            Signal.ACCESS_LOGS,
            "virtual nodes whose log format is as here",
            Way.SHIPPED,
            f"JSON on standard output, read by {mesh.shipper}; the format can no longer be changed through AWS",
        ),
        Arrival(Signal.STATS, "Envoys", Way.SCRAPED, ":9901/stats/prometheus"),
        Arrival(Signal.SPANS, "Envoys", Way.PUSHED, "Zipkin v2 JSON (the image's Jaeger setting)"),
    ]
    return Bundle(
        mesh=mesh.name,
        kind=mesh.kind,
        version=mesh.release,
        documents=tuple(documents),
        arrivals=as_wanted(signals, rows),
        permissions=permissions(documents),
        notes=(
            (
                "AWS App Mesh ended on 2026-09-30: its API and resources are gone. Envoys keep the configuration"
                " they got last, "
                "and lose it when they restart. There is no live wiring; move to another mesh."
            ),
            (
                "What environment variables set takes a restart, and a restarted Envoy finds no control plane: "
                "set them only "
                "where an Envoy is given its configuration by yourself."
            ),
            "One tracer at a time: X-Ray and Datadog have to be off.",
            (
                "Names of clusters (cds_egress_<mesh>_<virtual node>_<protocol>_<port>) are read as "
                "<service>_<namespace>, the "
                "names the controller for Kubernetes gives virtual nodes."
            ),
        ),
    )


def tracing_file(intent: Intent) -> Message:
    """The file of ENVOY_TRACING_CFG_FILE, in place of the variables: a Zipkin tracer that joins W3C traces."""
    hub = place(intent.hub, intent.hub.for_zipkin)
    zipkin = {
        "collector_cluster": "meshhub_zipkin",
        "collector_endpoint": "/api/v2/spans",
        "collector_endpoint_version": "HTTP_JSON",
        "collector_hostname": hub.dialled,
        "trace_id_128bit": True,
        "shared_span_context": False,
    }
    return {"http": extension("envoy.tracers.zipkin", "envoy.config.trace.v3.ZipkinConfig", zipkin)}


def log_format(intent: Intent) -> list[dict[str, str]]:
    """spec.logging.accessLog.file.format.json of a virtual node, with the names that storage reads."""
    fields = access_log_fields(intent, path_without_query=OLD_PATH_WITHOUT_QUERY)
    known = {key: text for key, text in fields.items() if key not in _TOO_NEW and "COMMON_DURATION" not in text}
    if intent.access_logs.fields.query_strings == "drop":
        known.pop("path", None)
    known["log_type"] = "DownstreamEnd"
    known["upstream_cluster"] = "%UPSTREAM_CLUSTER%"
    return [{"key": key, "value": text} for key, text in known.items()]


def _environment(intent: Intent, *, spans: bool, stats: bool) -> Document:
    hub = place(intent.hub, intent.hub.for_zipkin)
    variables: dict[str, str] = {}
    if spans:
        variables["ENABLE_ENVOY_JAEGER_TRACING"] = "1"
        variables["JAEGER_TRACER_ADDRESS"] = hub.dialled
        variables["JAEGER_TRACER_PORT"] = str(hub.port)
    if stats:
        variables["ENABLE_ENVOY_STATS_TAGS"] = "1"
    return Document(
        name="Environment of the Envoy containers",
        path="envoy.env",
        kind=DocumentKind.ENVIRONMENT,
        content="".join(f"{key}={value}\n" for key, value in variables.items()),
        applies_to="every Envoy container (task definition, pod)",
        restart="every Envoy container: variables are read at its start",
    )


def _logging(intent: Intent) -> Document:
    content = {"accessLog": {"file": {"path": "/dev/stdout", "format": {"json": log_format(intent)}}}}
    return Document(
        name="Logging of virtual nodes",
        path="virtual-node-logging.json",
        kind=DocumentKind.ENVIRONMENT,
        content=as_json(content),
        applies_to="spec.logging of virtual nodes and gateways, where something still serves them",
    )
