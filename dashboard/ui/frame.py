"""The frame around every page: navigation, scope, time, search, freshness, sharing, help, theme."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.api.comparison import PREVIOUS
from dashboard.ui import comparing, controls, ids
from dashboard.ui.pages.page import Page
from dashboard.ui.views import menu
from dashboard.ui.views.parts import aria, icon, icon_button

WINDOWS = {"5m": "5 min", "15m": "15 min", "1h": "1 h", "6h": "6 h", "1d": "1 d", "7d": "7 d"}
TICK_MILLISECONDS = 5_000
AGE_MILLISECONDS = 2_000
SCOPE_MILLISECONDS = 60_000

COMPARISONS = (
    (ids.COMPARE_OFF, "", "Off"),
    (ids.COMPARE_PREVIOUS, PREVIOUS, "The window before"),
    (ids.COMPARE_HOUR, "1h", comparing.AGO["1h"]),
    (ids.COMPARE_DAY, "1d", comparing.AGO["1d"]),
    (ids.COMPARE_WEEK, "7d", comparing.AGO["7d"]),
)
"""Element, value of the URL's `compare`, and text of each comparison that is offered by name."""

SHORTCUTS = (
    ("?", "this help"),
    ("Ctrl-K", "search: ids, services, pages, actions"),
    ("/", "find in the page"),
    ("[  ]", "window back, forward"),
    ("l", "live on, off"),
    ("c", "compare on, off"),
    ("y", "copy a link to this view"),
    ("j  k", "next, previous row"),
    ("Enter", "open the row"),
    ("Esc", "leave the field, close the panel"),
    ("f", "graph: focus on the selected service, or leave it"),
    ("1  2  3", "graph: so many hops around the focus"),
    ("+  −  0", "graph: zoom in, zoom out, fit"),
    ("←↑↓→", "graph: move over it"),
    ("Tab", "graph: next service; Shift-Tab the one before"),
    ("p", "graph: replay the window; again to pause"),
    (",  .", "graph: one frame back, forward"),
    ("m", "graph: traffic on, off"),
)


def layout(pages: Sequence[Page], prefix: str) -> Component:
    """The whole document but for the page in it."""
    document: Component = dmc.MantineProvider(
        id=ids.PROVIDER,
        theme={"fontFamily": "inherit", "defaultRadius": "sm", "primaryColor": "mesh", "colors": _COLOURS},
        children=[
            dcc.Location(id=ids.LOCATION, refresh=False),
            dcc.Store(id=ids.CONTROLS, data=controls.table()),
            dcc.Store(id=ids.COMPARISONS, data=[[name, value, text] for name, value, text in COMPARISONS]),
            dcc.Store(id=ids.SCHEME, storage_type="local"),
            dcc.Store(id=ids.PLACES, data={}),
            dcc.Store(id=ids.SHARE_TEXTS, data={}),
            dcc.Interval(id=ids.TICK, interval=TICK_MILLISECONDS),
            dcc.Interval(id=ids.AGE_TICK, interval=AGE_MILLISECONDS),
            dcc.Interval(id=ids.SCOPE_TICK, interval=SCOPE_MILLISECONDS),
            html.Div(
                [
                    _navigation(pages, prefix),
                    html.Div(
                        [_bar(), _unreachable(), html.Div(id=ids.BANNER), html.Main(id=ids.PAGE)], className="stage"
                    ),
                ],
                className="frame",
            ),
            _help(pages),
        ],
    )
    return document


# Mantine asks for ten shades of each. What it writes in shades of "dark" in the dark scheme is, from the first: text,
# placeholders, borders, hover, inputs, the page.
_COLOURS = {
    "mesh": ["var(--mh-accent)"] * 10,
    "dark": [
        f"var(--mh-{token})"
        for token in ("text", "muted", "muted", "muted", "line", "raised", "surface", "page", "page", "page")
    ],
}


def _navigation(pages: Sequence[Page], prefix: str) -> Component:
    links = [
        dcc.Link(
            [icon(page.icon), html.Span(page.title)],
            id=f"{ids.NAVIGATION}-{page.path}",
            href=f"{prefix}{page.path}",
            className="nav-link",
            title=f"{page.title} (g {page.key})",
        )
        for page in pages
    ]
    return html.Nav(
        [html.Div([icon("mark"), html.Span("meshhub")], className="brand"), *links],
        id=ids.NAVIGATION,
        className="navigation",
        **aria(label="Pages"),
    )


