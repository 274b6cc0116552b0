"""What configuration was put in force when, by whom and why; of one version, what it changed and what is in it."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.reads.wiring import VersionDetail
from dashboard.ui.links import Links
from dashboard.ui.state import mesh as state
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.documents import change, text_of
from dashboard.ui.views.parts import Content, code, copyable, day_moment, facts, link, section, table
from envoy_config.diff import Presence
from envoy_config.history.model import Deed, Version

HASH_SHOWN = 12
HEADS = ("Version", "When", "Who", "What", "For", "Why", "Documents")
_DEEDS = {Deed.APPLY: "applied", Deed.ROLLBACK: "rolled back", Deed.SERVE: "served"}


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
                    ("When", day_moment(about.at)),
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
    changes = [change(each) for each in changed] or [html.P("Nothing is different.", className="muted")]
    documents = [text_of(each.name, each.text) for each in found.documents]
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
        day_moment(each.at),
        each.author,
        f"{_DEEDS[each.deed]} v{each.restores}" if each.restores else _DEEDS[each.deed],
        str(each.scope),
        each.message,
        f"{len(each.documents):,}",
    )
