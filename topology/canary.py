"""Versions of a service side by side: what the others do differently from the one with the most requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from topology.significance import p_value
from topology.slowness import chance_of_slowness
from topology.tally import Tally

LEAST_REQUESTS = 30
LARGEST_CHANCE = 0.01
LEAST_LATENCY_CHANGE = 0.10
"""A p95 that changed by less is the same, however sure the change is."""


class Standing(StrEnum):
    """How a version does beside the one that it is compared with."""

    BASE = "base"
    WORSE = "worse"
    BETTER = "better"
    SAME = "same"
    """No difference that is more than chance."""
    TOO_FEW = "too-few"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one version does beside the base, and every reason with its numbers; no reasons for the base."""

    standing: Standing
    reasons: tuple[str, ...]


def compare_versions(versions: Mapping[str, Tally]) -> dict[str, Comparison]:
    """Each version beside the one with the most requests (of several the first by name)."""
    if not versions:
        return {}
    base = min(versions, key=lambda name: (-versions[name].requests, name))
    return {
        name: Comparison(Standing.BASE, ()) if name == base else _compare(each, base, versions[base])
        for name, each in sorted(versions.items())
    }


def _compare(own: Tally, name: str, base: Tally) -> Comparison:
    base_name = name or "the version that nobody named"
    if min(own.requests, base.requests) < LEAST_REQUESTS:
        fewer = min(own.requests, base.requests)
        text = f"{fewer:,} requests are too few to compare with {base_name}: {LEAST_REQUESTS} are needed on both sides."
        return Comparison(Standing.TOO_FEW, (text,))
    found = [*_errors(own, base_name, base), *_latency(own, base_name, base)]
    if not found:
        text = f"No difference from {base_name} that is more than chance (errors, p95; from {LARGEST_CHANCE:.0%} on)."
        return Comparison(Standing.SAME, (text,))
    standing = Standing.WORSE if any(worse for worse, _ in found) else Standing.BETTER
    return Comparison(standing, tuple(text for _, text in found))


def _errors(own: Tally, name: str, base: Tally) -> list[tuple[bool, str]]:
    share, usual = own.error_share or 0.0, base.error_share or 0.0
    worse = share > usual
    chance = p_value(base.failed, base.requests, own.failed, own.requests)
    if chance is None or chance >= LARGEST_CHANCE:
        return []
    text = (
        f"{'More' if worse else 'Fewer'} errors: {share:.2%} ({own.failed:,} of {own.requests:,}) against {usual:.2%} "
        f"of {name} ({base.failed:,} of {base.requests:,}), {_sure(chance)}."
    )
    return [(worse, text)]


def _latency(own: Tally, name: str, base: Tally) -> list[tuple[bool, str]]:
    if own.latency is None or base.latency is None:
        return []
    change = own.latency.p95 / max(base.latency.p95, 1) - 1
    worse = change > 0
    chance = chance_of_slowness(*((own.buckets, base.buckets) if worse else (base.buckets, own.buckets)))
    if abs(change) < LEAST_LATENCY_CHANGE or chance >= LARGEST_CHANCE:
        return []
    text = (
        f"{'Slower' if worse else 'Faster'}: p95 {own.latency.p95 / 1000:,.3g} ms against "
        f"{base.latency.p95 / 1000:,.3g} ms of {name} ({change:+.0%}), {_sure(chance)}."
    )
    return [(worse, text)]


def _sure(chance: float) -> str:
    return "almost certainly no chance (p < 0.001)" if chance < 0.001 else f"probably no chance (p = {chance:.3f})"
