"""Comparisons and analyses of the service graph in lines of text."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from meshhub.quantities import rate, share

if TYPE_CHECKING:
    from dashboard.api.analysis_body import AnalysisBody
    from dashboard.api.diff_body import ChangeBody, DiffBody
    from dashboard.api.window_body import WindowBody

CHANGE_HEADS = ("What", "Change", "Why", "Rate before", "Rate after")

_STYLES = {"worse": "red", "removed": "yellow", "added": "cyan", "better": "green"}
_KINDS = (
    ("single_points", "Single points of failure"),
    ("blast", "Widest blast radius"),
    ("cycles", "Circles"),
    ("chains", "Longest chains of calls that wait for each other"),
    ("fan_out", "Fan-out"),
    ("orphans", "Orphaned services"),
)
SHOWN = 10


def change_rows(diff: "DiffBody") -> Iterable[tuple[str | Text, ...]]:
    """One row per edge and node that changed, the worst first, edges before nodes."""
    for each in (*diff["edges"], *diff["nodes"]):
        change = each["change"]
        yield (
            each["id"],
            Text(change, style=_STYLES.get(change, "")),
            "; ".join(note["text"] for note in each["words"]),
            *_rates(each),
        )


def diff_summary(diff: "DiffBody") -> Iterator[str]:
    """What was compared, how many changed, and what limits that."""
    yield f"{_span(diff['before'])} compared with {_span(diff['after'])}."
    for what, counts in diff["counts"].items():
        said = ", ".join(f"{count:,} {change}" for change, count in counts.items() if count)
        yield f"{what}: {said or 'none'}"
    yield from (note["text"] for note in diff["notes"])


def analysis_lines(analysis: "AnalysisBody") -> Iterator[str]:
    """The findings of each kind, the weightiest first."""
    entries = analysis["entries"]
    yield f"Traffic enters at {', '.join(entries[:SHOWN]) or 'no node'}{' …' if len(entries) > SHOWN else ''}."
    for kind, title in _KINDS:
        found: list[str] = [each["text"] for each in analysis[kind]]  # type: ignore[literal-required]
        if found:
            yield ""
            yield f"{title}:"
            yield from (f"  {text}" for text in found[:SHOWN])
            if len(found) > SHOWN:
                yield f"  … and {len(found) - SHOWN} more: --json has them"
    yield from analysis["limits"]


def blast_lines(analysis: "AnalysisBody") -> Iterator[str]:
    """Who is affected if a node fails."""
    for radius in analysis["blast"]:
        yield radius["text"]
        for each in radius["affected"]:
            yield f"  {each['node']}: {share(each['share'])} of its requests, {rate(each['rate_per_second'])}"


def _rates(change: "ChangeBody") -> tuple[str, str]:
    moved = change["rate_per_second"]
    return rate(moved["before"]), rate(moved["after"])


def _span(window: "WindowBody") -> str:
    return f"{window['start']} to {window['end']}"
