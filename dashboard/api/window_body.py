"""The window and the freshness that answers state."""

from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.reads.hub import DataAge
from meshhub.model import TimeRange


class WindowBody(TypedDict):
    """The window that an answer covers."""

    start: datetime
    end: datetime
    seconds: Annotated[float, Field(description="Its length, which rates are over.")]


class AgeBody(TypedDict):
    """Seconds since the hub took the newest record; null where the last hour has none."""

    access_logs: float | None
    spans: float | None
    metrics: float | None


def show_window(window: TimeRange) -> WindowBody:
    return {"start": window.start, "end": window.end, "seconds": window.seconds}


def show_age(age: DataAge) -> AgeBody:
    return {"access_logs": age.access_logs, "spans": age.spans, "metrics": age.metrics}
