"""Builds the journey of one request from everything that is stored of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.records.access_logs import AccessLog
from storage.records.logs import LogRecord
from storage.records.spans import Span
from traces.ancestry import find_parents
from traces.applications import Belonging, describe_log
from traces.calls import Clock, clock_of, start_of
from traces.hops import build_hop
from traces.lineage import Lineage
from traces.model import Found, Hop, Journey, Note
from traces.pairing import pair
from traces.positions import arrange
from traces.proxy_spans import sort_spans
from traces.sampling import explain_sampling
from traces.skew import correct_clocks
from traces.span_reports import missing_reports
from traces.streams import last_reports
from traces.timeline import Timeline, log_clock, span_clock
from traces.workloads import gather


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is stored of one request. `truncated`: there is more than that."""

    access_logs: Sequence[AccessLog]
    spans: Sequence[Span]
    logs: Sequence[LogRecord]
    truncated: bool = False


def build_journey(request_id: str, evidence: Evidence) -> Journey:
    """The journey that the evidence tells.

    Never fails, whatever the evidence says. What a proxy last said of each request that it served is in one hop.
    """
    lineage = Lineage(evidence.spans)
    reports = last_reports([*evidence.access_logs, *missing_reports(evidence.spans, evidence.access_logs)])
    calls = pair(reports, lineage)
    parents = find_parents(calls, lineage)
    timeline = Timeline(correct_clocks(calls, parents), _times(reports, evidence))
    for call in calls:
        call.servers.sort(key=timeline.start_us)
    positions = arrange(calls, parents, timeline)
    belonging = Belonging(positions, lineage, timeline)
    spans = sort_spans(evidence.spans, reports, lineage, belonging, timeline)
    hops = tuple(build_hop(position, timeline, spans, request_id) for position in positions)
    return Journey(
        request_id=request_id,
        trace_ids=_trace_ids(evidence),
        start_unix_nano=timeline.start_unix_nano,
        duration_us=_duration(reports, evidence, timeline),
        outcome=hops[0].outcome if hops else None,
        sampling=explain_sampling(request_id, len(evidence.spans), _sampling_flag(evidence.access_logs)),
        hops=hops,
        workloads=gather(
            (report for position in positions for report in position.call.reports),
            spans.applications,
            [(record, describe_log(record, timeline, belonging)) for record in evidence.logs],
        ),
        notes=tuple(_notes(hops, evidence)),
        found=Found(len(evidence.access_logs), len(evidence.spans), len(evidence.logs), evidence.truncated),
    )


def _sampling_flag(logs: Sequence[AccessLog]) -> str:
    """What the trace contexts that the proxies logged say: "yes" as soon as one does, else "no" or "unknown"."""
    flags = {log.sampled for log in logs}
    return next((flag for flag in ("yes", "no") if flag in flags), "unknown")


def _times(reports: Sequence[AccessLog], evidence: Evidence) -> Iterable[tuple[Clock, int]]:
    """What the journey's start is the earliest of: the proxies' reports, or without any, what else there is."""
    if reports:
        return [(clock_of(report), start_of(report)) for report in reports]
    return [
        *((span_clock(span), span.time_unix_nano) for span in evidence.spans),
        *((log_clock(record), record.time_unix_nano) for record in evidence.logs),
    ]


def _trace_ids(evidence: Evidence) -> tuple[str, ...]:
    """Those of stored spans first."""
    found = [*(span.trace_id for span in evidence.spans), *(log.trace_id for log in evidence.access_logs)]
    return tuple(dict.fromkeys(filter(None, found)))


def _duration(reports: Sequence[AccessLog], evidence: Evidence, timeline: Timeline) -> int:
    """From the start to the last end of a report; without reports, of a span or log line."""
    if reports:
        return max(timeline.end_us(report) for report in reports)
    ends = [timeline.offset_us(span_clock(span), span.time_unix_nano + span.duration_ns) for span in evidence.spans]
    ends += [timeline.offset_us(log_clock(record), record.time_unix_nano) for record in evidence.logs]
    return max(ends, default=0)


def _notes(hops: Sequence[Hop], evidence: Evidence) -> Iterable[Note]:
    if evidence.truncated:
        yield Note("truncated", "More is stored of this request than is shown: it made an unusual number of calls.")
    if not hops:
        yield Note("no-hops", "No proxy reported this request; only applications did.")
    roots = sum(not hop.parent for hop in hops)
    if roots > 1:
        text = (
            f"{roots} calls with no known cause: the request id was used for several requests, "
            "or reports between them are missing."
        )
        yield Note("several-roots", text)
