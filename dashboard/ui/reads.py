"""What the pages ask of the hub, by family. `dashboard.reads` answers it, and `meshhub.testing.fake_reads` in tests.

Every method blocks, is thread-safe, and raises a MeshhubError whose message is fit to be shown.
"""

from collections.abc import Sequence
from typing import Protocol

from dashboard.reads.hub import DataAge, HubHealth
from meshhub.model import TimeRange
from topology.model import ServiceGraph
from traces.model import Journey


class HubReads(Protocol):
    """dashboard.reads.hub.HubReads."""

    def age(self) -> DataAge: ...

    def health(self, window: TimeRange, metrics: Sequence[str]) -> HubHealth: ...


class GraphReads(Protocol):
    """dashboard.reads.graphs.GraphReads."""

    def graph(self, window: TimeRange) -> ServiceGraph: ...


class RequestReads(Protocol):
    """dashboard.reads.requests.RequestReads."""

    def journey(self, request_id: str) -> Journey:
        """Raises NotFound, with a message that says what was searched."""
        ...


class Reads(Protocol):
    """All families."""

    @property
    def hub(self) -> HubReads: ...

    @property
    def graphs(self) -> GraphReads: ...

    @property
    def requests(self) -> RequestReads: ...
