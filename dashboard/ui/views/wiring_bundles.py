"""What each mesh of the mesh file needs: what arrives, its documents, what is wrong with them, what is different."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.reads.wiring_bundles import MeshBundle, ShownDocument
from dashboard.ui import format as fmt
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.documents import change, text_of
from dashboard.ui.views.parts import Content, code, copyable, health_mark, section, table
from envoy_config.bundle import Arrival, Way
from envoy_config.diff import Presence
from envoy_config.rules.model import Finding
from topology.health import Health

_WAYS = {
    Way.PUSHED: Health.HEALTHY,
    Way.SCRAPED: Health.HEALTHY,
    Way.SHIPPED: Health.HEALTHY,
    Way.IMPOSSIBLE: Health.FAILING,
    Way.OFF: Health.IDLE,
}
SETTING = "wiring:\n  mesh_file: /etc/meshhub/mesh.yaml"


def bundles(found: Sequence[MeshBundle]) -> Component:
    """A card per mesh; without a mesh file, how to have one."""
    if not found:
        return empty_card(
            "This hub has no mesh file",
            [
                html.P("A mesh file says which meshes report to the hub, and how. Name it in the settings:"),
                copyable(SETTING, "Copy the setting"),
                html.P("Its reference is docs/reference/mesh-file.md; an editor takes the schema:"),
                copyable("meshhub wire schema", "Copy the command"),
            ],
        )
    return html.Div([_bundle(each) for each in found], className="bundles")


def _bundle(found: MeshBundle) -> Component:
    bundle = found.bundle
    applied = "never applied by this hub" if found.applied is None else f"last applied: {found.applied.text}"
    changes = [each for each in found.changes if each.presence is not Presence.UNCHANGED]
    parts: list[Component] = [
        html.Header([html.H2(bundle.mesh), html.Span(f"{bundle.kind} {bundle.version}".strip(), className="muted")]),
        html.P(applied, className="muted"),
        section("What arrives", _arrivals(bundle.arrivals)),
        *_findings(found.checked.findings),
    ]
    if changes and found.applied:
        parts.append(section("What applying would change", [change(each) for each in changes]))
    documents = [_document(each) for each in found.documents]
    parts.append(section("Documents", documents, aside=f"{len(documents)}"))
    if bundle.notes:
        parts.append(section("Good to know", html.Ul([html.Li(note) for note in bundle.notes])))
    parts.append(copyable(f"meshhub wire apply mesh.yaml --mesh {bundle.mesh}", "Copy the command"))
    return html.Article(parts, className="card bundle")


def _arrivals(arrivals: Sequence[Arrival]) -> Component:
    rows = [(each.signal.value, each.what, health_mark(_WAYS[each.way], each.way.value), each.how) for each in arrivals]
    return table(("Signal", "Of", "Way", "How"), rows, numeric=4)


def _findings(findings: Sequence[Finding]) -> list[Component]:
    if not findings:
        return []
    rows: list[tuple[Content, ...]] = [
        (code(each.code), each.rule.severity.value, each.text, each.rule.fix) for each in findings
    ]
    head = ("Rule", "Severity", "What", "Fix")
    return [section("What is wrong with it", table(head, rows, numeric=4), aside=fmt.plural(len(rows), "finding"))]


def _document(shown: ShownDocument) -> Component:
    document = shown.document
    about = [document.applies_to, f"restart: {document.restart}" if document.restart else ""]
    label = " · ".join(part for part in (*about, "permission" if shown.permission else "") if part)
    return text_of(document.path, shown.text, label)
