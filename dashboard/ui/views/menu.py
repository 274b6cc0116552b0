"""What opens below a button: a list of actions, or some controls. assets/menu.js opens and closes it.

Not Mantine's: Dash compares each part of one of its menus with everything that ever changed on the page, at every step
of every refresh, which took half the time of a refresh.
"""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.ui.views.parts import aria, icon

Glyph = str
"""Name of an icon; empty for none."""


def menu(button: Component, children: Sequence[Component], *, title: str = "", to_the_right: bool = False) -> Component:
    """A list below a button, of `item`s and what else belongs to it.

    Args:
        title: what the items are, above them; empty for none.
        to_the_right: whether the list reaches to the right of the button's left edge, or to the left of its right edge.
    """
    head = [html.Div(title, className="drop-title")] if title else []
    return _drop(button, html.Div([*head, *children], className="drop-down", role="menu"), to_the_right)


def item(element_id: str, text: str, glyph: Glyph = "") -> Component:
    """An action of a menu: a button, whose `n_clicks` count from 0."""
    return html.Button(
        [icon(glyph), text] if glyph else text,
        id=element_id,
        className="drop-item",
        role="menuitem",
        n_clicks=0,
        tabIndex=-1,
    )


def controls(button: Component, content: Component, *, to_the_right: bool = False) -> Component:
    """Controls below a button. They stay while they are used."""
    return _drop(button, html.Div(content, className="drop-down", role="group"), to_the_right)


def _drop(button: Component, content: Component, to_the_right: bool) -> Component:
    for name, value in aria(haspopup="true", expanded="false").items():
        setattr(button, name, value)
    place = "drop to-the-right" if to_the_right else "drop"
    return html.Div([html.Span(button, className="drop-button"), content], className=place)
