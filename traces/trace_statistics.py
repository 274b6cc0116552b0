"""Figures over the spans of a trace, by service, or by service and operation."""

from collections import defaultdict
from dataclasses import dataclass

from traces.trace_model import Side, Trace


@dataclass(frozen=True, slots=True)
class Figures:
    """Spans taken together; nanoseconds. `operation` is empty where all of a service are."""

    service: str
    operation: str
    spans: int
    errors: int
    total_ns: int
    mean_ns: int
    shortest_ns: int
    middle_ns: int
    """The median: the lower one of two."""
    longest_ns: int
    self_ns: int
    critical_ns: int
    """How long they were on the critical path."""


def by_service(trace: Trace) -> tuple[Figures, ...]:
    """One for each service, the longest on the critical path first."""
    return _figures(trace, operations=False)


def by_operation(trace: Trace) -> tuple[Figures, ...]:
    """One for each operation of each service, the longest on the critical path first."""
    return _figures(trace, operations=True)


def proxy_overhead_ns(trace: Trace) -> int:
    """What the proxies of callees added to their applications' times, all together."""
    return sum(pair.overhead_ns for pair in trace.pairs if pair.side is Side.INBOUND)


def _figures(trace: Trace, *, operations: bool) -> tuple[Figures, ...]:
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for each in trace.spans:
        groups[each.span.service, each.span.name if operations else ""].append(each.index)
    found = []
    for (service, operation), indexes in groups.items():
        spans = [trace.spans[index] for index in indexes]
        lengths = sorted(each.length_ns for each in spans)
        found.append(
            Figures(
                service,
                operation,
                len(spans),
                sum(each.error for each in spans),
                sum(lengths),
                sum(lengths) // len(lengths),
                lengths[0],
                lengths[(len(lengths) - 1) // 2],
                lengths[-1],
                sum(each.self_ns for each in spans),
                sum(end - start for each in spans for start, end in each.critical),
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.critical_ns, -each.self_ns, each.service, each.operation)))
