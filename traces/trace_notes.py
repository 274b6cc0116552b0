"""What a reader of a trace should know, in words."""

from collections import Counter
from collections.abc import Iterator, Sequence

from traces.model import Note
from traces.trace_model import Break, ClockCorrection, Flaw, Gap

NOTABLE_CORRECTION_NS = 100_000
"""Smaller ones are applied and not spoken of."""
MANY = 5
"""More notes of a kind than this are summed up."""

_FLAW_WORDS = {
    Flaw.SELF_PARENT: "Named as its own parent, and shown as a root: {}.",
    Flaw.CYCLE: "Below itself, by what the spans say of their parents, and cut there: {}.",
    Flaw.REPEATED_ID: "With the id of another span; children of such an id are shown below the first: {}.",
    Flaw.NEGATIVE_LENGTH: "Ended before it started, by its own times, and shown without a length: {}.",
}


def note_trace(
    flaws: Counter[Flaw],
    copies: int,
    clocks: Sequence[ClockCorrection],
    gaps: Sequence[Gap],
    breaks: Sequence[Break],
    roots: int,
    truncated: bool,
) -> Iterator[Note]:
    """The notes, most important first. `roots` are the spans without a parent that do not name one."""
    if truncated:
        yield Note("truncated", "More spans are stored of this trace than are shown: the earliest are.")
    yield from _note_breaks(breaks)
    yield from _note_gaps(gaps)
    yield from _note_clocks(clocks)
    if roots > 1:
        yield Note("several-roots", f"{roots} spans have no parent: several requests were given the same trace id.")
    for flaw, words in _FLAW_WORDS.items():
        if flaws[flaw]:
            yield Note(flaw.value, words.format(_count(flaws[flaw])))
    if copies:
        yield Note("copies", f"{_count(copies)} came twice and are shown once.")


def _note_breaks(breaks: Sequence[Break]) -> Iterator[Note]:
    for each in breaks[:MANY]:
        yield Note(
            "propagation-broken",
            f"{each.service} was asked with trace {each.trace_id} and made calls with trace {each.other_trace_id}: it "
            "does not pass the trace context on.",
        )


def _note_gaps(gaps: Sequence[Gap]) -> Iterator[Note]:
    for gap in gaps[:MANY]:
        yield Note("missing-span", f"Span {gap.span_id} is missing. {gap.why}")
    if len(gaps) > MANY:
        services = sorted({gap.service for gap in gaps if gap.service})
        blamed = f" They should have come from {', '.join(services[:MANY])}." if services else ""
        yield Note("missing-span", f"{len(gaps) - MANY} more spans are missing.{blamed}")


def _note_clocks(clocks: Sequence[ClockCorrection]) -> Iterator[Note]:
    for clock in clocks[:MANY]:
        way = "behind" if clock.correction_ns > 0 else "ahead"
        name = clock.service or "an unknown service"
        where = f" ({clock.instance})" if clock.instance else ""
        yield Note(
            "clock-skew",
            f"The clock of {name}{where} was {_length(abs(clock.correction_ns))} {way}: its {_count(clock.spans)} "
            f"{'is' if clock.spans == 1 else 'are'} moved by {'+' if clock.correction_ns > 0 else '-'}"
            f"{_length(abs(clock.correction_ns))}.",
        )
    if len(clocks) > MANY:
        yield Note("clock-skew", f"{len(clocks) - MANY} more clocks were corrected by less.")


def _count(spans: int) -> str:
    return "one span" if spans == 1 else f"{spans:,} spans"


def _length(nanoseconds: int) -> str:
    for size, unit in ((3_600_000_000_000, "h"), (1_000_000_000, "s"), (1_000_000, "ms")):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds / 1000:.3g} µs"
