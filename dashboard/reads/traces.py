"""Questions about single traces."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.queries import Queries
from dashboard.reads.recent_traces import FILE_SECONDS, STORED_SECONDS, RecentTraces
from meshhub.clock import Clock
from meshhub.errors import MeshhubError, NotFound
from storage.lookup import locate
from storage.records.access_logs import AccessLog
from storage.records.logs import LogRecord
from storage.records.spans import Span
from storage.records.traces import SpanPeers
from traces.journey import Evidence
from traces.structure import Difference, compare
from traces.trace import build_trace
from traces.trace_files import MAX_SPANS, read_trace_file
from traces.trace_ids import read_trace_id
from traces.trace_model import Trace, TraceSpan

MAX_ACCESS_LOGS = 5_000
MAX_LOGS = 5_000
MAX_REQUEST_LOGS = 2_000
MAX_DOWNLOADED_SPANS = 100_000
VALUE_LENGTH = 4_096
"""Characters that values of attributes are cut to; a download has them whole."""
WHOLE = 2**31
EVENTS = 200
"""Events, and links, of one span that are read."""

FILE_PREFIX = "file-"
"""How the names of traces start that came from files."""

MAX_FILE_TRACES = 10
"""Traces of one file that are held: the largest."""

HOUR, DAY = 3_600, 86_400
ENOUGH_PEERS = 30


class UnusableTraceId(MeshhubError):
    """What was asked for cannot be the id of a trace."""


@dataclass(frozen=True, slots=True)
class Rank:
    """Where the length of a span stands among its peers. `seconds`: how far back those were looked for."""

    peers: SpanPeers
    seconds: int

    @property
    def shorter_share(self) -> float | None:
        """The share of its peers that took less time; None without any."""
        return self.peers.shorter / self.peers.spans if self.peers.spans else None


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is in a file: for each of its traces the name under which it can be asked for, and how many spans it has."""

    kind: str
    traces: tuple[tuple[str, int], ...]


class TraceReads:
    """One trace, by its id."""

    def __init__(self, queries: Queries, clock: Clock) -> None:
        self._queries = queries
        self._recent = RecentTraces(clock)

    def trace(self, wanted: str, *, fresh: bool = False) -> Trace:
        """The trace with this id, however it is written, or the one of a file; values of attributes are cut.

        Args:
            wanted: the id, or the name that `inspect` gave.
            fresh: do not take one that was read a moment ago.

        Raises:
            UnusableTraceId: this cannot be the id of a trace.
            NotFound: no span has it; the message says what was searched.
        """
        name = wanted if wanted.startswith(FILE_PREFIX) else _id_of(wanted)
        found = None if fresh and name != wanted else self._recent.get(name)
        if found is None:
            if name.startswith(FILE_PREFIX):
                raise NotFound(
                    f"could not show the file {wanted[:80]}: the hub holds files for an hour and no more than it has "
                    "room for. Open the file again."
                )
            found = self._stored(name)
            self._recent.keep(name, found, STORED_SECONDS)
        return found

    def compare(self, wanted: str, other: str) -> tuple[Difference, ...]:
        """How the shape of the second trace differs from that of the first. Raises as `trace` does."""
        return compare(self.trace(wanted), self.trace(other))

    def rank(self, chosen: TraceSpan) -> Rank:
        """How long a span took among its peers of the hour up to it; of the day, where the hour has few."""
        rank = self._rank(chosen, HOUR)
        return rank if rank.peers.spans >= ENOUGH_PEERS else self._rank(chosen, DAY)

    def spans(self, wanted: str) -> Sequence[Span]:
        """The spans of a trace by time, all values whole: for a download. Raises as `trace` does."""
        if wanted.startswith(FILE_PREFIX):
            return [each.span for each in self.trace(wanted).spans]
        places = locate(self._queries, (), [_id_of(wanted)])
        if places is None:
            raise _not_found(wanted)
        whole = {"value_length": WHOLE, "events": WHOLE, "limit": MAX_DOWNLOADED_SPANS}
        found = self._queries.query("spans_by_ids", {**places.parameters, **whole}, Span)
        if not found:
            raise _not_found(wanted)
        return found

    def inspect(self, content: bytes) -> Inspected:
        """Read a file with traces, and hold them for a while.

        Raises:
            UnreadableTrace: it is none, or too large.
        """
        read = read_trace_file(content)
        digest = hashlib.sha256(content).hexdigest()[:12]
        named = [
            (f"{FILE_PREFIX}{digest}" + (f"-{number}" if number > 1 else ""), trace)
            for number, trace in enumerate(read.traces[:MAX_FILE_TRACES], 1)
        ]
        for name, trace in reversed(named):
            self._recent.keep(name, trace, FILE_SECONDS)
        return Inspected(read.kind, tuple((name, len(trace.spans)) for name, trace in named))

    def _rank(self, chosen: TraceSpan, seconds: int) -> Rank:
        span = chosen.span
        end = span.time_unix_nano / 1e9 + 60
        asked = {
            "start": max(end - seconds, 0.0),
            "end": end,
            "duration_ns": max(span.duration_ns, 0),
            "service": span.service,
            "namespace": span.namespace,
            "name": span.name,
            "kind": span.kind,
        }
        (peers,) = self._queries.query("span_peers", asked, SpanPeers)
        return Rank(peers, seconds)

    def _stored(self, trace_id: str) -> Trace:
        places = locate(self._queries, (), [trace_id])
        if places is None:
            raise _not_found(trace_id)
        which = places.parameters
        cut = {**which, "value_length": VALUE_LENGTH}
        spans = self._queries.query("spans_by_ids", {**cut, "events": EVENTS, "limit": MAX_SPANS + 1}, Span)
        if not spans:
            raise _not_found(trace_id)
        truncated = len(spans) > MAX_SPANS
        logs = self._queries.query("access_logs_by_ids", {**which, "limit": MAX_ACCESS_LOGS}, AccessLog)
        records = self._queries.query("logs_by_ids", {**cut, "limit": MAX_LOGS}, LogRecord)
        evidence = Evidence(logs, spans[:MAX_SPANS], records, truncated)
        return build_trace(trace_id, evidence, self._request_logs(spans))

    def _request_logs(self, spans: Sequence[Span]) -> Sequence[AccessLog]:
        """The access logs of the request that most of the spans are of."""
        ids = Counter(span.request_id for span in spans if span.request_id)
        if not ids:
            return ()
        (request_id, _), *_ = ids.most_common(1)
        places = locate(self._queries, [request_id], ())
        if places is None:
            return ()
        return self._queries.query("access_logs_by_ids", {**places.parameters, "limit": MAX_REQUEST_LOGS}, AccessLog)


def _id_of(wanted: str) -> str:
    found = read_trace_id(wanted)
    if not found:
        raise UnusableTraceId(
            f"could not read {wanted[:80]!r} as a trace id: it takes up to 32 hex digits, with or without dashes, or a "
            "traceparent header. A request id, or anything else, is found on the Requests page."
        )
    return found


def _not_found(wanted: str) -> NotFound:
    return NotFound(
        f"could not find the trace {wanted[:80]}: no span within the retention has this trace id. A request that was "
        "not sampled has no trace: its request id still finds every hop, from access logs. Spans show about two "
        "seconds after they ended."
    )
