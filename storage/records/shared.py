"""Rows of what the processes of one hub share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a shared log: positions count from 1; `writer` is the id of the attempt that wrote it."""

    position: int
    writer: str
    body: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a shared log came to up to a position."""

    position: int
    body: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a process last said of itself, and how many seconds ago."""

    instance: str
    kind: str
    body: str
    age_seconds: float
