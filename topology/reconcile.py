"""What the two views of an edge say of each other: why one is missing, and where they disagree."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from topology.draft import EdgeDraft, Overlap, Side
from topology.identity import QUEUE, SERVICE, Directory
from topology.model import Evidence, Note

DIFFERING_SHARE = 0.05
DIFFERING_REQUESTS = 10
"""Views differ if their requests do by more than both; a few requests are always on their way at the window's ends."""

DIFFERING_ERROR_SHARE = 0.05
"""Their errors differ if the shares do by more than this, and the numbers of failures by more than the above."""


CLOCKS_APART = timedelta(seconds=20)
"""Ten seconds and the next can hold one call; more than that between two views takes clocks that differ."""


def compare_views(edge: EdgeDraft, directory: Directory) -> tuple[Note, ...]:
    """The notes of an edge, in a fixed order."""
    notes: list[Note] = []
    if edge.measured_by is Evidence.SPAN:
        notes.append(_SAMPLED)
        if edge.overlap:
            notes.append(_other_edges(edge, edge.overlap))
        if edge.source.sort != QUEUE and directory.reports(edge.destination):
            notes.append(_among_those_of_others(edge))
    elif edge.measured_by is Evidence.STATS:
        notes.append(_COUNTED)
    elif edge.overlap:
        notes.append(_other_edges(edge, edge.overlap))
        if edge.server is None and edge.client and edge.client.unreached == edge.client.report.requests:
            notes.append(_not_reached(edge))
        notes += _disagreement(edge.overlap.client, edge.overlap.server)
        notes += _apart(edge.overlap.client, edge.overlap.server)
    elif edge.client is None:
        notes.append(_missing_client(edge, directory))
    elif edge.server is None:
        notes += _missing_server(edge, edge.client, directory)
    else:
        notes += _disagreement(edge.client, edge.server)
        notes += _apart(edge.client, edge.server)
    notes += _named_elsewhere(edge.named_by)
    if not all(side is None or side.latency_is_exact for side in (edge.client, edge.server)):
        notes.append(_APPROXIMATED)
    return tuple(notes)


_SAMPLED = Note(
    "sampled",
    "Measured from spans, because no proxy sent access logs of these calls: only sampled requests are counted, "
    "so rates are lower bounds and rare errors may be missing.",
)

_COUNTED = Note(
    "counted-by-stats",
    "Measured from the stats of proxies, because none sent access logs of these calls: every one is counted, to the "
    "minute, but there are no latencies and no single requests to look at.",
)

_APPROXIMATED = Note(
    "latency-approximated",
    "The peer was named in more than one way; the percentiles are averages over the names, weighted by requests.",
)


def _other_edges(edge: EdgeDraft, overlap: Overlap) -> Note:
    """That other edges have the same calls, and what both sides say of all of them."""
    part, callers, callees = overlap.part, overlap.client.report, overlap.server.report
    tries = f" in {callers.attempts:,} attempts" if callers.attempts > callers.requests else ""
    text = (
        f"A proxy knows its own {part} and not always that of its peer, so both sides are compared over all edges that "
        f"can have these calls: callers report {callers.requests:,}{tries}, callees {callees.requests:,}."
    )
    if edge.counted_at_callers or edge.counted_at_callees:
        text += (
            f" Which {part} called which is not known: the calls are on edges of the callers and of the callees, and "
            f"count once at each {part}."
        )
    return Note(f"{part}-of-peer-not-known", text)


def _named_elsewhere(named: Mapping[Evidence, int]) -> Iterator[Note]:
    for evidence, requests in named.items():
        by = "spans, which are sampled," if evidence is Evidence.SPAN else "stats of proxies"
        text = f"{requests:,} more are on edges of workloads or versions that only {by} name: this edge has the rest."
        yield Note("rest-of-calls", text)


def _not_reached(edge: EdgeDraft) -> Note:
    return Note("server-not-reached", f"None of these requests reached {edge.destination.service}.")


def _among_those_of_others(edge: EdgeDraft) -> Note:
    service = edge.destination.service
    text = (
        f"{service}'s proxy logs every request, these among them, under another name of the caller or none: they are "
        f"not added to what {service} answers."
    )
    return Note("logged-under-another-name", text)


def _missing_client(edge: EdgeDraft, directory: Directory) -> Note:
    if edge.source.sort != SERVICE:
        text = "The caller is not known: it showed no certificate of the mesh, so its side is not measured."
    elif directory.reports(edge.source):
        text = (
            f"{edge.source.service}'s proxy reports, but none of these calls: its access logs of them were lost, or "
            "the calls went around it."
        )
        return Note("client-logs-lost", text)
    else:
        text = (
            f"No proxy of {edge.source.service} sends access logs: it has none, or is not wired to the hub. The "
            "caller's side is not measured."
        )
    return Note("client-not-measured", text)


def _missing_server(edge: EdgeDraft, client: Side, directory: Directory) -> list[Note]:
    if edge.destination.sort != SERVICE:
        return []
    service = edge.destination.service
    if client.unreached == client.report.requests:
        return [_not_reached(edge)]
    if directory.reports(edge.destination):
        text = f"{service}'s proxy reports, but none of these calls: its access logs were lost, or it was bypassed."
        return [Note("server-logs-lost", text)]
    text = (
        f"No proxy of {service} sends access logs: it has none, or is not wired to the hub. Its side is not measured."
    )
    return [Note("server-not-measured", text)]


def _apart(client: Side, server: Side) -> list[Note]:
    """Where one side's last ten seconds end before the other's begin: calls happen at both at the same time."""
    (early, late) = sorted((client, server), key=lambda side: side.report.first_seen)
    gap = late.report.first_seen - early.report.last_seen
    if gap < CLOCKS_APART:
        return []
    who = "callee's" if late is server else "caller's"
    return [
        Note(
            "clocks-differ",
            f"The {who} reports begin {gap.total_seconds():.0f} s after the other side's end: its clock is ahead, or "
            "the two report different calls. Both are counted at the times that they say.",
        )
    ]


def _lost(client: Side, server: Side) -> list[Note]:
    """Access logs have every request, so sides that count differently lost some: the one that has fewer did."""
    fewest, most, reported = client.report.requests - client.unreached, client.report.attempts, server.report.requests
    tolerance = max(DIFFERING_REQUESTS, DIFFERING_SHARE * client.report.requests)
    if reported < fewest - tolerance:
        text = (
            f"At least {fewest:,} requests must have reached the callee by what the caller's proxy reports, but the "
            f"callee's reports {reported:,}: access logs of {fewest - reported:,} were lost, or it was bypassed."
        )
        return [Note("server-logs-lost", text)]
    if reported > most + tolerance:
        text = (
            f"The callee's proxy reports {reported:,} requests, but the caller's {most:,} attempts: access logs of "
            f"{reported - most:,} were lost at the caller's, or others call under its name."
        )
        return [Note("client-logs-lost", text)]
    return []


def _disagreement(client: Side, server: Side) -> list[Note]:
    notes = _lost(client, server)
    seen, served = client.errors.share or 0.0, server.errors.share or 0.0
    failures = abs(seen * client.report.requests - served * server.report.requests)
    if abs(seen - served) > DIFFERING_ERROR_SHARE and failures > DIFFERING_REQUESTS:
        where = "between the two proxies or at the caller's" if seen > served else "hidden from the caller by retries"
        notes.append(
            Note("errors-differ", f"The caller sees {seen:.1%} errors, the callee {served:.1%}: failures are {where}.")
        )
    return notes
