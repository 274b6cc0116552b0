"""The state of the alerts page as its URL says it."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs

from dashboard.ui import query

TAB, ALERT, GROUP, FIND = "tab", "alert", "group", "find"
OWN = dict.fromkeys((TAB, ALERT, GROUP, FIND), "")
"""Parameters that other pages do not understand, to be taken away on the way there."""


class Tab(StrEnum):
    """A part of the page."""

    ALERTS = "alerts"
    SILENCES = "silences"
    LOG = "log"
    RECEIVERS = "receivers"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class AlertsState:
    """What the page is asked to show. `alert` is a fingerprint, `group` a group key; empty texts ask for nothing."""

    tab: Tab = Tab.ALERTS
    alert: str = ""
    group: str = ""
    find: str = ""


def parse(search: str | None) -> AlertsState:
    """Read the query part of a URL, with or without "?".

    Raises:
        UnreadableQuery: a value cannot be read.
    """
    given = {key: values[-1] for key, values in parse_qs((search or "").lstrip("?"), keep_blank_values=True).items()}
    return AlertsState(
        query.member(Tab, TAB, given.get(TAB) or Tab.ALERTS),
        given.get(ALERT, "").strip(),
        given.get(GROUP, ""),
        given.get(FIND, "").strip(),
    )
