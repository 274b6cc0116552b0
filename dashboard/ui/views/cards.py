"""Cards that stand where a view cannot: what failed and why, or why there is nothing and what to do."""

import logging
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.ui.pages.page import Page
from dashboard.ui.views.parts import Content, aria, code, icon, link
from meshhub.errors import MeshhubError, NotFound, StorageError

logger = logging.getLogger(__name__)

RETRY_CLASS = "retry"
"""assets/frame.js asks again when a button of this class is pressed."""


def error_card(error: Exception) -> Component:
    """What failed, the cause, and a button to try again. An error that is not ours is logged and not shown."""
    if isinstance(error, MeshhubError):
        message = str(error)
    else:
        logger.error("could not draw a view", exc_info=error)
        message = "could not draw this view: an internal error. The hub's log has the details."
    head, _, cause = message.partition(": ")
    return html.Div(
        [
            html.H2([icon("alert"), _sentence(head)]),
            html.P(_sentence(cause)) if cause else None,
            html.P(_advice(error), className="muted"),
            html.Button("Try again", className=f"button {RETRY_CLASS}"),
        ],
        className="card error",
        role="alert",
    )


def empty_card(title: str, content: Content) -> Component:
    """Why there is nothing here, and what to do."""
    return html.Div([html.H2(title), html.Div(content)], className="card empty")


def no_page(pathname: str, pages: Sequence[Page], prefix: str) -> Component:
    """What stands at an address that has no page."""
    links = html.Ul([html.Li(link(page.title, f"{prefix}{page.path}")) for page in pages])
    return empty_card("There is no such page", [html.P(["Nothing is at ", code(pathname), ". There are:"]), links])


def skeleton(lines: int = 6) -> Component:
    """What stands while a view is made; it shows itself only after 300 ms."""
    return html.Div([html.Div(className="bone") for _ in range(lines)], className="skeleton", **aria(busy="true"))


def _advice(error: Exception) -> str:
    if isinstance(error, StorageError) and error.retryable:
        return "This may pass: the view asks again by itself while it is live."
    if isinstance(error, NotFound):
        return "Data takes about two seconds from a proxy to this page."
    return ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
