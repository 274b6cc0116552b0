"""The state of the services page as its URL says it."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from dashboard.reads.service_model import Side
from dashboard.ui import query
from dashboard.ui.query import View

SERVICE_ID, SIDE, FIND = "id", "side", "find"


@dataclass(frozen=True, slots=True)
class ServicesState:
    """What the page is asked to show. `service_id` is empty for the list; `side` is None for the one that fits."""

    view: View
    service_id: str = ""
    side: Side | None = None


def parse(search: str | None) -> ServicesState:
    """Read the query part of a URL, with or without "?".

    Raises:
        UnreadableQuery: a value cannot be read.
    """
    given = {key: values[-1] for key, values in parse_qs((search or "").lstrip("?"), keep_blank_values=True).items()}
    side = given.get(SIDE, "")
    return ServicesState(
        query.parse(search),
        given.get(SERVICE_ID, "").strip(),
        query.member(Side, SIDE, side) if side else None,
    )
