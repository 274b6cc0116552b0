"""Writes an SLO in the hub's own form, to be changed and tried."""

from datetime import timedelta
from typing import Any

import yaml

from alerting.specification.model import (
    DEFAULT_BURN_RATES,
    BurnRate,
    Calendar,
    FailureRule,
    Indicator,
    Kind,
    LowTraffic,
    Party,
    Rolling,
    Selector,
    Slo,
)
from alerting.specification.quantities import length_text


def own_form(slo: Slo) -> str:
    """YAML that reads as the same promise, without what is as it is by default.

    An edge between clusters is written without them: the own form has one cluster for both ends.
    """
    written: dict[str, Any] = {
        "name": slo.name,
        **_selector(slo.selector),
        "objective": float(f"{slo.objective * 100:.10g}"),
        **_window(slo.window),
        "indicator": _indicator(slo.indicator),
    }
    if slo.burn_rates != DEFAULT_BURN_RATES:
        written["burn_rates"] = [_burn_rate(rate) for rate in slo.burn_rates]
    if slo.low_traffic != LowTraffic():
        written["low_traffic"] = {"requests": slo.low_traffic.requests, "failures": slo.low_traffic.failures}
    texts = {name: getattr(slo, name) for name in ("title", "description", "owner", "runbook")}
    written |= {name: text for name, text in texts.items() if text}
    if slo.labels:
        written["labels"] = dict(slo.labels)
    return yaml.safe_dump({"slos": [written]}, sort_keys=False, allow_unicode=True, default_flow_style=False, width=100)


def _selector(selector: Selector) -> dict[str, str]:
    source, destination = selector.source, selector.destination
    if source is None and destination is not None:
        found = {"service": _party(destination)}
    else:
        found = {"from": _party(source)} if source else {}
        found |= {"to": _party(destination)} if destination else {}
    clusters = {party.cluster for party in (source, destination) if party is not None}
    if len(clusters) == 1 and "" not in clusters:
        found["cluster"] = clusters.pop()
    if selector.route:
        found["route"] = selector.route
    return found


def _party(party: Party) -> str:
    return f"{party.namespace}/{party.service}" if party.namespace else party.service


def _window(window: Rolling | Calendar) -> dict[str, str]:
    if isinstance(window, Rolling):
        return {"window": length_text(window.length)}
    return {"calendar": window.period.value, **({} if window.zone == "UTC" else {"time_zone": window.zone})}


def _indicator(indicator: Indicator) -> Any:
    failures = _failures(indicator.rule)
    if indicator.kind is Kind.AVAILABILITY and not failures:
        return "availability"
    latency = {"latency": {"below": length_text(timedelta(microseconds=indicator.below_us))}}
    if indicator.kind is Kind.LATENCY:
        return latency
    return {"availability": failures, **(latency if indicator.kind is Kind.BOTH else {})}


def _failures(rule: FailureRule) -> dict[str, Any]:
    usual = FailureRule()
    found: dict[str, Any] = {"status_below": rule.status_below} if rule.status_below != usual.status_below else {}
    for name in ("bad_flags", "ignored_flags", "bad_grpc"):
        if getattr(rule, name) != getattr(usual, name):
            found[name] = list(getattr(rule, name))
    return found


def _burn_rate(rate: BurnRate) -> dict[str, Any]:
    return {
        "long": length_text(rate.long),
        "short": length_text(rate.short),
        "burn": rate.threshold,
        "severity": rate.severity,
        **({"after": length_text(rate.after)} if rate.after else {}),
    }
