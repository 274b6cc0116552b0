"""What the two views of an edge say of each other: why one is missing, and where they disagree."""

from datetime import timedelta

from meshhub.outcome import is_unreached
from topology.draft import EdgeDraft, Side
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
        if edge.source.sort != QUEUE and directory.reports(edge.destination):
            notes.append(_among_those_of_others(edge))
    elif edge.measured_by is Evidence.STATS:
        notes.append(_COUNTED)
    elif (edge.client is None or edge.server is None) and (edge.source.version or edge.destination.version):
        notes.append(_OTHER_VERSION)
    elif (edge.client is None or edge.server is None) and (edge.source.workload or edge.destination.workload):
        notes.append(_OTHER_WORKLOAD)
    elif edge.client is None:
        notes.append(_missing_client(edge, directory))
    elif edge.server is None:
        notes += _missing_server(edge, edge.client, directory)
    else:
        notes += _disagreement(edge.client, edge.server)
        notes += _apart(edge.client, edge.server)
    if not all(side is None or side.latency_is_exact for side in (edge.client, edge.server)):
        notes.append(_APPROXIMATED)
    return tuple(notes)


def unreached(side: Side) -> int:
    """How many of a caller's requests ended without a last attempt that the callee's proxy could see."""
    return sum(requests for (_, _, flags, _), requests in side.outcomes.items() if is_unreached(flags))


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

_OTHER_VERSION = Note(
    "version-of-peer-not-known",
    "Each proxy knows its own version and not always that of its peer: the other side's view of these calls, if it is "
    "measured, is on an edge of another version.",
)

_OTHER_WORKLOAD = Note(
    "workload-of-peer-not-known",
    "Each proxy knows its own workload and not always that of its peer: the other side's view of these calls, if it is "
    "measured, is on an edge of another workload or of the service.",
)

_APPROXIMATED = Note(
    "latency-approximated",
    "The peer was named in more than one way; the percentiles are averages over the names, weighted by requests.",
)


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
    if unreached(client) == client.report.requests:
        return [Note("server-not-reached", f"None of these requests reached {service}.")]
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
    fewest, most, reported = client.report.requests - unreached(client), client.report.attempts, server.report.requests
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
