"""A trace in lines of text: spans below each other, time from left to right, the critical path in full blocks."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from dashboard.ui.format import duration, plural

if TYPE_CHECKING:
    from dashboard.api.trace_body import TraceBody, TraceSpanBody

HEADS = ("Span", "Answer", "Time", "Own", "")
NUMBERS = ("Time", "Own")
WIDTH = 48
"""Characters of the time axis."""
DEEPEST = 24
"""Spans below this depth are not moved further to the right."""
ON_PATH, BESIDE = "█", "░"


def heading(trace: "TraceBody") -> Iterator[Text]:
    """Which trace it is, when, how long, and of what."""
    yield Text.assemble(("trace ", "dim"), (trace["trace_id"] or "out of a file", "bold"))
    failed = f", {plural(trace['errors'], 'error')}" if trace["errors"] else ""
    yield Text(
        f"{trace['start']}, {duration(trace['length_ns'] / 1e3)}; {plural(len(trace['spans']), 'span')} of "
        f"{plural(len(trace['services']), 'service')}{failed}"
    )
    if trace["request_ids"]:
        yield Text.assemble(("request ", "dim"), ", ".join(trace["request_ids"][:5]))


def choose(trace: "TraceBody", at_most: int, *, errors: bool) -> list[int]:
    """Places of the spans to print, in order: the first ones, or of those that failed or are above such."""
    kept = (index for index, span in enumerate(trace["spans"]) if not errors or span["error"] or span["errors_below"])
    return [index for index, _ in zip(kept, range(at_most), strict=False)]


def lines(trace: "TraceBody", chosen: Sequence[int]) -> Iterator[tuple[str | Text, ...]]:
    """One row per span."""
    for index in chosen:
        span = trace["spans"][index]
        style = "red" if span["error"] else ""
        yield (
            Text.assemble(
                "  " * min(span["depth"], DEEPEST),
                (span["service"] or "unknown", "bold"),
                ("*" if span["proxy"] else "") + " ",
                span["name"],
            ),
            Text(_answer(span), style=style),
            duration(span["length_ns"] / 1e3),
            duration(span["self_ns"] / 1e3),
            Text(bar(span, trace["length_ns"]), style=style or "blue"),
        )


def remarks(trace: "TraceBody", shown: int) -> Iterator[Text]:
    """What is not shown, and what a reader should know."""
    hidden = len(trace["spans"]) - shown
    if hidden:
        yield Text(f"{plural(hidden, 'more span')} not printed; --rows prints more, --json all.")
    if any(span["proxy"] for span in trace["spans"]):
        yield Text("* sent by a proxy", style="dim")
    for note in trace["notes"]:
        yield Text(note["text"])


def bar(span: "TraceSpanBody", whole_ns: int, width: int = WIDTH) -> str:
    """A bar on the time axis, at least one character long; full where the span is on the critical path."""
    scale = width / max(whole_ns, 1)
    start = min(max(int(span["start_ns"] * scale), 0), width - 1)
    length = min(max(round(span["length_ns"] * scale), 1), width - start)
    cells = [BESIDE] * length
    for first, last in span["critical"]:
        begin = min(max(int(first * scale) - start, 0), length - 1)
        for cell in range(begin, min(max(round(last * scale) - start, begin + 1), length)):
            cells[cell] = ON_PATH
    return " " * start + "".join(cells)


def _answer(span: "TraceSpanBody") -> str:
    """The status, the flags, and why it failed."""
    parts = [str(span["response_code"]) if span["response_code"] else "", span["response_flags"]]
    if span["error"]:
        parts.append(span["status_message"][:60] or ("" if any(parts) else "error"))
    return " ".join(part for part in parts if part)
