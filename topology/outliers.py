"""Which instances of a service do worse than its others, and by which numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from topology.durations import quantiles
from topology.significance import p_value
from topology.tally import Tally, add_up

LEAST_REQUESTS = 30
"""An instance with fewer says nothing, neither of itself nor of the others."""

LEAST_ERROR_EXCESS = 0.01
"""The share of errors is off from this much above the others' on, and from twice the others' on."""
LARGEST_CHANCE = 0.001
"""And if chance alone gives such a difference less often than this, shared by all instances that are tested."""

LEAST_SLOWNESS = 1.5
"""The p95 is off from so many times the others' median on."""
LEAST_DEVIATIONS = 3.5
"""And from so many robust standard deviations on (1.4826 times the median absolute deviation; Iglewicz and Hoaglin)."""
LEAST_SPREAD = 0.05
"""The p95s of instances that are alike differ by about this share of them: the buckets are that wide."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """One way in which an instance is worse than the others. `code` is stable: "errors" or "latency"."""

    code: str
    text: str


def find_outliers(instances: Mapping[str, Tally]) -> dict[str, tuple[Outlier, ...]]:
    """Why each instance that does worse than the others does so; instances that do not are left out.

    Tests nothing where fewer than two instances have enough requests: there is nothing to compare with.
    """
    busy = {name: each for name, each in instances.items() if each.requests >= LEAST_REQUESTS}
    if len(busy) < 2:
        return {}
    found = {name: (*_too_many_errors(name, busy), *_too_slow(name, busy)) for name in sorted(busy)}
    return {name: outliers for name, outliers in found.items() if outliers}


def _too_many_errors(name: str, busy: Mapping[str, Tally]) -> tuple[Outlier, ...]:
    own, others = busy[name], add_up(each for other, each in busy.items() if other != name)
    share, usual = own.error_share or 0.0, others.error_share or 0.0
    if share < max(usual + LEAST_ERROR_EXCESS, 2 * usual):
        return ()
    chance = p_value(others.failed, others.requests, own.failed, own.requests)
    if chance is None or chance >= LARGEST_CHANCE / len(busy):
        return ()
    text = (
        f"{share:.2%} of its requests failed ({own.failed:,} of {own.requests:,}), against {usual:.2%} at "
        f"{_others(len(busy) - 1)} ({others.failed:,} of {others.requests:,}); chance alone would do this in less than "
        f"{_odds(chance)}."
    )
    return (Outlier("errors", text),)


def _too_slow(name: str, busy: Mapping[str, Tally]) -> tuple[Outlier, ...]:
    slow = {other: quantiles(each.buckets, (0.95,))[0] for other, each in busy.items() if each.buckets}
    own = slow.pop(name, None)
    if own is None or not slow:
        return ()
    usual = median(slow.values())
    spread = max(1.4826 * median(abs(each - usual) for each in slow.values()), LEAST_SPREAD * usual, 1.0)
    deviations = (own - usual) / spread
    if own < LEAST_SLOWNESS * usual or deviations < LEAST_DEVIATIONS:
        return ()
    text = (
        f"Its p95 is {own / 1000:,.3g} ms, {own / max(usual, 1):,.1f} times the {usual / 1000:,.3g} ms of "
        f"{'the median of ' if len(slow) > 1 else ''}{_others(len(slow))}: {deviations:,.1f} robust standard "
        "deviations."
    )
    return (Outlier("latency", text),)


def _others(count: int) -> str:
    return "the other one" if count == 1 else f"the {count:,} others"


def _odds(chance: float) -> str:
    for odds in (1e-9, 1e-6, 1e-4):
        if chance < odds:
            return f"1 of {1 / odds:,.0f} windows"
    return "1 of 1,000 windows"
