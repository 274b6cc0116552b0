"""Builds a trace from everything that is stored of it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from storage.records.access_logs import AccessLog
from storage.records.spans import Span
from traces.calls import Clock
from traces.critical_path import critical_path
from traces.journey import Evidence
from traces.proxy_overhead import pair_proxies
from traces.self_time import self_times
from traces.timeline import span_clock
from traces.trace_clocks import correct_trace_clocks
from traces.trace_gaps import find_breaks, find_gaps
from traces.trace_model import NONE, ClockCorrection, Flaw, Gap, Pair, Section, Trace, TraceSpan
from traces.trace_notes import NOTABLE_CORRECTION_NS, note_trace
from traces.tree import Tree, grow

_ERRORS_FROM = 500


def build_trace(trace_id: str, evidence: Evidence, request_logs: Sequence[AccessLog] = ()) -> Trace:
    """The trace that the evidence tells. Never fails, whatever the evidence says.

    Args:
        trace_id: as it is shown.
        evidence: what is stored of the trace.
        request_logs: the access logs of the request that it is of, also of other traces: they tell who broke it.
    """
    tree = grow(evidence.spans)
    _flag_negative(tree)
    corrections = correct_trace_clocks(tree)
    starts = [span.time_unix_nano + corrections[span_clock(span)] for span in tree.spans]
    origin = min(starts, default=0)
    starts = [start - origin for start in starts]
    ends = [start + max(span.duration_ns, 0) for start, span in zip(starts, tree.spans, strict=True)]
    logs = _by_span(evidence.access_logs)
    layout = _Layout(tree, starts, ends)
    gaps = find_gaps(tree, logs)
    breaks = tuple(find_breaks(request_logs))
    clocks = _applied(tree, corrections)
    plain_roots = sum(not span.parent_span_id for span in tree.spans)
    flaws = Counter(flaw for each in tree.flaws.values() for flaw in each)
    return Trace(
        trace_id=trace_id,
        start_unix_nano=origin,
        length_ns=max(ends, default=0),
        spans=layout.spans(corrections),
        roots=tuple(sorted(layout.place[root] for root in tree.roots)),
        main_root=NONE if layout.main_root == NONE else layout.place[layout.main_root],
        pairs=tuple(layout.placed_pair(pair) for pair in layout.pairs()),
        clocks=clocks,
        gaps=tuple(layout.placed_gap(gap) for gap in gaps),
        breaks=breaks,
        notes=tuple(note_trace(flaws, tree.copies, clocks, gaps, breaks, plain_roots, evidence.truncated)),
        access_logs=logs,
        logs=tuple(sorted(evidence.logs, key=lambda record: record.time_unix_nano)),
        truncated=evidence.truncated,
    )


def failed(span: Span) -> bool:
    """Whether a span says that what it stands for went wrong."""
    return (
        span.status_code == "error"
        or span.response_code >= _ERRORS_FROM
        or span.attributes.get("error", "").lower() == "true"
    )


class _Layout:
    """The spans of a tree in the order of a walk: children by corrected start."""

    def __init__(self, tree: Tree, starts: Sequence[int], ends: Sequence[int]) -> None:
        self._tree, self._starts, self._ends = tree, starts, ends
        self.order, self._depths = self._walk()
        self.place = {index: place for place, index in enumerate(self.order)}
        self.main_root = self._main_root()

    def spans(self, corrections: Mapping[Clock, int]) -> tuple[TraceSpan, ...]:
        below, ill = self._sums()
        own = self_times(self._starts, self._ends, self._tree.children)
        path = self._path()
        made = []
        for place, index in enumerate(self.order):
            span, parent = self._tree.spans[index], self._tree.parents[index]
            error = failed(span)
            made.append(
                TraceSpan(
                    index=place,
                    span=span,
                    parent=NONE if parent == NONE else self.place[parent],
                    depth=self._depths[index],
                    below=below[index],
                    start_ns=self._starts[index],
                    length_ns=self._ends[index] - self._starts[index],
                    self_ns=own[index],
                    correction_ns=corrections[span_clock(span)],
                    error=error,
                    errors_below=ill[index] - error,
                    critical=path.get(index, ()),
                    flaws=tuple(self._tree.flaws.get(index, ())),
                )
            )
        return tuple(made)

    def pairs(self) -> list[Pair]:
        return pair_proxies(self._tree, lambda index: self._ends[index] - self._starts[index])

    def placed_pair(self, pair: Pair) -> Pair:
        return replace(pair, outer=self.place[pair.outer], inner=self.place[pair.inner])

    def placed_gap(self, gap: Gap) -> Gap:
        return replace(gap, children=tuple(sorted(self.place[child] for child in gap.children)))

    def _walk(self) -> tuple[list[int], list[int]]:
        tree = self._tree
        order: list[int] = []
        depths = [0] * len(tree.spans)
        pending = sorted(tree.roots, key=self._by_start, reverse=True)
        while pending:
            index = pending.pop()
            order.append(index)
            below = sorted(tree.children[index], key=self._by_start, reverse=True)
            for child in below:
                depths[child] = depths[index] + 1
            pending += below
        return order, depths

    def _by_start(self, index: int) -> tuple[int, int, int]:
        return self._starts[index], -self._ends[index], index

    def _main_root(self) -> int:
        """Of the spans that name no parent the longest; without one, of all roots."""
        roots = self._tree.roots
        true_roots = [root for root in roots if not self._tree.spans[root].parent_span_id] or roots
        return max(true_roots, key=lambda root: (self._ends[root] - self._starts[root], -root), default=NONE)

    def _sums(self) -> tuple[list[int], list[int]]:
        """For each span how many are below it, and how many of it and those below failed."""
        below = [0] * len(self.order)
        ill = [int(failed(span)) for span in self._tree.spans]
        for index in reversed(self.order):
            parent = self._tree.parents[index]
            if parent != NONE:
                below[parent] += below[index] + 1
                ill[parent] += ill[index]
        return below, ill

    def _path(self) -> Mapping[int, tuple[Section, ...]]:
        if self.main_root == NONE:
            return {}
        return critical_path(
            self.main_root, self._starts, self._ends, self._tree.children, lambda child: not self._handed_over(child)
        )

    def _handed_over(self, child: int) -> bool:
        return self._tree.spans[child].kind == "consumer"


def _flag_negative(tree: Tree) -> None:
    for index, span in enumerate(tree.spans):
        if span.duration_ns < 0:
            tree.flaws[index].append(Flaw.NEGATIVE_LENGTH)


def _by_span(logs: Sequence[AccessLog]) -> Mapping[str, tuple[AccessLog, ...]]:
    found: dict[str, list[AccessLog]] = defaultdict(list)
    for log in logs:
        if log.span_id:
            found[log.span_id].append(log)
    return {span_id: tuple(each) for span_id, each in found.items()}


def _applied(tree: Tree, corrections: Mapping[Clock, int]) -> tuple[ClockCorrection, ...]:
    counts = Counter(map(span_clock, tree.spans))
    found = [
        ClockCorrection(clock[2], clock[3], correction, counts[clock])
        for clock, correction in corrections.items()
        if abs(correction) >= NOTABLE_CORRECTION_NS
    ]
    return tuple(sorted(found, key=lambda each: (-abs(each.correction_ns), each.service, each.instance)))
