"""What the pages ask of the hub. `dashboard.reads.Reads` answers it, and `meshhub.testing.fake_reads` in tests."""

from collections.abc import Sequence
from typing import Protocol

from dashboard.reads import DataAge, HubHealth
from meshhub.model import TimeRange
from topology.model import ServiceGraph
from traces.model import Journey


class Reads(Protocol):
    """Every method blocks, is thread-safe, and raises a MeshhubError whose message is fit to be shown."""

    def age(self) -> DataAge: ...

    def graph(self, window: TimeRange) -> ServiceGraph: ...

    def request(self, request_id: str) -> Journey:
        """Raises NotFound, with a message that says what was searched."""
        ...

    def hub(self, window: TimeRange, metrics: Sequence[str]) -> HubHealth: ...
