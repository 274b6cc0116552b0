"""Follows the path of a request where its ids were lost on the way: down to what was called, up to what caused it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from dashboard.queries import Queries
from storage.records.access_logs import AccessLog
from storage.records.journeys import StrangeCall
from traces.journey import Evidence, build_journey
from traces.model import ContextBreak, Journey
from traces.strangers import guess_calls, guess_causes, root_moments, served_windows, suspect

ROUNDS = 3
"""How often a path that was followed is looked at again: so many services in a row may lose ids."""

MAX_CALLS = 50

ReadEvidence = Callable[[Queries, Sequence[str], Sequence[str]], Evidence | None]


@dataclass(frozen=True, slots=True)
class Path:
    """What is known of a request so far."""

    request_id: str
    evidence: Evidence
    journey: Journey


def follow(queries: Queries, path: Path, read: ReadEvidence) -> Path:
    """The path with all that belongs to it by time and instance, where ids do not lead on and nothing else fits."""
    for _ in range(ROUNDS):
        strangers = _strangers(queries, path)
        calls = [each for each in strangers if each.kind == "call"]
        guesses = guess_calls(calls) | guess_causes([each for each in strangers if each.kind == "cause"])
        more = read(queries, list(guesses), ()) if guesses else None
        suspicions = suspect(path.journey, calls)
        if more is None:
            return _built(path, replace(path.evidence, suspicions=_merged(path.evidence.suspicions, suspicions)))
        path = _built(path, _joined(path.evidence, more, guesses, suspicions))
    return path


def _known_ids(path: Path) -> list[str]:
    found = {log.request_id for log in path.evidence.access_logs} | {span.request_id for span in path.evidence.spans}
    return sorted({*found, path.request_id} - {""})


def _strangers(queries: Queries, path: Path) -> list[StrangeCall]:
    windows, moments = served_windows(path.journey), root_moments(path.journey)
    if not windows and not moments:
        return []
    asked = {
        "windows": windows,
        "moments": moments,
        "instances": sorted({instance for instance, *_ in (*windows, *moments)}),
        "start": min([first for _, first, _ in windows] + [time for _, time in moments]),
        "end": max([last for _, _, last in windows] + [time for _, time in moments]) + 1,
        "request_ids": _known_ids(path),
        "limit": MAX_CALLS,
    }
    return queries.query("journey_strangers", asked, StrangeCall)


def _joined(
    evidence: Evidence, more: Evidence, guesses: Mapping[str, float], suspicions: Sequence[ContextBreak]
) -> Evidence:
    spans = {(span.trace_id, span.span_id, span.time_unix_nano) for span in evidence.spans}
    logs = set(map(_identity, evidence.access_logs))
    return Evidence(
        [*evidence.access_logs, *(log for log in more.access_logs if _identity(log) not in logs)],
        [*evidence.spans, *(s for s in more.spans if (s.trace_id, s.span_id, s.time_unix_nano) not in spans)],
        [*evidence.logs, *more.logs],
        evidence.truncated or more.truncated,
        {**guesses, **evidence.guesses},
        _merged(evidence.suspicions, suspicions),
    )


def _built(path: Path, evidence: Evidence) -> Path:
    return Path(path.request_id, evidence, build_journey(path.request_id, evidence))


def _identity(log: AccessLog) -> tuple[object, ...]:
    return log.time_unix_nano, log.reporter, log.service, log.instance, log.request_id, log.span_id, log.duration_us


def _merged(one: Sequence[ContextBreak], other: Sequence[ContextBreak]) -> tuple[ContextBreak, ...]:
    """Each service's first."""
    return tuple({each.service: each for each in (*reversed(other), *reversed(one))}.values())
