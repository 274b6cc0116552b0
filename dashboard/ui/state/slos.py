"""The state of the SLO page as its URL says it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import parse_qs

from dashboard.ui import query
from dashboard.ui.query import View

NAME, EDIT, DAYS, FIND = "slo", "edit", "days", "find"
OWN = dict.fromkeys((NAME, EDIT, DAYS, FIND), "")
"""Parameters that other pages do not understand, to be taken away on the way there."""

NEW, DEFAULTS = "new", "defaults"
"""What `edit` may name besides an SLO: the first one, and the default SLOs."""


class Days(StrEnum):
    """How much of the past is shown."""

    ONE = "1"
    WEEK = "7"
    MONTH = "30"

    @property
    def length(self) -> timedelta:
        return timedelta(days=int(self))


@dataclass(frozen=True, slots=True)
class SlosState:
    """What the page is asked to show: the list, one SLO by its `name`, or the editor with what `edit` names.

    `days` is None where the URL does not say: a week of one SLO, a month in the editor.
    """

    view: View
    name: str = ""
    edit: str = ""
    days: Days | None = None


def parse(search: str | None) -> SlosState:
    """Read the query part of a URL, with or without "?".

    Raises:
        UnreadableQuery: a value cannot be read.
    """
    given = {key: values[-1] for key, values in parse_qs((search or "").lstrip("?"), keep_blank_values=True).items()}
    days = given.get(DAYS, "")
    return SlosState(
        query.parse(search),
        given.get(NAME, "").strip(),
        given.get(EDIT, "").strip(),
        query.member(Days, DAYS, days) if days else None,
    )
