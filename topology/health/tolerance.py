"""Tolerances ready for use: which requests each is about, and which rule an edge or a service is held to."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from topology.counts import sorted_counts
from topology.model import Counts, EdgeView, Latency, ServiceNode, Transport
from topology.settings import Direction, HealthRuleSettings, HealthSettings, LatencyToleranceSettings, ToleranceSettings

_KIND_WORDS = {"grpc": "gRPC errors", "no_response": "no response", "reset": "resets"}
"""What kinds of outcomes are called; the others are called as they are (5xx, 4xx)."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How the requests of one protocol ended, on one edge or several, and how often they were tried again. Without
    latency where it cannot be added up."""

    requests: int
    kinds: Counts
    statuses: Counts
    grpc_statuses: Counts
    flags: Counts
    latency: Latency | None
    retries: int

    @property
    def retried(self) -> float:
        """The share of attempts that were retries, from 0 to 1."""
        return self.retries / (self.requests + self.retries) if self.retries else 0.0


def tally_of(view: EdgeView) -> Tally:
    """How the calls ended that one side reported."""
    errors = view.errors
    return Tally(
        view.rates.requests,
        errors.by_kind,
        errors.response_codes,
        errors.grpc_statuses,
        view.flags,
        view.latency,
        max(0, view.retries.retries),  # requests that never went out have no attempt
    )


class Tolerance:
    """One tolerance. `degraded` and `failing` are shares from 0 to 1."""

    def __init__(self, settings: ToleranceSettings) -> None:
        self.degraded = settings.degraded / 100
        self.failing = settings.failing / 100
        self._settings = settings
        self.about = next(name for name in ("kind", "status", "grpc", "flag") if getattr(settings, name))
        self._fits = _fitting(settings.kind or settings.status or settings.grpc or settings.flag)

    def count(self, tally: Tally) -> int:
        """How many requests are meant by this tolerance. One with two of the flags is counted twice, up to all."""
        counted = self._counted(tally)
        if not counted:
            return 0
        total = 0
        for name, requests in counted.items():
            if self._fits(name):
                total += requests
        return min(tally.requests, total)

    def name(self, tally: Tally) -> str:
        """What it is about, by what there was of it: "5xx", "status 50[34]", "flags UF|UH"."""
        settings = self._settings
        if settings.kind:
            kinds = [_KIND_WORDS.get(kind, kind) for kind in tally.kinds if self._fits(kind)]
            return " and ".join(kinds) or "failures"
        if settings.status:
            return f"status {settings.status}"
        return f"gRPC status {settings.grpc}" if settings.grpc else f"flags {settings.flag}"

    def _counted(self, tally: Tally) -> Counts:
        settings = self._settings
        if settings.kind:
            return tally.kinds
        if settings.status:
            return tally.statuses
        return tally.grpc_statuses if settings.grpc else tally.flags


@dataclass(frozen=True, slots=True)
class Rule:
    """What some calls are held to."""

    minimum_requests: int
    tolerances: tuple[Tolerance, ...]
    latency: LatencyToleranceSettings | None
    retried: float | None
    """The share of attempts that may be retries, from 0 to 1; None: all."""

    def asks(self, name: str) -> bool:
        """Whether a tolerance is about what is counted under this name: kind, status, grpc or flag."""
        return any(tolerance.about == name for tolerance in self.tolerances)


class Rules:
    """The rules in their order, and what holds where none fits."""

    def __init__(self, settings: HealthSettings) -> None:
        self._rules = [(_matcher(rule), rule.direction, rule_of(rule)) for rule in settings.rules]
        self._otherwise = rule_of(HealthRuleSettings())

    def of_call(self, source: ServiceNode | None, destination: ServiceNode | None, transport: Transport) -> Rule:
        """The rule for calls from one to the other; None is a node that does not matter here."""
        for fits, direction, rule in self._rules:
            if direction is not Direction.OUTBOUND and destination is not None and fits(destination, transport):
                return rule
            if direction is not Direction.INBOUND and source is not None and fits(source, transport):
                return rule
        return self._otherwise


def rule_of(settings: HealthRuleSettings) -> Rule:
    """A rule of the settings, ready for use."""
    retried = None if settings.retries is None else settings.retries / 100
    return Rule(settings.minimum_requests, tuple(map(Tolerance, settings.tolerances)), settings.latency, retried)


def _matcher(settings: HealthRuleSettings) -> Callable[[ServiceNode, Transport], bool]:
    namespace, service, protocol = (
        _fitting(pattern or ".*") for pattern in (settings.namespace, settings.service, settings.protocol)
    )
    return lambda node, transport: protocol(transport) and namespace(node.namespace) and service(node.service)


def _fitting(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.DOTALL)
    return cache(lambda text: compiled.fullmatch(text) is not None)


def added_up(tallies: Sequence[Tally], rule: Rule) -> Tally:
    """Several together, of one protocol, as far as the rule asks; latency only where there is a single one."""
    if len(tallies) == 1:
        return tallies[0]
    nothing: Counts = {}
    return Tally(
        sum(tally.requests for tally in tallies),
        _total(tally.kinds for tally in tallies),
        _total(tally.statuses for tally in tallies) if rule.asks("status") else nothing,
        _total(tally.grpc_statuses for tally in tallies) if rule.asks("grpc") else nothing,
        _total(tally.flags for tally in tallies) if rule.asks("flag") else nothing,
        None,
        sum(tally.retries for tally in tallies),
    )


def _total(several: Iterable[Counts]) -> Counts:
    total: dict[str, int] = {}
    for counts in several:
        if counts:
            for name, requests in counts.items():
                total[name] = total.get(name, 0) + requests
    return sorted_counts(total)
