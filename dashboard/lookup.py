"""Finds everything that is stored of one request, however its id was written down."""

from collections.abc import Sequence

from dashboard.lookup_around import explain_lost_spans, look_around
from dashboard.lookup_ids import WantedId, found_as
from dashboard.lookup_paths import Path, follow
from dashboard.queries import Queries
from storage.lookup import locate
from storage.records.access_logs import AccessLog
from storage.records.logs import LogRecord
from storage.records.spans import Span
from traces.journey import VALUE_LENGTH, Evidence, build_journey
from traces.model import Journey

MAX_ACCESS_LOGS = 2_000
MAX_SPANS = 10_000
MAX_LOGS = 5_000
MAX_EVENTS = 200
"""Events, and links, of one span that are read."""


def look_up(queries: Queries, wanted: WantedId) -> Path | None:
    """What is stored under this request id, or under this trace id: the hops, with nothing followed and nothing around
    them; None if nothing is stored for either."""
    evidence = read_evidence(queries, wanted.request_ids, ())
    if evidence is not None:
        return _begun(found_as(wanted, _request_ids(evidence)), evidence)
    if wanted.trace_id:
        evidence = read_evidence(queries, (), (wanted.trace_id,))
        if evidence is not None:
            carried = next(filter(None, _request_ids(evidence)), "")
            return _begun(carried or wanted.request_ids[0], evidence)
    return None


def complete(queries: Queries, path: Path) -> Journey:
    """The whole journey: the path followed where ids were lost, with what surrounds its hops."""
    return look_around(queries, explain_lost_spans(queries, follow(queries, path, read_evidence).journey))


def read_evidence(queries: Queries, request_ids: Sequence[str], trace_ids: Sequence[str]) -> Evidence | None:
    """What is stored of some requests and traces, values of attributes cut; None if that is nothing."""
    places = locate(queries, request_ids, trace_ids)
    if places is None:
        return None
    which = places.parameters
    cut = {**which, "value_length": VALUE_LENGTH}
    logs = queries.query("access_logs_by_ids", {**which, "limit": MAX_ACCESS_LOGS}, AccessLog)
    spans = queries.query("spans_by_ids", cut | {"events": MAX_EVENTS, "limit": MAX_SPANS}, Span)
    records = queries.query("logs_by_ids", cut | {"limit": MAX_LOGS}, LogRecord)
    if not (logs or spans or records):
        return None
    truncated = len(logs) == MAX_ACCESS_LOGS or len(spans) == MAX_SPANS or len(records) == MAX_LOGS
    return Evidence(logs, spans, records, truncated)


def _begun(request_id: str, evidence: Evidence) -> Path:
    return Path(request_id, evidence, build_journey(request_id, evidence))


def _request_ids(evidence: Evidence) -> list[str]:
    """Those that it carries, in their order."""
    return [
        *(log.request_id for log in evidence.access_logs),
        *(span.request_id for span in evidence.spans),
        *(record.request_id for record in evidence.logs),
    ]
