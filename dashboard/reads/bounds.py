"""A window of time as parameters of a query."""

from typing import Any

from meshhub.model import TimeRange


def bounds(window: TimeRange) -> dict[str, Any]:
    """`start` and `end` in Unix seconds."""
    return {"start": window.start.timestamp(), "end": window.end.timestamp()}
