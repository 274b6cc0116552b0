"""What the signals say of an edge that it is not measured by."""

from collections import Counter, defaultdict

from meshhub.model import Reporter
from meshhub.outcome import classify
from topology.draft import TCP, EdgeDraft
from topology.model import Evidence, SignalCount

_ORDER = (Evidence.STATS, Evidence.SPAN)


def count_beside(edge: EdgeDraft) -> tuple[SignalCount, ...]:
    """The reports beside the edge's own, added up by signal and side: the order is fixed."""
    requests: Counter[tuple[Evidence, Reporter]] = Counter()
    failed: defaultdict[tuple[Evidence, Reporter], int] = defaultdict(int)
    for report in edge.beside:
        key = Evidence(report.signal), Reporter.SERVER if report.reporter == Reporter.SERVER else Reporter.CLIENT
        requests[key] += report.requests
        for (code, status, flags, _), number in zip(*report.outcomes, strict=True):
            failed[key] += number if classify(code, status, flags, tcp=report.family == TCP).failed else 0
    measured = {
        Reporter.CLIENT: edge.client or edge.headline,
        Reporter.SERVER: edge.server or edge.headline,
    }
    counts: list[SignalCount] = []
    for signal, reporter in sorted(requests, key=lambda key: (_ORDER.index(key[0]), key[1])):
        number = requests[signal, reporter]
        own = measured[reporter].report.requests
        errors = failed[signal, reporter] / number if number else None
        counts.append(SignalCount(signal, reporter, number, number / own if own else None, errors))
    return tuple(counts)
