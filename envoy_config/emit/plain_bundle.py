"""The mesh of plain Envoys as a bundle: a bootstrap per proxy."""

from envoy_config.bundle import Arrival, Bundle, Document, DocumentKind, Signal, Way
from envoy_config.emit.plain_envoy import bootstrap, proxies
from envoy_config.emit.wanted import as_wanted
from envoy_config.intent import Mesh, MeshKind
from envoy_config.intent.data_planes import VERSIONS

RESTART = "the proxy, unless the hub serves its configuration over ADS"


def emit_plain(mesh: Mesh) -> Bundle:
    """Every proxy's bootstrap, services first."""
    documents = tuple(
        Document(
            name=f"Bootstrap of {proxy.id}",
            path=f"{proxy.id}.json",
            kind=DocumentKind.ENVOY,
            content=bootstrap(mesh, proxy),
            applies_to=f"the proxy {proxy.id}: envoy -c {proxy.id}.json",
            restart=RESTART,
        )
        for proxy in proxies(mesh)
    )
    rows = [
        Arrival(Signal.ACCESS_LOGS, "proxies", Way.PUSHED, "OTLP/gRPC"),
        Arrival(Signal.STATS, "proxies", Way.PUSHED, "OTLP/gRPC sink"),
        Arrival(Signal.SPANS, "proxies", Way.PUSHED, "OTLP/gRPC"),
    ]
    notes = [
        "node and everything about stats are read at a proxy's start; access logs and tracing are part of listeners.",
        "A proxy keeps exports for 30 seconds while the hub is away; what is older is lost.",
    ]
    if mesh.access_logs.fields.query_strings == "drop" and mesh.signals.spans:
        notes.append("Spans still have the query string in http.url: Envoy cannot leave it out.")
    return Bundle(
        mesh=mesh.cluster,
        kind=MeshKind.ENVOY,
        version=VERSIONS[MeshKind.ENVOY][-1],
        documents=documents,
        arrivals=as_wanted(mesh.signals, rows),
        notes=tuple(notes),
    )
