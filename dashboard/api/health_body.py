"""The verdict on a node or an edge in the API."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.notes import NoteBody, show_notes
from topology.health import Verdict


class HealthBody(TypedDict):
    """How it does, and why."""

    state: Annotated[str, Field(description="healthy, degraded, failing, idle or not-measured.")]
    reasons: Annotated[list[NoteBody], Field(description="The weightiest first; at least one.")]


def show_health(verdict: Verdict | None) -> HealthBody | None:
    """None where nobody asked for a verdict."""
    if verdict is None:
        return None
    return {"state": verdict.health, "reasons": show_notes(verdict.reasons)}