def _bar() -> Component:
    return html.Header(
        [
            _scope(ids.CLUSTERS, "All clusters", "Clusters", "scope single"),
            _scope(ids.SCOPE, "All namespaces", "Namespaces", "scope"),
            _time(),
            _compare(),
            _search(),
            html.Div(
                [
                    html.Span(id=ids.FIRING, role="status"),
                    html.Span(id=ids.AGE, className="age", role="status"),
                    _share(),
                    icon_button(ids.HELP, "help", "Help (?)"),
                    icon_button(ids.THEME, "theme", "Light or dark"),
                    html.Span(id=ids.WHO),
                ],
                className="tools",
            ),
        ],
        className="bar",
    )


def _scope(element_id: str, all_of_them: str, label: str, classes: str) -> Component:
    """Not a MultiSelect: that drops a value of the URL which is not among its options, and those come later."""
    field: Component = dmc.TagsInput(
        id=element_id,
        placeholder=all_of_them,
        acceptValueOnBlur=False,
        clearable=True,
        size="xs",
        className=classes,
        **aria(label=label),
    )
    return field


def _unreachable() -> Component:
    """Shown by assets/frame.js while the hub does not answer the browser."""
    text = "The hub does not answer. What you see is from before; this page asks again by itself."
    return html.Div([icon("alert"), html.Span(text)], id=ids.UNREACHABLE, className="banner", role="alert")


def _time() -> Component:
    window = dmc.Select(
        id=ids.WINDOW,
        data=[{"value": value, "label": label} for value, label in WINDOWS.items()],
        value="15m",
        allowDeselect=False,
        size="xs",
        className="window",
        **aria(label="Length of the window"),
    )
    live = html.Button(
        [icon("live"), html.Span("Live")],
        id=ids.LIVE,
        className="button live",
        title="Follow the present (l)",
        **aria(pressed="true"),
    )
    return html.Div(
        [
            icon_button(ids.BACK, "back", "Window back ([)"),
            window,
            icon_button(ids.FORWARD, "forward", "Window forward (])"),
            live,
        ],
        className="time",
    )


def _compare() -> Component:
    """What the window is compared with, on every page. assets/frame.js writes on the button what is chosen."""
    target = html.Button(
        [icon("compare"), html.Span("Compare", id=ids.COMPARE)],
        id=ids.COMPARE_MENU,
        className="button compare",
        title="Compare with an earlier window (c)",
    )
    choices = [menu.item(name, text) for name, _, text in COMPARISONS]
    custom = dmc.DateTimePicker(
        id=ids.COMPARE_CUSTOM,
        label="The window that ends at (your time)",
        placeholder="another time",
        size="xs",
        clearable=True,
        dropdownType="modal",
        className="custom-time",
    )
    return menu.menu(target, [*choices, custom], title="Compare with", to_the_right=True)


def _search() -> Component:
    box: Component = dmc.Autocomplete(
        id=ids.SEARCH,
        placeholder="Id, service, page, action",
        leftSection=icon("search"),
        rightSection=dmc.Kbd("Ctrl K", size="xs"),
        rightSectionWidth=58,
        size="xs",
        limit=12,
        className="search",
        data=[],
        value="",
        **aria(label="Search"),
    )
    return box


def _share() -> Component:
    items = (
        (ids.COPY_LINK, "link", "Copy link"),
        (ids.COPY_CURL, "api", "Copy as curl"),
        (ids.COPY_CLI, "cli", "Copy as CLI"),
    )
    button = icon_button(ids.SHARE, "share", "Share this view (y copies the link)")
    return menu.menu(button, [menu.item(name, text, glyph) for name, glyph, text in items])


def _help(pages: Sequence[Page]) -> Component:
    goes = tuple((f"g  {page.key}", f"go to {page.title}") for page in pages)
    rows = [html.Div([html.Dt(dmc.Kbd(keys)), html.Dd(text)]) for keys, text in (*SHORTCUTS, *goes)]
    keys = html.Dl(rows, className="shortcuts")
    dialog: Component = dmc.Modal(keys, id=ids.HELP_DIALOG, title="Keyboard", opened=False)
    return dialog
