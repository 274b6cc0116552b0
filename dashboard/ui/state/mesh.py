"""The state of the mesh page as its URL says it."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs

from dashboard.ui import query

TAB = "tab"
OWN = dict.fromkeys((TAB,), "")
"""Parameters that other pages do not understand, to be taken away on the way there."""


class Tab(StrEnum):
    """A part of the page."""

    WIRING = "wiring"
    PROXIES = "proxies"


@dataclass(frozen=True, slots=True)
class MeshState:
    """What the page is asked to show."""

    tab: Tab = Tab.WIRING


def parse(search: str | None) -> MeshState:
    """Read the query part of a URL, with or without "?".

    Raises:
        UnreadableQuery: a value cannot be read.
    """
    given = {key: values[-1] for key, values in parse_qs((search or "").lstrip("?"), keep_blank_values=True).items()}
    return MeshState(query.member(Tab, TAB, given.get(TAB) or Tab.WIRING))
