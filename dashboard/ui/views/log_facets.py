"""How the values of fields are spread over the access logs that match: a list of values for each field."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.reads.facets import Facet, FacetValue
from dashboard.reads.log_answers import LogFacets
from dashboard.ui import format as fmt
from meshhub.expression import Kind
from meshhub.expression.printing import quote
from storage.filters import ACCESS_LOG_FIELDS

NO_VALUE = "(none)"


def facets(found: LogFacets) -> Component:
    """Every field with its most frequent values. A click narrows to a value; with Alt it leaves the value out."""
    if not found.total:
        return html.P("No values: nothing matches.", className="muted small nothing")
    shown = [_facet(facet, found.total) for facet in found.facets if facet.values]
    hint = html.P("Click a value to narrow to it, Alt-click to leave it out.", className="muted small")
    return html.Div([hint, *shown])


def _facet(facet: Facet, total: int) -> Component:
    rows = [_value(facet.field, value, total) for value in facet.values]
    if facet.sample is not None:
        rows.insert(0, html.Li(_sampled(facet.sample), className="muted small"))
    at_least = "≥ " if facet.sample is not None else ""
    more = facet.distinct - len(facet.values)
    if more > 0:
        rows.append(
            html.Li(f"{at_least}{fmt.plural(more, 'other value')}: {fmt.number(facet.other)}", className="muted small")
        )
    return html.Details(
        [
            html.Summary(
                [html.Span(facet.field.replace("_", " ").capitalize()), html.Span(f"{at_least}{facet.distinct:,}")]
            ),
            html.Ul(rows),
        ],
        open=True,
        className="log-facet",
    )


def _sampled(share: float) -> str:
    return f"Estimated from {fmt.share(share)} of the access logs; ± is how far off it may be, with 95 % confidence."


def _value(field: str, value: FacetValue, total: int) -> Component:
    bare = (known := ACCESS_LOG_FIELDS.find(field)) is not None and known.kind is Kind.NUMBER
    written = value.value if bare else quote(value.value)
    condition = f"{field} = {written}" if value.value else f"not {field} exists"
    opposite = f"not {condition}" if value.value else f"{field} exists"
    conditions: dict[str, Any] = {"data-add": condition, "data-exclude": opposite}
    part = value.requests / total if total else 0
    off = f" ± {fmt.number(value.margin)}" if value.margin else ""
    words = f"{value.words}\n" if value.words else ""
    exactly = f" ± {value.margin:,}" if value.margin else ""
    return html.Li(
        html.Button(
            [
                html.Span(value.value or NO_VALUE, className="value"),
                html.Span(f"{fmt.number(value.requests)}{off}", className="amount"),
                html.Span(className="portion", style={"width": f"{max(1, round(100 * part))}%"}),
            ],
            title=f"{words}{value.value or NO_VALUE}: {value.requests:,}{exactly} of {total:,} ({fmt.share(part)})",
            className="log-facet-value",
            **conditions,
        )
    )
