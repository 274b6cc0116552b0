"""Rows about SLOs. Times are Unix seconds: the start of a step."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SloCount:
    """Requests of one SLO in one step: those that count, the bad ones, and in how many parts of it there were any.

    `slo` is the number under which the SLO was asked for.
    """

    slo: int
    bucket: int
    total: int
    bad: int
    busy: int


@dataclass(frozen=True, slots=True)
class MinutesSeen:
    """In how many minutes of a step something was seen."""

    bucket: int
    minutes: int


@dataclass(frozen=True, slots=True)
class CalledService:
    """A service that was called in a window. `http`: not by TCP alone."""

    service: str
    namespace: str
    requests: int
    http: int
