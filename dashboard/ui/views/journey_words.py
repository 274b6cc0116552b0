"""A journey in sentences."""

from datetime import UTC, datetime

from dashboard.ui import format as fmt
from meshhub.model import WorkloadIdentity
from meshhub.outcome import Outcome
from topology.health import Health, judge_outcome
from traces.model import Hop, Journey, Party

GOOD_PART = 0.3
"""A hop with this part of the whole time is worth a sentence."""

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
    """What happened: how it ended, where it went wrong first, what was tried again, where the time went."""
    if not journey.hops:
        return ("Nothing is known of its way: no proxy reported a hop.",)
    return tuple(text for text in (_ending(journey), _origin(journey), _retries(journey), _slowest(journey)) if text)


def start_time(journey: Journey) -> datetime:
    """When the request started."""
    return datetime.fromtimestamp(journey.start_unix_nano / 1e9, UTC)


def party_name(party: Party) -> str:
    """What an end of a hop is called on the page."""
    return workload_name(party.identity) if party.identity.service else "unknown"


def caller_name(hop: Hop) -> str:
    """What the caller is called; nobody known before the first hop is outside."""
    return "outside" if not hop.parent and not hop.source.identity.service else party_name(hop.source)


def workload_name(identity: WorkloadIdentity) -> str:
    """A service with its version where it is known."""
    name = identity.service or "unknown"
    return f"{name}:{identity.version}" if identity.version else name


def hop_name(hop: Hop) -> str:
    """Who called whom."""
    return f"{caller_name(hop)} → {party_name(hop.destination)}"


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


def _origin(journey: Journey) -> str:
    """Where a failure began: the deepest hop that failed, first by time."""
    ill = [hop for hop in journey.hops if hop.outcome.failed]
    if not ill:
        return ""
    parents = {hop.parent for hop in ill}
    origin = min((hop for hop in ill if hop.id not in parents), key=lambda hop: hop.start_us)
    report = origin.client or origin.server
    flags = report.flags if report else ()
    why = f": {flags[0].text.rstrip('.')} ({flags[0].code})" if flags else ""
    if not why and report is not None and report.response_code:
        why = f", which answered {report.response_code}"
    return f"It went wrong first at {hop_name(origin)}{why}."


def _retries(journey: Journey) -> str:
    repeated = [hop for hop in journey.hops if len(hop.attempts) > 1]
    if not repeated:
        return ""
    names = ", ".join(f"{hop_name(hop)} ({len(hop.attempts)} attempts)" for hop in repeated)
    return f"Tried again: {names}."


def own_times(journey: Journey) -> tuple[tuple[Hop, int], ...]:
    """How long each hop took, in microseconds, beyond the time in which the calls that it led to ran; longest first."""
    called: dict[str, list[Hop]] = {}
    for hop in journey.hops:
        called.setdefault(hop.parent, []).append(hop)
    own = ((hop, hop.duration_us - _covered(hop, called.get(hop.id, []))) for hop in journey.hops)
    return tuple(sorted(own, key=lambda pair: (-pair[1], pair[0].id)))


def _covered(hop: Hop, calls: list[Hop]) -> int:
    """The part of a hop's time in which at least one of the calls ran."""
    covered, reached = 0, hop.start_us
    for call in sorted(calls, key=lambda each: each.start_us):
        end = min(call.start_us + call.duration_us, hop.start_us + hop.duration_us)
        covered += max(0, end - max(call.start_us, reached))
        reached = max(reached, end)
    return covered


def _slowest(journey: Journey) -> str:
    hop, own = own_times(journey)[0]
    if journey.duration_us <= 0 or own < journey.duration_us * GOOD_PART:
        return ""
    share = min(1.0, own / journey.duration_us)
    return f"{fmt.duration(own)} of its time ({fmt.share(share)}) went to {hop_name(hop)}."
