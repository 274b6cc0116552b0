"""Judges calls: by tolerances, and by how the same calls went just before."""

from meshhub.quantities import duration, plural, share
from topology.health.model import Health, Verdict
from topology.health.recent import Newest, judge_newest
from topology.health.tolerance import Rule, Tally, Tolerance
from topology.model import Note
from topology.settings import BaselineSettings
from topology.significance import LatencyRule, p_value

Finding = tuple[Health, Note]

_WEIGHT = {Health.FAILING: 0, Health.DEGRADED: 1}

CERTAIN = 0.0005


def judge_calls(
    tally: Tally,
    before: Tally | None,
    rule: Rule,
    baseline: BaselineSettings,
    unit: str,
    newest: Newest | None = None,
) -> Verdict:
    """The verdict on calls of one protocol.

    Args:
        tally: how they ended.
        before: how those of the time before ended; None where nothing measured them or they are not compared.
        rule: what they are held to.
        baseline: when they are worse than before.
        unit: what one is called: "request" or "connection".
        newest: how the last of them ended; None where they are not judged by themselves.
    """
    if not tally.requests:
        return Verdict(Health.IDLE, (Note("idle", f"no {unit}s in this window"),))
    failed = [(tolerance, count) for tolerance in rule.tolerances if (count := tolerance.count(tally))]
    findings = [found for tolerance, count in failed if (found := _exceeded(tolerance, count, tally, before, newest))]
    findings += _too_slow(tally, before, rule)
    if tally.requests < rule.minimum_requests:
        findings = []
    elif newest is not None:
        findings = judge_newest(newest, tally, before, rule, baseline, unit) + findings
    if before is not None:
        findings += [
            found for tolerance, count in failed if (found := _rose(tolerance, count, tally, before, baseline))
        ]
        findings += _slowed(tally, before, baseline)
    if tally.requests >= rule.minimum_requests:
        findings += _tried_again(tally, before, rule)
    if not findings:
        return Verdict(Health.HEALTHY, (_well(tally, rule, unit),))
    findings.sort(key=lambda finding: _WEIGHT[finding[0]])
    return Verdict(findings[0][0], tuple(note for _, note in findings))


def chance(probability: float) -> str:
    """A p-value in words: "p = 0.004", "p < 0.001"."""
    return "p < 0.001" if probability < CERTAIN else f"p = {probability:.2g}"


def latency_rule(baseline: BaselineSettings) -> LatencyRule:
    """When a quantile has changed, by the settings."""
    return LatencyRule(baseline.slowdown, baseline.slowdown_ms * 1000, baseline.minimum_requests)


def _exceeded(
    tolerance: Tolerance, count: int, tally: Tally, before: Tally | None, newest: Newest | None
) -> Finding | None:
    part = count / tally.requests
    if part < tolerance.degraded:
        return None
    failing = part >= tolerance.failing
    limit = tolerance.failing if failing else tolerance.degraded
    text = f"{tolerance.name(tally)} {share(part)} ≥ {share(limit)}"
    if before is not None and before.requests:
        text += f", baseline {share(tolerance.count(before) / before.requests)}"
    if newest is not None and not tolerance.count(newest.tally):
        text += f", none in the last {newest.seconds:.0f} s"
    return (Health.FAILING if failing else Health.DEGRADED), Note("error-share", text)


def _too_slow(tally: Tally, before: Tally | None, rule: Rule) -> list[Finding]:
    limits = rule.latency
    if limits is None or tally.latency is None:
        return []
    name, took = limits.quantile, getattr(tally.latency, limits.quantile)
    if took < limits.degraded_ms * 1000:
        return []
    failing = took >= limits.failing_ms * 1000
    text = f"{name} {duration(took)} ≥ {duration((limits.failing_ms if failing else limits.degraded_ms) * 1000)}"
    if before is not None and before.latency is not None:
        text += f", baseline {duration(getattr(before.latency, name))}"
    return [(Health.FAILING if failing else Health.DEGRADED, Note("latency", text))]


def _tried_again(tally: Tally, before: Tally | None, rule: Rule) -> list[Finding]:
    if rule.retried is None or not tally.retries or tally.retried < rule.retried:
        return []
    text = f"{share(tally.retried)} of attempts were retries ≥ {share(rule.retried)}"
    if before is not None and before.requests:
        text += f", baseline {share(before.retried)}"
    return [(Health.DEGRADED, Note("retries", text))]


def _rose(tolerance: Tolerance, count: int, tally: Tally, before: Tally, baseline: BaselineSettings) -> Finding | None:
    """A rise that is worth a word: surely one, by a percentage point or so, or half of what is tolerated."""
    if not before.requests:
        return None
    count_before = tolerance.count(before)
    part, part_before = count / tally.requests, count_before / before.requests
    if part - part_before < max(baseline.rise / 100, tolerance.degraded / 2):
        return None
    probability = p_value(count_before, before.requests, count, tally.requests)
    if probability is None or probability > baseline.p_value:
        return None
    text = (
        f"{tolerance.name(tally)} rose: {count_before:,} of {before.requests:,} before, {count:,} of "
        f"{tally.requests:,} now ({chance(probability)})"
    )
    return Health.DEGRADED, Note("errors-rose", text)


def _slowed(tally: Tally, before: Tally, baseline: BaselineSettings) -> list[Finding]:
    if tally.latency is None or before.latency is None:
        return []
    slower = []
    for name in ("p99", "p95"):
        took, took_before = getattr(tally.latency, name), getattr(before.latency, name)
        if took >= took_before * baseline.slowdown and latency_rule(baseline).differs(
            name, took_before, before.requests, took, tally.requests
        ):
            slower.append(f"{name} {duration(took_before)} → {duration(took)}")
    if not slower:
        return []
    text = f"{' and '.join(slower)} (of {before.requests:,} requests before and {tally.requests:,} now)"
    return [(Health.DEGRADED, Note("latency-rose", text))]


def _well(tally: Tally, rule: Rule, unit: str) -> Note:
    counted = plural(tally.requests, unit)
    if tally.requests < rule.minimum_requests:
        return Note("too-few-requests", f"{counted}: fewer than the {rule.minimum_requests:,} that are judged")
    failed = sum(requests for kind, requests in tally.kinds.items() if kind != "4xx")
    return Note("within-tolerances", f"{share(failed / tally.requests)} of {counted} failed")
