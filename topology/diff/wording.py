"""What changed, in words that state the counts."""

from collections.abc import Iterator

from meshhub.quantities import duration, rate, share
from topology.diff.model import Measures, ShareChange, VersionsChange
from topology.model import Note

CERTAIN = 0.001
NOTABLE_RATIO = 1.5
NOTABLE_REQUESTS = 50
MTLS_SHIFT = 0.01

WORSE = frozenset({"errors-rose", "client-errors-rose", "slower", "mtls-lost"})
BETTER = frozenset({"errors-fell", "client-errors-fell", "faster", "mtls-gained"})
"""Codes of notes that make an edge or a node worse or better. The others only say something."""


def describe(measures: Measures) -> Iterator[Note]:
    """What changed surely, what is worse before what is not."""
    yield from _share("errors", "failed", measures.errors)
    yield from _latency(measures)
    yield from _mtls(measures)
    yield from _share("client-errors", "were answered with 4xx", measures.client_errors)
    yield from _rate(measures)


def describe_versions(versions: VersionsChange) -> Iterator[Note]:
    """Versions that came and went."""
    parts = [f"{', '.join(names)} {word}" for word, names in (("new", versions.seen), ("gone", versions.gone)) if names]
    if parts:
        yield Note("versions-changed", f"version {'; '.join(parts)}")


def _share(code: str, verb: str, change: ShareChange | None) -> Iterator[Note]:
    difference = change.difference if change else None
    if change is None or difference is None or not change.significant:
        return
    before, after = change.before, change.after
    text = (
        f"{share(before.share)} → {share(after.share)} {verb}: {before.count:,} of {before.total:,}, then "
        f"{after.count:,} of {after.total:,} ({_chance(change.p_value)})"
    )
    yield Note(f"{code}-{'rose' if difference > 0 else 'fell'}", text)


def _latency(measures: Measures) -> Iterator[Note]:
    for code in ("slower", "faster"):
        changed = [
            (name, each)
            for name, each in measures.latency.items()
            if each.significant and (each.after > each.before) is (code == "slower")
        ]
        if changed:
            moves = ", ".join(f"{name} {duration(each.before)} → {duration(each.after)}" for name, each in changed)
            sizes = changed[0][1]
            text = f"{moves} (of {sizes.requests_before:,} requests, then {sizes.requests_after:,})"
            yield Note(code, text)


def _mtls(measures: Measures) -> Iterator[Note]:
    moved = measures.mtls_share.difference
    if moved is not None and abs(moved) >= MTLS_SHIFT:
        text = f"mutual TLS {share(measures.mtls_share.before)} → {share(measures.mtls_share.after)} of requests"
        yield Note("mtls-gained" if moved > 0 else "mtls-lost", text)


def _rate(measures: Measures) -> Iterator[Note]:
    before, after = measures.rate.before, measures.rate.after
    if not before or after is None or measures.errors is None:
        return
    if max(measures.errors.before.total, measures.errors.after.total) < NOTABLE_REQUESTS:
        return
    if not before / NOTABLE_RATIO < after < before * NOTABLE_RATIO:
        text = f"{rate(before)} → {rate(after)} ({(after / before - 1) * 100:+,.0f} %)"
        yield Note("rate-rose" if after > before else "rate-fell", text)


def _chance(probability: float | None) -> str:
    if probability is None:
        return "not comparable"
    return f"p < {CERTAIN}" if probability < CERTAIN else f"p = {probability:.2g}"
