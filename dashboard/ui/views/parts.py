"""The small pieces that views are made of."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.theme import MARKS
from topology.health import Health

Content = Component | str | Sequence[Component | str | None] | None


def aria(**values: str) -> dict[str, Any]:
    """Attributes for screen readers: aria(label="Close") is aria-label="Close"."""
    return {f"aria-{name}": value for name, value in values.items()}


def icon(name: str) -> Component:
    """An icon of assets/icons.css; it says nothing to screen readers, so its neighbour or label must."""
    return html.Span(className=f"icon icon-{name}", **aria(hidden="true"))


def icon_button(element_id: str, glyph: str, label: str) -> Component:
    """A button that is only an icon; its label is its hover text."""
    return html.Button(icon(glyph), id=element_id, className="button icon-button", title=label, **aria(label=label))


def health_mark(health: Health, word: str = "") -> Component:
    """A state by colour, shape and word; another word may stand for it."""
    mark = MARKS[health]
    return html.Span([html.Span(mark.glyph, className="glyph"), word or mark.word], className=f"health {health}")


def section(title: str, content: Content, *, aside: Content = None) -> Component:
    """A titled part of a panel or page."""
    head = [html.H3(title), html.Span(aside, className="aside")] if aside else [html.H3(title)]
    return html.Section([html.Header(head), html.Div(content)], className="section")


def facts(pairs: Iterable[tuple[str, Content]]) -> Component:
    """Names and values; a value that is absent is left out."""
    rows = [html.Div([html.Dt(name), html.Dd(value)]) for name, value in pairs if value not in (None, "", [])]
    return html.Dl(rows, className="facts")


def table(head: Sequence[str], rows: Iterable[Sequence[Content]], *, numeric: int = 1) -> Component:
    """A small table; columns from `numeric` on are numbers and stand to the right."""
    classes = ["" if index < numeric else "number" for index in range(len(head))]
    header = html.Tr([html.Th(text, className=name, scope="col") for text, name in zip(head, classes, strict=True)])
    body = [html.Tr([html.Td(cell, className=name) for cell, name in zip(row, classes, strict=True)]) for row in rows]
    return html.Div(html.Table([html.Thead(header), html.Tbody(body)]), className="table")


def link(content: Content, href: str, *, label: str = "") -> Component:
    """A link to a view of this app."""
    return dcc.Link(content, href=href, className="link", title=label or None)


def moment(time: datetime) -> Component:
    """A time of day with its zone; the date and the fraction are in the hover text."""
    return html.Time(fmt.moment(time), title=fmt.exact_moment(time), dateTime=time.isoformat())


def day_moment(time: datetime) -> Component:
    """A date and time with its zone, for what may be days ago; the fraction is in the hover text."""
    return html.Time(fmt.day_moment(time), title=fmt.exact_moment(time), dateTime=time.isoformat())


def code(text: str) -> Component:
    """Something to be read letter by letter: an id, an address, a header."""
    return html.Code(text, className="code")


def copyable(text: str, label: str) -> Component:
    """A block to copy from, with its button (assets/frame.js)."""
    source: dict[str, Any] = {"data-copy": text}
    button = html.Button([icon("copy"), "Copy"], className="copy", title=label, **source)
    return html.Div([html.Pre(text), button], className="copyable")
