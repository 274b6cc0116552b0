"""Questions about mistakes that the traffic shows."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from dashboard.queries import Queries
from dashboard.reads.bounds import bounds
from meshhub.model import TimeRange
from storage.records.findings import (
    CallsPerRequestRow,
    ForeignIdsRow,
    PropagationRow,
    ProxyTimesRow,
    RepeatedCallsRow,
    RetriedRequest,
    RetriesRow,
    Traffic,
)
from traces.finders.chatty import find_chatty_edges
from traces.finders.model import Finding, Severity
from traces.finders.propagation import find_broken_propagation
from traces.finders.proxies import find_slow_proxies
from traces.finders.repeated_calls import REPEATS, find_repeated_calls
from traces.finders.request_ids import find_foreign_request_ids
from traces.finders.retries import find_retry_storms

MAX_ROWS = 200
MAX_REPORTS = 2_000_000
"""How many reports of requests are looked at one by one. Of more, a share by request id; for what cannot be seen in a
share, the last part of the window."""

SHORTEST = timedelta(seconds=30)
_ORDER = list(Severity)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the finders found in a window, worst first.

    `one_of`: requests were looked at one by one for one in so many ids; `propagation_window` is the part of the window
    in which all calls were compared with what was served.
    """

    window: TimeRange
    one_of: int
    propagation_window: TimeRange
    findings: tuple[Finding, ...]


class FindingReads:
    """Mistakes over all traffic."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def findings(self, window: TimeRange) -> Findings:
        """What every finder finds in a window."""
        (traffic,) = self._queries.query("finder_traffic", bounds(window), Traffic)
        one_of = max(-(-traffic.requests // MAX_REPORTS), 1)
        latest = _last_part(window, one_of)
        found = [
            *self._propagation(window, latest, one_of),
            *(
                self._with_examples(finding, window)
                for finding in find_retry_storms(self._ask("retries", window, RetriesRow))
            ),
            *find_repeated_calls(self._ask("repeated_calls", window, RepeatedCallsRow, one_of=one_of, repeats=REPEATS)),
            *find_chatty_edges(self._ask("calls_per_request", window, CallsPerRequestRow)),
            *find_slow_proxies(self._ask("proxies", window, ProxyTimesRow, one_of=one_of)),
        ]
        found.sort(key=lambda finding: (_ORDER.index(finding.severity), finding.code, str(finding.source)))
        return Findings(window, one_of, latest, tuple(found))

    def propagation(self, window: TimeRange) -> list[Finding]:
        """What is wrong with request ids and trace contexts on their way."""
        (traffic,) = self._queries.query("finder_traffic", bounds(window), Traffic)
        one_of = max(-(-traffic.requests // MAX_REPORTS), 1)
        return self._propagation(window, _last_part(window, one_of), one_of)

    def _propagation(self, window: TimeRange, latest: TimeRange, one_of: int) -> list[Finding]:
        return [
            *find_broken_propagation(self._ask("propagation", latest, PropagationRow)),
            *find_foreign_request_ids(self._ask("request_ids", window, ForeignIdsRow, one_of=one_of)),
        ]

    def _ask(self, finder: str, window: TimeRange, into: type[Any], **parameters: int) -> list[Any]:
        return self._queries.query(f"finder_{finder}", bounds(window) | {"limit": MAX_ROWS} | parameters, into)

    def _with_examples(self, finding: Finding, window: TimeRange) -> Finding:
        """A finding about a relation with ids of requests that were tried more than once."""
        if finding.destination is None:
            return finding
        relation = {
            "source_service": finding.source.service,
            "source_namespace": finding.source.namespace,
            "destination_service": finding.destination.service,
            "destination_namespace": finding.destination.namespace,
        }
        retried = self._queries.query("finder_retried_requests", bounds(window) | relation, RetriedRequest)
        return replace(finding, examples=tuple(row.request_id for row in retried))


def _last_part(window: TimeRange, one_of: int) -> TimeRange:
    length = max(window.length / one_of, min(SHORTEST, window.length))
    return TimeRange(window.end - length, window.end)
