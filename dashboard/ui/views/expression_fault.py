"""What is wrong with an expression, where, and what would be right."""

from dash import html
from dash.development.base_component import Component

from meshhub.expression import ExpressionFault

AROUND = 24
"""So many characters are shown on each side of the fault."""


def expression_fault(text: str, fault: ExpressionFault | None) -> list[Component]:
    """One line below the field; nothing if nothing is wrong."""
    if fault is None:
        return []
    at = min(fault.position, len(text))
    before = ("…" if at > AROUND else "") + text[max(0, at - AROUND) : at]
    wrong = text[at : at + 1] or " "
    after = text[at + 1 : at + 1 + AROUND]
    return [
        html.Span([before, html.Span(wrong, className="at"), after], className="code"),
        html.Span(f" Character {at + 1}: {fault.reason}."),
        html.Span(f" {fault.hint}" if fault.hint else "", className="muted"),
    ]
