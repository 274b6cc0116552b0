"""The parts of a page as tabs: links, so that each part has an address."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from dash import html
from dash.development.base_component import Component

from dashboard.ui.links import Links
from dashboard.ui.views.parts import aria, link

TabT = TypeVar("TabT", bound=StrEnum)


def tabs(
    path: str,
    texts: Mapping[TabT, str],
    chosen: TabT,
    links: Links,
    own: Mapping[str, str],
    parameter: str = "tab",
) -> list[Component]:
    """One tab per member of an enumeration, whose first member needs no parameter. `own` are the page's own parameters,
    each empty: they do not go along to another tab."""
    first = next(iter(texts))
    return [
        html.Span(text, className="tab chosen", **aria(current="page"))
        if tab is chosen
        else html.Span(
            link(text, links.here(path, **{**own, parameter: "" if tab is first else tab.value})), className="tab"
        )
        for tab, text in texts.items()
    ]
