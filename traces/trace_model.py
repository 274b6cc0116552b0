"""One trace as data: its spans as a tree, each with what was worked out of it.

Offsets and lengths are nanoseconds; an offset counts from `Trace.start_unix_nano` and is corrected for skewed clocks.
A span is spoken of by its index in `Trace.spans`; NONE stands for no span.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from storage.records.access_logs import AccessLog
from storage.records.logs import LogRecord
from storage.records.spans import Span
from traces.model import Note

NONE = -1

Section = tuple[int, int]
"""From, to."""


class Flaw(StrEnum):
    """What is wrong with a span's place in the tree, or its time."""

    MISSING_PARENT = "missing-parent"
    SELF_PARENT = "self-parent"
    CYCLE = "cycle"
    REPEATED_ID = "repeated-id"
    NEGATIVE_LENGTH = "negative-length"


class Side(StrEnum):
    """Which way the requests go that a proxy passed on."""

    INBOUND = "inbound"
    """The proxy's span is around the application's."""
    OUTBOUND = "outbound"
    """The application's span is around the proxy's."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The spans of a proxy and of its application for one call. `overhead_ns`: how much longer the outer one is."""

    outer: int
    inner: int
    side: Side
    overhead_ns: int


@dataclass(frozen=True, slots=True)
class TraceSpan:
    """One span in its place."""

    index: int
    span: Span
    """As it was sent."""
    parent: int
    depth: int
    below: int
    """How many spans are below it; they follow it in the order."""
    start_ns: int
    length_ns: int
    self_ns: int
    """The part of its length in which none of its children ran."""
    correction_ns: int
    """What was added to its clock."""
    error: bool
    """It failed itself."""
    errors_below: int
    critical: tuple[Section, ...]
    """Where it is on the critical path, by time."""
    flaws: tuple[Flaw, ...]

    @property
    def end_ns(self) -> int:
        return self.start_ns + self.length_ns


@dataclass(frozen=True, slots=True)
class ClockCorrection:
    """How far the clock of one instance was off. `correction_ns` was added to it."""

    service: str
    instance: str
    correction_ns: int
    spans: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A span that others name as their parent and that did not come. `service` is who should have sent it, as far as
    known; `why` is how that is known, a sentence."""

    span_id: str
    children: tuple[int, ...]
    service: str
    why: str


@dataclass(frozen=True, slots=True)
class Break:
    """A service that was asked with one trace context and made calls with another."""

    service: str
    trace_id: str
    other_trace_id: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything that is known of one trace. `spans` are in the order of a walk: parents before children, children by
    corrected start. Empty only if there is no span at all."""

    trace_id: str
    start_unix_nano: int
    length_ns: int
    spans: tuple[TraceSpan, ...]
    roots: tuple[int, ...]
    main_root: int
    """The root whose critical path is shown."""
    pairs: tuple[Pair, ...]
    clocks: tuple[ClockCorrection, ...]
    """Only those that were corrected, largest correction first."""
    gaps: tuple[Gap, ...]
    breaks: tuple[Break, ...]
    notes: tuple[Note, ...]
    access_logs: Mapping[str, tuple[AccessLog, ...]]
    """By the span id of the proxy's span."""
    logs: tuple[LogRecord, ...]
    """By time as sent."""
    truncated: bool
    """More spans are stored than were read."""

    @property
    def request_ids(self) -> tuple[str, ...]:
        """The x-request-ids that its spans carry, in their order."""
        return tuple(dict.fromkeys(each.span.request_id for each in self.spans if each.span.request_id))

    @property
    def services(self) -> tuple[str, ...]:
        """By name; "" for spans that do not say."""
        return tuple(sorted({each.span.service for each in self.spans}))
