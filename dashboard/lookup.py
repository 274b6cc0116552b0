"""Finds everything that is stored of one request, however its id was written down."""

import re
from collections.abc import Iterator, Mapping

from dashboard.queries import Queries
from storage.records.access_logs import AccessLog
from storage.records.logs import LogRecord
from storage.records.spans import Span
from traces.journey import Evidence, build_journey
from traces.model import Journey

MAX_ACCESS_LOGS = 2_000
MAX_SPANS = 10_000
MAX_LOGS = 5_000

_HEX_32 = re.compile(r"[0-9a-fA-F]{32}")


def look_up(queries: Queries, wanted: str) -> Journey | None:
    """The journey of the request with this id, or of the trace with this id; None if nothing is stored for either."""
    for request_id in _spellings(wanted):
        evidence = _evidence(queries, "request", {"request_id": request_id})
        if evidence is not None:
            return build_journey(request_id, evidence)
    trace_id = wanted.replace("-", "").lower()
    if _HEX_32.fullmatch(trace_id):
        evidence = _evidence(queries, "trace", {"trace_id": trace_id})
        if evidence is not None:
            return build_journey(_request_id_of(evidence) or wanted, evidence)
    return None


def _spellings(wanted: str) -> Iterator[str]:
    """The id as given, then as Envoy writes ids: lower case, with dashes."""
    yield wanted
    lower = wanted.lower()
    if _HEX_32.fullmatch(lower):
        lower = "-".join((lower[:8], lower[8:12], lower[12:16], lower[16:20], lower[20:]))
    if lower != wanted:
        yield lower


def _evidence(queries: Queries, subject: str, which: Mapping[str, str]) -> Evidence | None:
    logs = queries.query(f"access_logs_of_{subject}", {**which, "limit": MAX_ACCESS_LOGS}, AccessLog)
    spans = queries.query(f"spans_of_{subject}", {**which, "limit": MAX_SPANS}, Span)
    records = queries.query(f"logs_of_{subject}", {**which, "limit": MAX_LOGS}, LogRecord)
    if not (logs or spans or records):
        return None
    truncated = len(logs) == MAX_ACCESS_LOGS or len(spans) == MAX_SPANS or len(records) == MAX_LOGS
    return Evidence(logs, spans, records, truncated)


def _request_id_of(evidence: Evidence) -> str:
    """The id that the trace's requests carry: of several the first."""
    carried = [*(log.request_id for log in evidence.access_logs), *(span.request_id for span in evidence.spans)]
    return next(filter(None, carried), "")
