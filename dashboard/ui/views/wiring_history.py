"""What configuration was put in force when, by whom and why; of one version, what it changed and what is in it."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.reads.wiring import VersionDetail
from dashboard.ui.links import Links
from dashboard.ui.state import mesh as state
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.parts import Content, code, copyable, facts, link, moment, section, table
from envoy_config.diff import DocumentDiff, Presence
from envoy_config.history.model import AppliedDocument, Deed, Version

HASH_SHOWN = 12
HEADS = ("Version", "When", "Who", "What", "For", "Why", "Documents")
_DEEDS = {Deed.APPLY: "applied", Deed.ROLLBACK: "rolled back", Deed.SERVE: "served"}
_PRESENCE = {
    Presence.ADDED: "+ added",
    Presence.REMOVED: "− removed",
    Presence.CHANGED: "≠ changed",
    Presence.UNCHANGED: "as before",
}


def history(versions: Sequence[Version], links: Links) -> Component:
    """The versions, newest first."""
    if not versions:
        return empty_card(
            "No configuration has been put in force yet",
            [
                html.P(
                    "Each change that meshhub applies or serves is kept here with its author, and can be rolled back:"
                ),
                copyable("meshhub wire apply --help", "Copy the command"),
            ],
        )
    rows = [_row(each, links) for each in versions]
    return html.Div(section("History", table(HEADS, rows, numeric=6), aside=f"{len(rows)}"), className="card proxies")


def version(found: VersionDetail, links: Links) -> Component:
    """One version: what it changed against the one before of its scope, then its documents."""
    about = found.version
    before = found.before.name if found.before else "nothing: it is the first of its scope"
    changed = [each for each in found.changes if each.presence is not Presence.UNCHANGED]
    unchanged = len(found.changes) - len(changed)
    head = html.Div(
        [
            html.P(link("All versions", links.here("mesh", **{state.VERSION: ""}))),
            html.H2(about.text),
            facts(
                [
                    ("When", moment(about.at)),
                    ("Against", before),
                    ("Hash", code(about.content_hash[:HASH_SHOWN])),
                    ("Unchanged documents", str(unchanged) if unchanged else None),
                ]
            ),
            html.P("To go back to it:"),
            copyable(f"meshhub wire rollback {about.name}", "Copy the command"),
        ],
        className="card head",
    )
    changes = [_change(each) for each in changed] or [html.P("Nothing is different.", className="muted")]
    documents = [_document(each) for each in found.documents]
    return html.Div(
        [
            head,
            html.Div(section("What it changed", changes), className="card"),
            html.Div(section("Its documents", documents, aside=f"{len(documents)}"), className="card"),
        ],
        className="version",
    )


def _row(each: Version, links: Links) -> tuple[Content, ...]:
    return (
        link(each.name, links.here("mesh", **{state.VERSION: str(each.id)})),
        moment(each.at),
        each.author,
        f"{_DEEDS[each.deed]} v{each.restores}" if each.restores else _DEEDS[each.deed],
        str(each.scope),
        each.message,
        f"{len(each.documents):,}",
    )


def _change(change: DocumentDiff) -> Component:
    head = html.H4([code(change.name), " ", html.Span(_PRESENCE[change.presence], className="muted")])
    if change.secret:
        return html.Div([head, html.P("Its text is secret, and not shown.", className="muted")], className="change")
    return html.Div([head, _lines(change.unified)], className="change")


def _lines(unified: str) -> Component:
    """A unified diff, its lines told apart by sign and colour."""
    kinds = {"+": "added", "-": "removed", "@": "place"}
    lines = [html.Div(line or " ", className=f"line {kinds.get(line[:1], '')}") for line in unified.splitlines()]
    return html.Pre(lines, className="diff")


def _document(document: AppliedDocument) -> Component:
    return html.Details([html.Summary(code(document.name)), html.Pre(document.text, className="text")])
