"""Rows of the course of call relations."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SeriesStep:
    """What one side said of some call relations in one step that starts at `start` (Unix seconds).

    `outcomes` are keys (response code, gRPC status or -1, response flags, whether it is a TCP connection) and, in a
    second list of the same length, their requests. `latency_us` are the 0.5, 0.9, 0.95 and 0.99 quantiles of the
    duration in microseconds.
    """

    start: int
    reporter: str
    requests: int
    duration_us_sum: int
    latency_us: list[float]
    outcomes: tuple[list[tuple[int, int, str, bool]], list[int]]
