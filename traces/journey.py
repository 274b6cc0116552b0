"""Builds the journey of one request from everything that is stored of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from meshhub.quantities import duration, plural
from storage.records.access_logs import AccessLog
from storage.records.logs import LogRecord
from storage.records.spans import Span
from traces.ancestry import find_parents
from traces.applications import Belonging, describe_log
from traces.calls import Clock, clock_of, start_of
from traces.context_breaks import Guesses, find_breaks
from traces.hops import build_hop
from traces.lineage import Lineage
from traces.model import ContextBreak, Found, Hop, Journey, Note
from traces.pairing import pair
from traces.positions import arrange
from traces.proxy_spans import sort_spans
from traces.sampling import explain_sampling, with_breaks
from traces.skew import correct_clocks
from traces.span_reports import missing_reports
from traces.streams import last_reports
from traces.timeline import Timeline, log_clock, span_clock
from traces.times import add_up, spend
from traces.verdict import judge
from traces.workloads import gather

VALUE_LENGTH = 4_096
"""Characters that values of spans' and log lines' attributes are cut to before a journey is built."""

FAR_US = 3_600_000_000
"""Spans further from the start of the request than this are worth a word."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is stored of one request. `truncated`: there is more than that.

    `guesses` are the request ids among it that were joined by time and instance alone, with how certain that is;
    `suspicions` the services that seem to have lost ids, where no call could be joined.
    """

    access_logs: Sequence[AccessLog]
    spans: Sequence[Span]
    logs: Sequence[LogRecord]
    truncated: bool = False
    guesses: Guesses = field(default_factory=dict)
    suspicions: tuple[ContextBreak, ...] = ()


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
    hops = tuple(build_hop(position, timeline, spans, request_id, evidence.guesses) for position in positions)
    duration_us = _duration(reports, evidence, timeline)
    spent = spend(hops, duration_us)
    breaks = find_breaks(hops, evidence.guesses)
    proven = {(each.service, each.lost) for each in breaks}
    breaks += tuple(each for each in evidence.suspicions if (each.service, each.lost) not in proven)
    return Journey(
        request_id=request_id,
        trace_ids=_trace_ids(evidence),
        start_unix_nano=timeline.start_unix_nano,
        duration_us=duration_us,
        outcome=hops[0].outcome if hops else None,
        times=add_up(spent, duration_us),
        spent=spent,
        breaks=breaks,
        sampling=with_breaks(
            explain_sampling(request_id, len(evidence.spans), _sampling_flag(evidence.access_logs)), breaks
        ),
        hops=hops,
        workloads=gather(
            (report for position in positions for report in position.call.reports),
            spans.applications,
            [(record, describe_log(record, timeline, belonging)) for record in evidence.logs],
        ),
        notes=(
            *judge(hops, spent, duration_us),
            *(Note("context-lost", each.text) for each in breaks),
            *_notes(hops, evidence, timeline),
        ),
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


def _notes(hops: Sequence[Hop], evidence: Evidence, timeline: Timeline) -> Iterable[Note]:
    if evidence.truncated:
        read = (
            f"{plural(len(evidence.access_logs), 'access log')}, {plural(len(evidence.spans), 'span')} and "
            f"{plural(len(evidence.logs), 'log line')}"
        )
        yield Note("truncated", f"More is stored of this request than is shown: of each kind the first, {read}.")
    far = [abs(timeline.offset_us(span_clock(span), span.time_unix_nano)) for span in evidence.spans]
    if max(far, default=0) > FAR_US:
        yield Note(
            "far-apart",
            f"Spans of it lie up to {duration(max(far))} away from its start: its trace id was used for something else "
            "too, or a clock is wrong.",
        )
    if any(len(value) >= VALUE_LENGTH for span in evidence.spans for value in span.attributes.values()):
        yield Note("cut", "Long values of attributes are cut here; the download of the trace has them whole.")
    if not hops:
        yield Note("no-hops", "No proxy reported this request; only applications did.")
    roots = sum(not hop.parent for hop in hops)
    if roots > 1:
        text = (
            f"{roots} calls with no known cause: the request id was used for several requests, "
            "or reports between them are missing."
        )
        yield Note("several-roots", text)
