"""What each mesh of the mesh file needs: what arrives, its documents, what is wrong with them, what is different."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.reads.wiring_bundles import MeshBundle, ShownDocument
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.state import mesh as state
from dashboard.ui.state.mesh import Tab
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.documents import change, text_of
from dashboard.ui.views.parts import Content, code, copyable, day_moment, health_mark, link, section, table
from envoy_config.bundle import Arrival, Way
from envoy_config.diff import Presence
from envoy_config.history.model import Deed, Version
from envoy_config.rules.model import Finding, Severity
from topology.health import Health

_WAYS = {
    Way.PUSHED: Health.HEALTHY,
    Way.SCRAPED: Health.HEALTHY,
    Way.SHIPPED: Health.HEALTHY,
    Way.IMPOSSIBLE: Health.FAILING,
    Way.OFF: Health.IDLE,
}
_SEVERITIES = {
    Severity.ERROR: Health.FAILING,
    Severity.WARNING: Health.DEGRADED,
    Severity.INFO: Health.IDLE,
}
MOST_DOCUMENTS = 50
"""Of one mesh; each of hundreds of proxies has its own."""
_DEEDS = {Deed.APPLY: "Last applied", Deed.ROLLBACK: "Last rolled back", Deed.SERVE: "Served live (ADS)"}
_HEAD = ("Severity", "Rule", "What", "Fix")
SETTING = "wiring:\n  mesh_file: /etc/meshhub/mesh.yaml"


def bundles(found: Sequence[MeshBundle], links: Links) -> Component:
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
    return html.Div([_bundle(each, links) for each in found], className="bundles")


def _bundle(found: MeshBundle, links: Links) -> Component:
    bundle = found.bundle
    documents = [_document(each) for each in found.documents[:MOST_DOCUMENTS]]
    if len(found.documents) > MOST_DOCUMENTS:
        more = f"{len(found.documents) - MOST_DOCUMENTS:,} more: meshhub wire emit mesh.yaml --mesh {bundle.mesh}"
        documents.append(html.P(more, className="muted"))
    parts: list[Component] = [
        html.Header([html.H2(bundle.mesh), html.Span(f"{bundle.kind} {bundle.version}".strip(), className="muted")]),
        _last(found.applied, links),
        section("What arrives", _arrivals(bundle.arrivals)),
        *_findings(found.checked.findings),
        *_changes(found),
        section("Documents", documents, aside=f"{len(found.documents):,}"),
    ]
    if bundle.notes:
        parts.append(section("Good to know", html.Ul([html.Li(note) for note in bundle.notes])))
    if _is_served(found):
        parts.append(
            section("Put it in force", html.P("The hub serves it: save the mesh file, and the proxies have it."))
        )
    else:
        command = copyable(f"meshhub wire apply mesh.yaml --mesh {bundle.mesh}", "Copy the command")
        parts.append(section("Put it in force", command))
    return html.Article(parts, className="card bundle")


def _is_served(found: MeshBundle) -> bool:
    return found.applied is not None and found.applied.deed is Deed.SERVE


def _last(applied: Version | None, links: Links) -> Component:
    if applied is None:
        return html.P("Never applied by this hub.", className="muted")
    version = links.here("mesh", **{state.TAB: Tab.HISTORY.value, state.VERSION: str(applied.id)})
    rest = f" by {applied.author} ({applied.scope.target})" + (f": {applied.message}" if applied.message else "")
    return html.P(
        [f"{_DEEDS[applied.deed]}: ", link(applied.name, version), " at ", day_moment(applied.at), rest],
        className="muted",
    )


def _changes(found: MeshBundle) -> list[Component]:
    """Nothing where there is nothing to compare with."""
    if found.applied is None or _is_served(found):
        return []
    changes = [change(each) for each in found.changes if each.presence is not Presence.UNCHANGED]
    same = html.P("Nothing: it is as it was applied last.", className="muted")
    return [section("What applying would change", changes or same, aside=f"{len(changes)}" if changes else None)]


def _arrivals(arrivals: Sequence[Arrival]) -> Component:
    rows = [(each.signal.value, each.what, health_mark(_WAYS[each.way], each.way.value), each.how) for each in arrivals]
    return table(("Signal", "Of", "Way", "How"), rows, numeric=4)


def _findings(findings: Sequence[Finding]) -> list[Component]:
    """The worst first."""
    if not findings:
        return []
    rows: list[tuple[Content, ...]] = [
        (
            health_mark(_SEVERITIES[each.severity], each.severity.value),
            html.Span(code(each.code), title=each.rule.why),
            [html.Div(each.text), _where(each)],
            each.rule.fix,
        )
        for each in sorted(findings, key=lambda each: each.severity.rank)
    ]
    return [section("What is wrong with it", table(_HEAD, rows, numeric=4), aside=fmt.plural(len(rows), "finding"))]


def _where(finding: Finding) -> Component:
    """The object and the field in it, whose long path may break at its dots."""
    first, *rest = finding.path.split(".")
    path = [first, *(part for name in rest for part in (html.Wbr(), f".{name}"))]
    return html.Div([finding.subject, " · " if finding.subject and first else "", *path], className="muted small")


def _document(shown: ShownDocument) -> Component:
    document = shown.document
    about = [document.applies_to, f"restart: {document.restart}" if document.restart else ""]
    label = " · ".join(part for part in (*about, "permission" if shown.permission else "") if part)
    return text_of(document.path, shown.text, label)
