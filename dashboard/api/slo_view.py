"""Turns what is known of SLOs into the bodies of /api/v1/slos."""

from collections import Counter

from alerting.backtest import Backtest
from alerting.burn import BurnState, Verdict
from alerting.evaluation.service import verdict_of
from alerting.evaluation.state import Evaluation, SloState
from alerting.reason.model import Explanation
from alerting.specification.model import Calendar
from dashboard.api.slo_body import (
    BacktestBody,
    BurnBody,
    CoverageBody,
    DefaultsBody,
    ExplanationBody,
    PreviewBody,
    SloBody,
    SloBudgetBody,
    SloDetailBody,
    SlosBody,
)
from dashboard.reads.slos import Defaults, Preview, SloDetail

_WORST_FIRST = {Verdict.BURNING: 0, Verdict.HELD_BACK: 1, Verdict.UNKNOWN: 2, Verdict.CALM: 3}


def show_slos(evaluation: Evaluation) -> SlosBody:
    """All SLOs: those that burn first, then by what is left of the budget."""
    return {
        "evaluated_at": evaluation.at,
        "trouble": evaluation.trouble,
        "notes": [str(note) for note in evaluation.specifications.notes],
        "slos": [show_slo(state) for state in sorted(evaluation.states.values(), key=_worst_first)],
    }


def show_slo(state: SloState) -> SloBody:
    slo = state.slo
    return {
        "name": slo.name,
        "title": slo.title,
        "description": slo.description,
        "selects": str(slo.selector),
        "source": str(slo.selector.source or ""),
        "destination": str(slo.selector.destination or ""),
        "route": slo.selector.route,
        "indicator": slo.indicator.kind,
        "latency_below_ms": slo.indicator.below_us / 1000 if slo.indicator.below_us else None,
        "objective": slo.objective,
        "window": slo.window.period if isinstance(slo.window, Calendar) else "rolling",
        "owner": slo.owner,
        "runbook": slo.runbook,
        "labels": dict(slo.labels),
        "targets": list(slo.targets),
        "origin": slo.origin,
        "verdict": verdict_of(state),
        "burn_rates": [_burn(burn) for burn in state.burns],
        "budget": _budget(state),
        "coverage": _coverage(state),
    }


def show_detail(detail: SloDetail) -> SloDetailBody:
    return {
        "slo": show_slo(detail.state),
        "explanation": show_explanation(detail.explanation),
        "past": show_backtest(detail.past),
    }


def show_explanation(explanation: Explanation) -> ExplanationBody:
    return {
        "headline": explanation.headline,
        "sentences": list(explanation.sentences),
        "since": explanation.since,
        "contributions": [
            {
                "facet": each.facet,
                "value": each.value,
                "requests": each.requests,
                "bad": each.bad,
                "share_of_bad": each.share_of_bad,
                "share_of_requests": each.share_of_requests,
                "baseline_bad_share": each.baseline_bad_share,
                "first_seen": each.first_seen,
            }
            for each in explanation.contributions
        ],
        "changes": [{"time": change.time, "kind": change.kind, "text": change.text} for change in explanation.changes],
        "examples": [
            {
                "request_id": each.request_id,
                "time": each.time,
                "outcome": each.outcome,
                "duration_ms": each.duration_us / 1000,
            }
            for each in explanation.examples
        ],
        "trouble": explanation.trouble,
    }


def show_backtest(backtest: Backtest) -> BacktestBody:
    return {
        "name": backtest.slo.name,
        "start": backtest.start,
        "end": backtest.end,
        "requests": backtest.counts.total,
        "bad": backtest.counts.bad,
        "measured_minutes": backtest.measured_minutes,
        "alerts": dict(sorted(Counter(episode.severity for episode in backtest.episodes).items())),
        "episodes": [
            {"severity": each.severity, "start": each.start, "end": each.end, "peak": each.peak}
            for each in backtest.episodes
        ],
        "budget": [
            {
                "time": point.time,
                "remaining": point.remaining,
                "requests": point.counts.total,
                "bad": point.counts.bad,
            }
            for point in backtest.points
        ],
        "notes": list(backtest.notes),
    }


def show_preview(preview: Preview) -> PreviewBody:
    return {
        "backtests": [show_backtest(each) for each in preview.backtests],
        "notes": [str(note) for note in preview.notes],
    }


def show_defaults(defaults: Defaults) -> DefaultsBody:
    return {"slos": [slo.name for slo in defaults.slos], "specification": defaults.text}


def _burn(burn: BurnState) -> BurnBody:
    return {
        "severity": burn.rate.severity,
        "long_seconds": burn.rate.long.total_seconds(),
        "short_seconds": burn.rate.short.total_seconds(),
        "threshold": burn.rate.threshold,
        "long_rate": burn.long_rate,
        "short_rate": burn.short_rate,
        "long_requests": burn.long.counts.total,
        "long_bad": burn.long.counts.bad,
        "short_requests": burn.short.counts.total,
        "short_bad": burn.short.counts.bad,
        "verdict": burn.verdict,
    }


def _budget(state: SloState) -> SloBudgetBody:
    budget = state.budget
    return {
        "start": budget.start,
        "end": budget.end,
        "seconds": budget.length.total_seconds(),
        "requests": budget.counts.total,
        "bad": budget.counts.bad,
        "allowed": budget.allowed,
        "remaining": budget.remaining,
        "exhausted_in_seconds": None if state.exhausted_in is None else state.exhausted_in.total_seconds(),
        "complete": state.complete,
    }


def _coverage(state: SloState) -> CoverageBody:
    found = state.coverage
    return {
        "share": found.share,
        "busy": found.busy,
        "idle": found.idle,
        "silent": found.silent,
        "away": found.away,
    }


def _worst_first(state: SloState) -> tuple[int, float, str]:
    left = state.budget.remaining
    return _WORST_FIRST[verdict_of(state)], 2.0 if left is None else left, state.slo.name
