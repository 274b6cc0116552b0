"""A journey in sentences."""

from datetime import UTC, datetime

from dashboard.ui import format as fmt
from meshhub.outcome import Outcome
from topology.health import Health, judge_outcome
from traces.model import Hop, Journey
from traces.party_words import party_name

TOLD = frozenset({"failed-at", "failed-within", "answered-late", "bottleneck"})
"""The notes that are part of the story; the others are marked as notes."""

_WORDS = {
    Outcome.OK: "answered",
    Outcome.SERVER_ERROR: "failed",
    Outcome.CLIENT_ERROR: "refused as wrong",
    Outcome.GRPC: "gRPC error",
    Outcome.NO_RESPONSE: "no response",
    Outcome.RESET: "broken off",
}
_ENDINGS = {
    Outcome.OK: "was answered",
    Outcome.SERVER_ERROR: "failed",
    Outcome.CLIENT_ERROR: "was refused as a wrong request",
    Outcome.GRPC: "ended with a gRPC error",
    Outcome.NO_RESPONSE: "got no response",
    Outcome.RESET: "was broken off",
}


def sentences(journey: Journey) -> tuple[str, ...]:
    """What happened: how it ended, and what the journey notes of where it went wrong and where the time went."""
    if not journey.hops:
        return ("Nothing is known of its way: no proxy reported a hop.",)
    return _ending(journey), *(note.text for note in journey.notes if note.code in TOLD)


def start_time(journey: Journey) -> datetime:
    """When the request started."""
    return datetime.fromtimestamp(journey.start_unix_nano / 1e9, UTC)


def judge_hop(hop: Hop) -> tuple[Health, str]:
    """How a call ended, and in words; one that had to be tried again is not well even if it was answered."""
    health = judge_outcome(hop.outcome)
    if health is Health.HEALTHY and len(hop.attempts) > 1:
        return Health.DEGRADED, f"answered at attempt {len(hop.attempts)}"
    return health, _WORDS[hop.outcome]


def _ending(journey: Journey) -> str:
    first = journey.hops[0]
    report = first.client or first.server
    code = f" with {report.response_code}" if report and report.response_code else ""
    services = {party_name(hop.destination) for hop in journey.hops}
    ending = _ENDINGS[journey.outcome] if journey.outcome else "ended in a way nobody reported"
    return (
        f"The request {ending}{code} after {fmt.duration(journey.duration_us)}. It made "
        f"{fmt.plural(len(journey.hops), 'hop')} to {fmt.plural(len(services), 'workload')}."
    )
