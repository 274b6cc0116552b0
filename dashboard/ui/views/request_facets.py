"""How found requests are spread, and what a selection of them has that the rest has not."""

import math
from collections.abc import Callable
from datetime import UTC, datetime

from dash import html
from dash.development.base_component import Component

from dashboard.reads.facets import Facet, FacetValue
from dashboard.reads.search_answers import SearchFacets
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.state.requests import FAILED, Box, RequestsState
from dashboard.ui.views.parts import code, link, section
from meshhub.expression import Kind
from meshhub.expression.printing import quote
from storage.filters import REQUEST_FIELDS
from traces.difference import AttributeDifference, Contrast

MAX_TEXT = 120

Narrow = Callable[[str, str], str]


def facets(found: SearchFacets, state: RequestsState, links: Links) -> Component:
    """Each field with its most frequent values; a value narrows the search."""
    narrow = narrower(state, links)
    return html.Div(
        [
            html.H2("Found"),
            html.P([f"{fmt.plural(found.requests, 'request')} in the part of the window that was counted. "]),
            html.P(link("What do failed ones have in common?", links.here("requests", pick=FAILED))),
            *(section(facet.field, _values(facet, found.requests, narrow)) for facet in found.facets),
        ],
        className="stack facets",
    )


def difference(found: Contrast, words: str, state: RequestsState, links: Links, exact: bool) -> Component:
    """What differs, largest difference first. `words` say what was selected."""
    narrow = narrower(state, links)
    close = html.Div(link("Close", links.here("requests", pick=""), label="Close (Esc)"), className="close")
    head = [close, html.H2("What differs"), html.P([words])]
    if not found.selected or not found.rest:
        text = "There is nothing to compare: " + (
            "the selection is empty." if not found.selected else "nothing is left."
        )
        return html.Div([*head, html.P(text, className="muted")], className="stack")
    head.append(html.P(f"{fmt.plural(found.selected, 'request')} against {found.rest:,} others."))
    if not exact:
        head.append(html.P("So many were picked that they are taken by their duration alone.", className="muted"))
    if found.sampled:
        head.append(html.P("There are more requests than were compared.", className="muted"))
    strong = [each for each in found.attributes if each.significant]
    weak = [each for each in found.attributes if not each.significant]
    if not strong:
        head.append(html.P("Nothing differs by more than chance would explain.", className="muted"))
    return html.Div(
        [
            *head,
            html.Ul([_attribute(each, narrow) for each in strong], className="differences"),
            html.Details(
                [
                    html.Summary(f"{len(weak)} more, which may be chance"),
                    html.Ul([_attribute(each, narrow) for each in weak], className="differences"),
                ]
            )
            if weak
            else None,
        ],
        className="stack",
    )


def zoom(box: Box | None, links: Links) -> Component | None:
    """The way to the picked part of the window alone."""
    if box is None:
        return None
    seconds = max(math.ceil((box.last_ms - box.first_ms) / 1000), 1)
    end = datetime.fromtimestamp(math.ceil(box.last_ms / 1000), UTC)
    address = links.here("requests", window=f"{seconds}s", end=f"{end:%Y-%m-%dT%H:%M:%SZ}", live="", pick="")
    return html.P(link("Zoom to this part of the window", address))


def narrower(state: RequestsState, links: Links) -> Narrow:
    """Makes the link of the search narrowed to a value of a field."""

    def narrow(field: str, value: str) -> str:
        known = f"({state.expression}) and " if state.expression else ""
        return links.here("requests", q=f"{known}{_equation(field, value)}", pick="", rows="")

    return narrow


def _equation(name: str, value: str) -> str:
    """A field, or an attribute, and its value in the language of filters."""
    field = REQUEST_FIELDS.find(name)
    if field is None:
        return f"{quote(name)} = {quote(value)}"
    if field.kind is Kind.BOOLEAN:
        return name if value == "true" else f"not {name}"
    return f"{name} = {value if field.kind is Kind.NUMBER else quote(value)}"


def _values(facet: Facet, whole: int, narrow: Narrow) -> Component:
    items = [_value(facet.field, each, whole, narrow) for each in facet.values]
    if facet.other:
        items.append(
            html.Li([html.Span("others", className="muted"), html.Span(f"{facet.other:,}", className="count")])
        )
    return html.Ul(items, className="facet")


def _value(field: str, each: FacetValue, whole: int, narrow: Narrow) -> Component:
    share = min(1.0, each.requests / max(whole, 1))
    shown = each.value[:MAX_TEXT] or "none"
    name = (
        link(shown, narrow(field, each.value), label=each.words) if each.value else html.Span(shown, className="muted")
    )
    return html.Li(
        [
            html.Span(className="share", style={"width": f"{100 * share:.1f}%"}),
            html.Span(name, className="value", title=each.words or None),
            html.Span(f"{each.requests:,}", className="count"),
        ]
    )


def _attribute(each: AttributeDifference, narrow: Narrow) -> Component:
    lift = f"{fmt.digits(each.lift)}× as often" if each.lift is not None else "never in the rest"
    return html.Li(
        [
            html.Div(
                [code(each.key[:MAX_TEXT]), " = ", link(each.value[:MAX_TEXT] or "empty", narrow(each.key, each.value))]
            ),
            _bar("selection", each.selected_share),
            _bar("rest", each.rest_share),
            html.Span(lift, className="muted small"),
        ]
    )


def _bar(name: str, share: float) -> Component:
    bar = html.Span(className=f"fill {name}", style={"width": f"{100 * min(1.0, share):.1f}%"})
    return html.Div(
        [html.Span(name, className="who"), html.Span(bar, className="room"), html.Span(fmt.share(share))],
        className="against",
    )
