"""The mesh of plain Envoys as a bundle: a bootstrap per proxy, whole or, where the hub serves the rest, small."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from envoy_config.bundle import Arrival, Bundle, Document, DocumentKind, Signal, Way
from envoy_config.emit.ads_bootstrap import secret_files, small_bootstrap
from envoy_config.emit.messages import Message
from envoy_config.emit.plain_envoy import bootstrap, proxies
from envoy_config.emit.wanted import as_wanted
from envoy_config.intent import Mesh, MeshKind
from envoy_config.intent.control_plane import ControlPlane
from envoy_config.intent.data_planes import VERSIONS
from envoy_config.plan import Proxy


def emit_plain(mesh: Mesh) -> Bundle:
    """Every proxy's bootstrap, services first; with a control plane, then the files by which it is reached."""
    plane = mesh.control_plane
    whole = tuple(_whole(mesh, proxy, served=plane is not None) for proxy in proxies(mesh))
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
        documents=whole if plane is None else tuple(_small(mesh, plane)),
        arrivals=as_wanted(mesh.signals, rows),
        notes=tuple(notes),
        served=() if plane is None else whole,
    )


def _whole(mesh: Mesh, proxy: Proxy, *, served: bool) -> Document:
    content = bootstrap(mesh, proxy)
    if served:
        where = f"the proxy {proxy.id}, live: the hub serves it over ADS"
        return Document(f"What {proxy.id} is served", f"served/{proxy.id}.json", DocumentKind.ENVOY, content, where)
    return _bootstrap(proxy, content)


def _small(mesh: Mesh, plane: ControlPlane) -> Iterator[Document]:
    for proxy in proxies(mesh):
        yield _bootstrap(proxy, small_bootstrap(mesh, proxy, plane))
    if plane.identity is None:
        return
    services = {proxy.certificate_directory: proxy for proxy in proxies(mesh)}
    for proxy in services.values():
        for path, content in secret_files(mesh, proxy).items():
            yield Document(
                name=f"{PurePosixPath(path).name} of {proxy.service}.{proxy.namespace}",
                path=f"certificates/{PurePosixPath(path).relative_to(mesh.certificates.directory)}",
                kind=DocumentKind.ENVOY_SECRETS,
                content=content,
                applies_to=f"{path} where proxies of {proxy.service}.{proxy.namespace} run",
            )


def _bootstrap(proxy: Proxy, content: Message) -> Document:
    return Document(
        name=f"Bootstrap of {proxy.id}",
        path=f"{proxy.id}.json",
        kind=DocumentKind.ENVOY,
        content=content,
        applies_to=f"the proxy {proxy.id}: envoy -c {proxy.id}.json",
        restart="the proxy",
    )
