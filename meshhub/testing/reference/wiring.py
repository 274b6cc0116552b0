"""docs/how-to/wire-<mesh>.md: how each mesh is wired, from what its emitter makes of a small mesh file."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from envoy_config.bundle import Arrival, Bundle, Document
from envoy_config.emit import emit
from envoy_config.intent import MeshKind, parse_intent
from envoy_config.intent.data_planes import VERSIONS
from meshhub.testing.reference.markdown import code, page, table


@dataclass(frozen=True, slots=True)
class Guide:
    """What is said of a mesh beside what its bundle says."""

    title: str
    introduction: str
    options: str = ""
    """Keys of the example's entry, beyond name and kind."""


GUIDES: dict[MeshKind, Guide] = {
    MeshKind.ISTIO: Guide(
        "Istio with sidecars",
        "Extension providers in the mesh configuration say where to send; Telemetry says who sends, how much and "
        "what. Apply the mesh configuration first: a Telemetry that names an unknown provider does nothing.",
        ", namespaces: {exclude: [kube-system]}, sampling: [{service: checkout.shop, percent: 100}]",
    ),
    MeshKind.ISTIO_AMBIENT: Guide(
        "Istio, ambient",
        "Waypoints are Envoys and report as sidecars do; ztunnels print a line per connection and offer metrics. "
        "An agent on every node reads the lines.",
    ),
    MeshKind.LINKERD: Guide(
        "Linkerd",
        "Spans are a setting of the proxies, stats are scraped, and access logs are JSON lines that an agent on every "
        "node reads.",
        ", namespaces: {include: [emojivoto]}",
    ),
    MeshKind.CONSUL: Guide(
        "Consul Connect",
        "One config entry, proxy-defaults, has it all: an Envoy extension for access logs, and pieces of raw Envoy "
        "configuration for spans and pushed stats. On machines set `on: machines`.",
    ),
    MeshKind.KUMA: Guide(
        "Kuma",
        "A policy per signal: MeshAccessLog, MeshTrace, MeshMetric. On machines set `on: machines`.",
    ),
    MeshKind.OPENSHIFT: Guide(
        "OpenShift Service Mesh",
        "3.x is Istio under the Sail operator: its mesh configuration is part of the object Istio. 2.6 is "
        "another product: a ServiceMeshControlPlane, and access logs by ALS.",
    ),
    MeshKind.APP_MESH: Guide(
        "AWS App Mesh",
        "App Mesh has ended. This is what Envoys that still run with its image can do by themselves.",
    ),
    MeshKind.OPEN_SERVICE_MESH: Guide(
        "Open Service Mesh",
        "The project is archived. This is what its Envoys can still do.",
        ", namespaces: {include: [bookstore]}",
    ),
    MeshKind.NETWORK_SERVICE_MESH: Guide(
        "Network Service Mesh",
        "It forwards frames and packets: there are no requests. Its components report their own metrics and spans.",
    ),
    MeshKind.KNATIVE: Guide(
        "Knative on Istio",
        "queue-proxies report by the ConfigMap config-observability, Istio's gateways in front as in any Istio.",
    ),
}

_STEPS = """\
```
meshhub wire emit mesh.yaml --mesh prod --to prod   # the documents as files
meshhub wire check prod                             # what would silently not work
meshhub wire diff mesh.yaml --mesh prod             # what applying would change
meshhub wire apply mesh.yaml --mesh prod            # a dry run first; every change is kept
```"""


def wiring_pages() -> dict[str, Callable[[], str]]:
    """File name, relative to docs/reference, to its text."""
    return {f"../how-to/wire-{kind}.md": partial(wiring_page, kind) for kind in GUIDES}


def wiring_page(kind: MeshKind) -> str:
    """The page of one kind, with the newest version in the tables and the others' differences below."""
    guide = GUIDES[kind]
    file = _file(kind, guide, VERSIONS[kind][-1])
    bundle = _bundle(kind, guide, VERSIONS[kind][-1])
    parts = [
        guide.introduction,
        f"## Mesh file\n\n```yaml\n{file}```\n\nAll keys: [the mesh file](../reference/mesh-file.md).\n\n{_STEPS}",
        f"## What arrives\n\n{_arrivals(bundle)}",
        f"## Documents\n\n{_documents(bundle)}",
        "## To know\n\n" + "\n".join(f"- {note}" for note in bundle.notes),
        _versions(kind, guide, bundle),
        f"## Permissions\n\nThe least that applying them needs:\n\n{_permissions(bundle)}",
    ]
    return page(f"Wire {guide.title}", *parts)


def _file(kind: MeshKind, guide: Guide, version: str) -> str:
    return (
        "apiVersion: meshhub/v1\nhub:\n  otlp: meshhub.observability:4317\nsampling_percent: 10\nmeshes:\n"
        f'- {{name: prod, kind: {kind}, version: "{version}"{guide.options}}}\n'
    )


def _bundle(kind: MeshKind, guide: Guide, version: str) -> Bundle:
    return emit(parse_intent(_file(kind, guide, version), origin="mesh.yaml", directory=Path()), "prod")


def _arrivals(bundle: Bundle) -> str:
    return table(("Signal", "Of", "How", ""), map(_arrival, bundle.arrivals))


def _arrival(row: Arrival) -> tuple[str, str, str, str]:
    return row.signal.value, row.what, f"**{row.way.value}**", row.how


def _documents(bundle: Bundle) -> str:
    return table(("File", "What", "Goes to", "Restart"), map(_document, bundle.documents))


def _document(document: Document) -> tuple[str, str, str, str]:
    return code(document.path), document.name, document.applies_to, document.restart or "none"


def _permissions(bundle: Bundle) -> str:
    return table(("File", "What", "For"), ((code(d.path), d.name, d.applies_to) for d in bundle.permissions))


def _versions(kind: MeshKind, guide: Guide, newest: Bundle) -> str:
    """What is otherwise in each older version: its notes and documents."""
    rows = []
    for version in VERSIONS[kind][:-1]:
        bundle = _bundle(kind, guide, version)
        paths, newer = ({d.path for d in b.documents} for b in (bundle, newest))
        changed = [d.path for d in bundle.documents if d.path in newer and d not in newest.documents]
        differences = [
            *(f"also {code(path)}" for path in sorted(paths - newer)),
            *(f"no {code(path)}" for path in sorted(newer - paths)),
            *(f"another {code(path)}" for path in changed),
            *(note for note in bundle.notes if note not in newest.notes),
        ]
        rows.append((version, "; ".join(differences) or "as the newest"))
    if not rows:
        return ""
    text = f"The tables above are of {newest.version}. Against it:"
    return f"## Versions\n\n{text}\n\n{table(('Version', 'Differences'), rows)}"
