"""The logs that meshes only print. What becomes of a line is in scripts/: <name>.ottl for the collector, a statement a
line, and <name>.lua for Fluent Bit.

The attribute names are those of envoy_config.attributes and of Istio's labels, all values are texts, and "-" is what is
unknown, as Envoy writes it. docs/reference/identity.md says what the hub makes of them.
"""

from functools import cache
from importlib import resources

from envoy_config.emit.pipelines.source import LogSource

_SCRIPTS = resources.files(__package__) / "scripts"

ZTUNNEL = LogSource(
    name="ztunnel",
    paths=("/var/log/pods/*_ztunnel-*_*/istio-proxy/*.log",),
    wanted=r"\saccess\s+connection (complete|failed)",
    pod_of_record=True,
    labels=(("service.name", "app"), ("service.version", "version")),
)

LINKERD = LogSource(
    name="linkerd",
    paths=("/var/log/pods/*_*_*/linkerd-proxy/*.log",),
    wanted=r'^\s*\{.*"client\.addr"',
    labels=(("linkerd.io/proxy-deployment", "linkerd.io/proxy-deployment"), ("service.version", "version")),
)

OPEN_SERVICE_MESH = LogSource(
    name="osm",
    paths=("/var/log/pods/*_*_*/envoy/*.log",),
    wanted=r'^\s*\{.*"upstream_cluster"',
    labels=(("service.name", "app"), ("service.version", "version")),
)

APP_MESH = LogSource(
    name="appmesh",
    paths=("/var/log/pods/*_*_*/envoy/*.log",),
    wanted=r'^\s*\{.*"response_flags"',
    labels=(("service.name", "app"), ("service.version", "version")),
)

KNATIVE = LogSource(
    name="queue-proxy",
    paths=("/var/log/pods/*_*_*/queue-proxy/*.log",),
    wanted=r'^\s*\{.*"latency_seconds"',
    labels=(("service.name", "serving.knative.dev/service"), ("service.version", "serving.knative.dev/revision")),
)

SOURCES = (ZTUNNEL, LINKERD, OPEN_SERVICE_MESH, APP_MESH, KNATIVE)
"""Every source, for those who check them all."""


@cache
def statements(source: LogSource) -> tuple[str, ...]:
    """The source's statements of the collector's transform processor, in the context of a log record."""
    lines = (_SCRIPTS / f"{source.name}.ottl").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def lua_body(source: LogSource) -> str:
    """The body of a Lua function that fills the table `out` from the text `line` and says whether it was wanted."""
    body = (_SCRIPTS / f"{source.name}.lua").read_text(encoding="utf-8")
    if source is ZTUNNEL:
        return body
    return (_SCRIPTS / "json.lua").read_text(encoding="utf-8") + body
