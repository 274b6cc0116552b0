"""What the query services ask of the hub."""

from collections.abc import Sequence
from typing import Protocol

from storage.records.compat import Operation, TraceOutline
from traces.compat.model import Dependency, Trace, TraceQuery


class CompatReads(Protocol):
    """dashboard.reads.compat.CompatReads."""

    def now_ns(self) -> int: ...

    def services(self, tenant: str = "") -> list[str]: ...

    def operations(self, service: str, kind: str = "", tenant: str = "") -> list[Operation]: ...

    def traces(self, trace_ids: Sequence[str], tenant: str = "") -> list[Trace]: ...

    def search(self, query: TraceQuery) -> list[Trace]: ...

    def outlines(self, query: TraceQuery) -> list[TraceOutline]: ...

    def dependencies(self, start_ns: int, end_ns: int, tenant: str = "") -> list[Dependency]: ...
