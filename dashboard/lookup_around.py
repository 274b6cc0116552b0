"""What surrounds a request: how its relations went then, whether spans came at all, and which ids resemble it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from dashboard.lookup_ids import WantedId
from dashboard.queries import Queries
from meshhub.quantities import plural
from storage.records.edges import PoolReport
from storage.records.journeys import EdgeMinutes, LookedUpSince, SimilarId, SpanSender
from traces.model import Decision, Journey
from traces.sampling import explain_lost
from traces.surroundings import relations_of, surround

BEFORE_AND_AFTER = 300
"""Seconds around a request in which the calls of its relations are counted."""

SPANS_AROUND = 60
MAX_EDGES = 1_000
MAX_POOLS = 2_000

SIMILAR = 5
SIMILAR_SECONDS = 900
SIMILAR_ROWS = 1_000_000
"""Access logs among which similar request ids are looked for."""

NANOSECONDS = 1_000_000_000


def look_around(queries: Queries, journey: Journey) -> Journey:
    """The journey, each of its hops with how calls of its relation went in the ten minutes around it."""
    relations = relations_of(journey)
    if not relations:
        return journey
    moment = journey.start_unix_nano // NANOSECONDS
    start = max((moment - BEFORE_AND_AFTER) // 60 * 60, 0)
    window = {"start": start, "end": -(-(moment + BEFORE_AND_AFTER) // 60) * 60}
    asked = window | {
        "relations": relations,
        "destinations": sorted({destination for _, destination in relations}),
        "limit": MAX_EDGES,
    }
    edges = queries.query("journey_edges", asked, EdgeMinutes)
    pools = queries.query("stats_of_edges", window | {"limit": MAX_POOLS}, PoolReport) if edges else []
    return surround(journey, edges, pools, BEFORE_AND_AFTER * 2 // 60)


def explain_lost_spans(queries: Queries, journey: Journey) -> Journey:
    """The journey; of one that was sampled and has no spans it is said who sent others in that time."""
    sampling = journey.sampling
    if sampling.spans or sampling.decision in (Decision.NOT_TRACED, Decision.FOREIGN_ID) or not journey.workloads:
        return journey
    services = sorted({each.identity.service for each in journey.workloads if each.proxy_reported} - {""})
    asked = {
        "start": journey.start_unix_nano - SPANS_AROUND * NANOSECONDS,
        "end": journey.start_unix_nano + SPANS_AROUND * NANOSECONDS,
        "services": services,
    }
    senders = queries.query("journey_span_senders", asked, SpanSender)
    told = explain_lost(services, {sender.service: sender.spans for sender in senders})
    return replace(journey, sampling=replace(sampling, text=f"{sampling.text} {told}"))


def describe_search(queries: Queries, wanted: WantedId, now: datetime) -> str:
    """What was searched for an id that nothing is stored of, how far back, and which ids resemble it."""
    (oldest,) = queries.query("journey_since", {}, LookedUpSince)
    since = (
        f"as far back as there is anything, {datetime.fromtimestamp(oldest.since, UTC):%Y-%m-%d %H:%M} UTC"
        if oldest.since
        else "and the store is empty: nothing has reported to this hub yet"
    )
    kinds = "x-request-id or as trace id" if wanted.trace_id else "x-request-id (it can be no trace id)"
    spellings = f" in {plural(len(wanted.request_ids), 'spelling')}" if len(wanted.request_ids) > 1 else ""
    return (
        f"no access log, span or application log has it as {kinds}; searched{spellings}, {since}. "
        f"{_similar(queries, wanted, now)}"
        "A request shows about two seconds after it ended. If others show and this one does not, the proxies that "
        "served it do not report to this hub."
    )


def _similar(queries: Queries, wanted: WantedId, now: datetime) -> str:
    first, last = wanted.trace_range
    parts = wanted.parts
    if not (first or parts):
        return ""
    end = round(now.timestamp()) * NANOSECONDS
    asked = {
        "first_trace": first,
        "last_trace": last,
        "parts": parts,
        "start": end - SIMILAR_SECONDS * NANOSECONDS,
        "end": end,
        "rows": SIMILAR_ROWS,
        "limit": SIMILAR,
    }
    return _suggest(queries.query("journey_similar_ids", asked, SimilarId))


def _suggest(found: Sequence[SimilarId]) -> str:
    if not found:
        return ""
    named = ", ".join(f"{each.id[:80]} (a {each.kind} id)" for each in found[:SIMILAR])
    return f"Similar ids that are stored: {named}. "
