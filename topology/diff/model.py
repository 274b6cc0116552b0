"""What changed between two graphs, as data. Durations are microseconds, rates are per second."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from meshhub.model import TimeRange
from topology.model import Note, ServiceEdge, ServiceNode


class Change(StrEnum):
    """What became of an edge or a node. Worst first, which is the order of a diff."""

    WORSE = "worse"
    REMOVED = "removed"
    ADDED = "added"
    BETTER = "better"
    NOT_MEASURED = "not-measured"
    """It is in one graph only, and in the other window nothing that could have seen it reported."""
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Delta:
    """A number before and after; None where it was not measured."""

    before: float | None
    after: float | None

    @property
    def difference(self) -> float | None:
        """After minus before."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def ratio(self) -> float | None:
        """After by before; None where before is zero."""
        return None if not self.before or self.after is None else self.after / self.before


@dataclass(frozen=True, slots=True)
class Proportion:
    """So many of so many requests."""

    count: int
    total: int

    @property
    def share(self) -> float | None:
        """None of none is None."""
        return self.count / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class ShareChange:
    """A share of requests in both windows, and how sure it is that it changed (topology.significance)."""

    before: Proportion
    after: Proportion
    p_value: float | None
    """Two-sided; None where one window has no requests."""
    significant: bool

    @property
    def difference(self) -> float | None:
        """After minus before, in shares."""
        before, after = self.before.share, self.after.share
        return None if before is None or after is None else after - before


@dataclass(frozen=True, slots=True)
class LatencyChange:
    """One quantile in both windows. `significant` by the rule of topology.significance, which wants sample sizes."""

    before: float
    after: float
    requests_before: int
    requests_after: int
    significant: bool


@dataclass(frozen=True, slots=True)
class VersionsChange:
    """Versions seen after but not before, and the other way round, sorted."""

    seen: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measures:
    """What is compared of an edge or a node. `errors` and `client_errors` are None for what only one window has."""

    rate: Delta
    errors: ShareChange | None
    client_errors: ShareChange | None
    latency: Mapping[str, LatencyChange]
    """By quantile (p50, p95, p99); empty where a window has none, and for nodes."""
    mtls_share: Delta


@dataclass(frozen=True, slots=True)
class EdgeChange:
    """An edge in both graphs. `words` say what changed, with counts, weightiest first; an unchanged one may have
    some, too: a new version, another rate."""

    id: str
    source: str
    destination: str
    change: Change
    before: ServiceEdge | None
    after: ServiceEdge | None
    measures: Measures
    versions: VersionsChange
    """Of the callee."""
    words: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class NodeChange:
    """A node in both graphs, judged by what it answers; `words` as of an edge."""

    id: str
    change: Change
    before: ServiceNode | None
    after: ServiceNode | None
    measures: Measures
    versions: VersionsChange
    words: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class GraphDiff:
    """What changed from one window to the other: edges and nodes, each worst first.

    The windows are the parts that were measured. `notes` say what limits the comparison.
    """

    before: TimeRange
    after: TimeRange
    edges: tuple[EdgeChange, ...]
    nodes: tuple[NodeChange, ...]
    notes: tuple[Note, ...]
