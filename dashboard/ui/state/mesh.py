"""The state of the mesh page as its URL says it."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs

from dashboard.ui import query

TAB, VERSION = "tab", "version"
OWN = dict.fromkeys((TAB, VERSION), "")
"""Parameters that other pages do not understand, to be taken away on the way there."""


class Tab(StrEnum):
    """A part of the page."""

    WIRING = "wiring"
    PROXIES = "proxies"
    BUNDLES = "bundles"
    HISTORY = "history"


MOST_DIGITS = 16


@dataclass(frozen=True, slots=True)
class MeshState:
    """What the page is asked to show. `version` is the id of one of the history; None for the list."""

    tab: Tab = Tab.WIRING
    version: int | None = None


def parse(search: str | None) -> MeshState:
    """Read the query part of a URL, with or without "?".

    Raises:
        UnreadableQuery: a value cannot be read.
    """
    given = {key: values[-1] for key, values in parse_qs((search or "").lstrip("?"), keep_blank_values=True).items()}
    return MeshState(query.member(Tab, TAB, given.get(TAB) or Tab.WIRING), _version(given.get(VERSION, "")))


def _version(text: str) -> int | None:
    digits = text.strip().removeprefix("v")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) < MOST_DIGITS):
        raise query.UnreadableQuery(f"could not read {VERSION}={text[:50]}: it takes the id of a version, like 12")
    return int(digits)
