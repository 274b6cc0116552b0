"""The course of calls over time: what one edge carried, or all edges into or out of a node."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from meshhub.model import TimeRange
from topology.model import Counts


@dataclass(frozen=True, slots=True)
class Step:
    """What was measured from `time` on for one step. Quantiles are microseconds by name (p50, p90, p95, p99).

    A step without requests has no quantiles; what it says is that there were none.
    """

    time: datetime
    requests: int
    errors: Counts
    """Requests by kind, named as meshhub.outcome.Outcome; 4xx included."""
    latency: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CallSeries:
    """Both views of the same calls, by time; None where a side is not measured.

    A measured side has every step of the window.
    """

    window: TimeRange
    step_seconds: int
    client: tuple[Step, ...] | None
    server: tuple[Step, ...] | None


@dataclass(frozen=True, slots=True)
class NodeSeries:
    """The calls to a node, as its callers and as it saw them, and those it makes, as it and as its callees saw them."""

    id: str
    inbound: CallSeries
    outbound: CallSeries


@dataclass(frozen=True, slots=True)
class EdgeSeries:
    """The calls of one edge."""

    id: str
    calls: CallSeries
