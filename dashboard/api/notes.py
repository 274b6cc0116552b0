"""Notes of edges and hops in the API."""

from collections.abc import Iterable
from typing import Annotated, Protocol

from pydantic import Field
from typing_extensions import TypedDict


class NoteBody(TypedDict):
    """Something to know about an edge or a hop."""

    code: Annotated[str, Field(description="Stable; for scripts.", examples=["server-not-measured"])]
    text: Annotated[str, Field(description="For people.")]


class Note(Protocol):
    """A note of the graph or of a journey."""

    @property
    def code(self) -> str: ...

    @property
    def text(self) -> str: ...


def show_notes(notes: Iterable[Note]) -> list[NoteBody]:
    """In their order."""
    return [{"code": note.code, "text": note.text} for note in notes]
