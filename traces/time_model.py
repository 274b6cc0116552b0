"""Where time went, as data. Times are microseconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class TimePart(StrEnum):
    """A part of the time that a call took, in the order in which they pass."""

    RETRIES = "retries"
    """Attempts before the one that gave the answer, and waiting for the next."""
    CONNECT = "connect"
    """Making a new connection, with its TLS handshake."""
    QUEUE = "queue"
    """Held by the caller's proxy: filters, or waiting for a connection."""
    NETWORK = "network"
    """Between the two proxies, there and back."""
    CALLEE_PROXY = "callee_proxy"
    """Held by the callee's proxy: filters, or connecting to its application."""
    UPSTREAM = "upstream"
    """The callee's application, until its answer began."""
    BEYOND = "beyond"
    """Beyond the caller's proxy: network and callee are not told apart, as the callee's proxy did not report."""
    TRANSFER = "transfer"
    """Receiving the answer and passing it on."""
    UNKNOWN = "unknown"
    """No proxy measured it."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A time and what it is made of: `parts` add up to `total_us`; those of no length are left out."""

    total_us: int
    parts: Mapping[TimePart, int]


@dataclass(frozen=True, slots=True)
class Spent:
    """What one hop took of the whole request's time by itself. `parts` add up to `time_us`."""

    hop: str
    time_us: int
    parts: Mapping[TimePart, int]
