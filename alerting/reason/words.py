"""What is said of an SLO, in words: the same for people in the pages, in the API and in a notification."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerting.budget import Budget
from alerting.burn import BurnState, Verdict
from alerting.evaluation.state import SloState
from alerting.reason.model import Change, Contribution
from alerting.specification.model import Calendar, Kind, Slo
from alerting.specification.quantities import GRPC_NAMES, length_text
from traces.response_flags import explain_flags

MEASURED_ENOUGH = 0.9
"""Below this coverage the budget sentence says how much was measured."""


def headline(state: SloState) -> str:
    """How the SLO stands, in a sentence."""
    slo = state.slo
    burn = next(iter(state.burning), None) or next((b for b in state.burns if b.verdict is Verdict.HELD_BACK), None)
    if burn is None:
        return _calm(state)
    counts = burn.long.counts
    what = (
        f"{slo.name}: {percent(counts.bad_share or 0)} of the requests of {slo.selector} {failing(slo)} in the last "
        f"{length_text(burn.rate.long)} ({counts.bad:,} of {counts.total:,})"
    )
    if burn.verdict is Verdict.HELD_BACK:
        return f"{what}, which is too few to alert: it takes {_least(slo)}."
    return f"{what}: {burn.long_rate or 0:.3g} times what {percent(slo.objective)} allows."


def _calm(state: SloState) -> str:
    slo = state.slo
    if state.burns and all(burn.verdict is Verdict.UNKNOWN for burn in state.burns):
        return f"{slo.name}: nothing is measured at present, so nothing is known of {slo.selector}."
    first: BurnState | None = next(iter(state.burns), None)
    if first is None or first.long_rate is None:
        return f"{slo.name}: {slo.selector} keeps its promise."
    return (
        f"{slo.name}: {slo.selector} burns its budget at {first.long_rate:.3g} times the allowed rate over the last "
        f"{length_text(first.rate.long)}; it alerts at {first.rate.threshold:g}."
    )


def budget_sentence(state: SloState) -> str:
    """How much of the budget is left, and for how long."""
    budget, coverage = state.budget, state.coverage.share
    name = budget_name(state.slo, budget)
    if budget.remaining is None:
        said = f"Of {name} nothing is spent: there were no requests."
    elif budget.remaining <= 0:
        said = f"{name[0].upper()}{name[1:]} is spent: {percent(1 - budget.remaining)} of it is used."
    elif state.exhausted_in is not None and state.burning:
        left = percent(budget.remaining)
        said = f"At this rate {name} is gone in {duration(state.exhausted_in)}: {left} of it is left."
    else:
        said = f"{percent(budget.remaining)} of {name} is left."
    if coverage is not None and coverage < MEASURED_ENOUGH:
        measured = duration(timedelta(minutes=state.coverage.busy + state.coverage.idle))
        said += f" Only {measured} of its time was measured; the rest is neither good nor bad."
    return said


def budget_name(slo: Slo, budget: Budget) -> str:
    """ "the 30-day budget", "the budget of this month"."""
    if isinstance(slo.window, Calendar):
        return f"the budget of this {slo.window.period}"
    days = budget.length / timedelta(days=1)
    return f"the {days:g}-day budget" if days >= 1 else f"the {length_text(budget.length)} budget"


def since_sentence(since: datetime, now: datetime) -> str:
    return f"It began at {since:%H:%M} UTC, {duration(max(now - since, timedelta(minutes=1)))} ago."


def carrier_sentences(slo: Slo, carrying: Sequence[Contribution], callers: Sequence[Contribution]) -> list[str]:
    """What carries the burn: the edge first, then what it is about, then how requests end."""
    said = [_edge(slo, callers)] if callers else []
    said += [_facet(slo, each) for each in carrying if each.facet in _FACET_WORDS]
    ways = {each.facet: each.value for each in carrying}
    if ways.get("status"):
        said.append(_ending(slo, ways))
    return [sentence for sentence in said if sentence]


def dependency_sentence(slo: Slo, dependency: Contribution) -> str:
    before = dependency.baseline_bad_share
    usual = "" if before is None else f" (before: {percent(before)})"
    return (
        f"Its own calls to {dependency.value} fail: {percent(dependency.bad_share)} of {dependency.requests:,}{usual}. "
        f"{slo.selector.destination} may only pass that on."
    )


def change_sentence(change: Change) -> str:
    return f"At {change.time:%H:%M} UTC {change.text}."


def failing(slo: Slo) -> str:
    """What a bad request did."""
    slow = f"took {length_text(timedelta(microseconds=slo.indicator.below_us))} or longer"
    return {Kind.AVAILABILITY: "failed", Kind.LATENCY: slow, Kind.BOTH: f"failed or {slow}"}[slo.indicator.kind]


def percent(share: float) -> str:
    """A share with three digits that count."""
    value = share * 100
    if 0 < value < 0.001:
        return "under 0.001 %"
    return f"{value:.0f} %" if abs(value) >= 1000 else f"{_rounded(share, value):g} %"


def _rounded(share: float, value: float) -> float:
    """Rounded, but never up to a whole that it is not: 99.95 % stays that."""
    rounded = float(f"{value:.3g}")
    return round(value, 6) if rounded >= 100 > value or (rounded == 100) != (share == 1) else rounded


def duration(length: timedelta) -> str:
    """A length of time for people: its one or two largest units."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest and hours < 10 else f"{hours} h"
    return f"{minutes // 1440} days"


_FACET_WORDS = {
    "callee": "go to {value}",
    "version": "are on version {value}",
    "route": "are on route {value}",
    "instance": "are on instance {value}",
}


def _facet(slo: Slo, each: Contribution) -> str:
    where = _FACET_WORDS[each.facet].format(value=each.value)
    of_all = percent(each.share_of_requests)
    return f"{percent(each.share_of_bad)} of those that {failing(slo)} {where}, which has {of_all} of all."


def _edge(slo: Slo, callers: Sequence[Contribution]) -> str:
    """The edge that carries most of it."""
    top = callers[0]
    if slo.selector.source is not None or not top.bad or top.share_of_bad < 0.5:
        return ""
    only = "" if len(callers) > 1 else " (its only caller)"
    return f"{percent(top.share_of_bad)} of it is on the edge {top.value} → {slo.selector.destination}{only}."


def _ending(slo: Slo, ways: dict[str, str]) -> str:
    if slo.indicator.kind is Kind.LATENCY:
        return ""
    status = ways["status"]
    if status.startswith("gRPC ") and status[5:].isdigit() and int(status[5:]) < len(GRPC_NAMES):
        status = f"{status} ({GRPC_NAMES[int(status[5:])]})"
    flags = ways.get("flags", "")
    said = f"Most end with {status}{f', flag {flags}' if flags else ''}."
    return " ".join([said, *(explained.text for explained in explain_flags(flags))])


def _least(slo: Slo) -> str:
    return f"{slo.low_traffic.failures} failures of {slo.low_traffic.requests} requests"
