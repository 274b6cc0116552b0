"""Buttons in what the hub draws anew: assets/alerts.js tells the hub which was pressed, and by whom."""

from typing import Any

from dash import html
from dash.development.base_component import Component


def deed_button(text: str, kind: str, subject: str) -> Component:
    """A button that does something to a subject once a name was given."""
    said: dict[str, Any] = {"data-deed": kind, "data-subject": subject}
    return html.Button(text, className="button", **said)
