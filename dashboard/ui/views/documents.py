"""Documents of configuration, and what is different in one."""

from dash import html
from dash.development.base_component import Component

from dashboard.ui.views.parts import code
from envoy_config.diff import DocumentDiff, Presence

_PRESENCE = {
    Presence.ADDED: "+ added",
    Presence.REMOVED: "− removed",
    Presence.CHANGED: "≠ changed",
    Presence.UNCHANGED: "as before",
}
_KINDS = {"+": "added", "-": "removed", "@": "place"}


def change(found: DocumentDiff) -> Component:
    """What became of a document, as lines told apart by sign and colour."""
    head = html.H4([code(found.name), " ", html.Span(_PRESENCE[found.presence], className="muted")])
    if found.secret:
        return html.Div([head, html.P("Its text is secret, and not shown.", className="muted")], className="change")
    lines = [html.Div(line or " ", className=f"line {_KINDS.get(line[:1], '')}") for line in found.unified.splitlines()]
    return html.Div([head, html.Pre(lines, className="diff")], className="change")


def text_of(name: str, text: str, label: str = "") -> Component:
    """A document, to be opened."""
    head = [code(name), html.Span(f" {label}", className="muted")] if label else [code(name)]
    return html.Details([html.Summary(head), html.Pre(text, className="text")])
