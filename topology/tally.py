"""What is counted of some requests: how they ended and how long they took."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from meshhub.outcome import Outcome, classify
from topology.durations import Buckets, latency
from topology.model import Latency

OutcomeKey = tuple[int, int, str, bool]
"""Response code, gRPC status (-1: none), response flags, whether it is a TCP connection."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Requests (connections for TCP) by outcome, and their durations."""

    requests: int = 0
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    """Every outcome that occurred, in the order of meshhub.outcome.Outcome."""
    latency: Latency | None = None
    """None where no request has a duration."""
    buckets: Buckets = field(default_factory=dict)
    """Empty where only quantiles are known."""

    @property
    def failed(self) -> int:
        return sum(requests for outcome, requests in self.outcomes.items() if outcome.failed)

    @property
    def error_share(self) -> float | None:
        """Without 4xx; None where there were no requests."""
        return self.failed / self.requests if self.requests else None

    @property
    def client_error_share(self) -> float | None:
        return self.outcomes.get(Outcome.CLIENT_ERROR, 0) / self.requests if self.requests else None


def tally(outcomes: Mapping[OutcomeKey, int], buckets: Buckets, duration_us_sum: int) -> Tally:
    """What these outcomes and counted durations are together."""
    return Tally(sum(outcomes.values()), by_outcome(outcomes), latency(buckets, duration_us_sum), buckets)


def by_outcome(outcomes: Mapping[OutcomeKey, int]) -> dict[Outcome, int]:
    """Requests by how they ended, in the order of the outcomes."""
    counted: Counter[Outcome] = Counter()
    for (code, status, flags, tcp), requests in outcomes.items():
        counted[classify(code, status, flags, tcp=tcp)] += requests
    return {outcome: counted[outcome] for outcome in Outcome if counted[outcome]}


def by_flag(outcomes: Mapping[OutcomeKey, int]) -> dict[str, int]:
    """Requests by response flag, most first; a request may have several."""
    counted: Counter[str] = Counter()
    for (_, _, flags, _), requests in outcomes.items():
        for flag in filter(None, flags.split(",")):
            counted[flag] += requests
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def add_up(tallies: Iterable[Tally]) -> Tally:
    """Their sum. The latency is that of the durations that were counted."""
    outcomes: Counter[Outcome] = Counter()
    buckets: Counter[int] = Counter()
    duration = 0.0
    for each in tallies:
        outcomes.update(each.outcomes)
        buckets.update(each.buckets)
        duration += each.latency.mean * each.requests if each.latency else 0
    ordered = {outcome: outcomes[outcome] for outcome in Outcome if outcomes[outcome]}
    return Tally(sum(ordered.values()), ordered, latency(buckets, round(duration)), dict(buckets))
