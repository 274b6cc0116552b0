"""Which callers, versions, routes, instances and outcomes carry the bad requests, against the time before."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from alerting.reason.model import Contribution
from meshhub.model import Reporter
from storage.records.slo import Share

PER_FACET = 5
CARRIES = 0.5
"""A value carries a burn with at least this part of the bad requests beyond the baseline …"""
MORE_THAN_ITS_SHARE = 0.1
"""… and so much more of them than of all requests."""

OUTCOMES = ("status", "flags", "details")
"""Facets that say how requests failed: good ones have other values, so their share of all requests says nothing."""

FACETS = ("caller", "callee", "dependency", "route", "version", "instance", *OUTCOMES)


@dataclass(slots=True)
class _Sum:
    requests: int = 0
    bad: int = 0
    baseline_requests: int = 0
    baseline_bad: int = 0
    first_seen: int = 0

    def add(self, row: Share) -> None:
        self.requests += row.requests
        self.bad += row.bad
        self.baseline_requests += row.baseline_requests
        self.baseline_bad += row.baseline_bad
        self.first_seen = min(self.first_seen or row.first_seen, row.first_seen)

    @property
    def excess(self) -> float:
        """Bad requests beyond what the baseline leads one to expect."""
        usual = self.baseline_bad / self.baseline_requests if self.baseline_requests else 0.0
        return max(self.bad - usual * self.requests, 0.0)


def contributions(rows: Sequence[Share], view: Reporter) -> tuple[Contribution, ...]:
    """The values of each facet, in the order of FACETS, most bad requests beyond the baseline first.

    Args:
        rows: of all sides.
        view: whose reports count where both sides report (Selector.view). The callee's are completed by what never
            reached it, as in the SLO's own counts.
    """
    sides = _sides(rows, view)
    sums: dict[str, dict[str, _Sum]] = defaultdict(lambda: defaultdict(_Sum))
    for row in rows:
        # An instance is the proxy that reports: those of callers are no instances of the callee.
        foreign = row.facet == "instance" and row.side == "unreached" and "server" in sides
        if row.side in sides and row.value and not foreign:
            sums[row.facet][row.value].add(row)
    return tuple(made for facet in FACETS for made in _ranked(facet, sums.get(facet, {}), sums.get("status", {})))


def carriers(found: Sequence[Contribution]) -> tuple[Contribution, ...]:
    """Those that carry the burn: one for each facet that tells something."""
    carrying: dict[str, Contribution] = {}
    for each in found:
        telling = each.facet in OUTCOMES or each.share_of_bad - each.share_of_requests >= MORE_THAN_ITS_SHARE
        if each.bad and each.share_of_bad >= CARRIES and telling:
            carrying.setdefault(each.facet, each)
    return tuple(carrying.values())


def _sides(rows: Sequence[Share], view: Reporter) -> frozenset[str]:
    reported = {row.side for row in rows}
    caller = frozenset({"client", "unreached"})
    if view is Reporter.CLIENT:
        return caller if reported & caller else frozenset({"server"})
    return frozenset({"server", "unreached"}) if "server" in reported else caller


def _ranked(facet: str, values: dict[str, _Sum], statuses: dict[str, _Sum]) -> list[Contribution]:
    excess = sum(each.excess for each in statuses.values()) or sum(each.excess for each in values.values())
    requests = sum(each.requests for each in statuses.values())
    ordered = sorted(values.items(), key=lambda item: (-item[1].excess, -item[1].requests, item[0]))
    return [
        Contribution(
            facet=facet,
            value=value,
            requests=each.requests,
            bad=each.bad,
            share_of_bad=min(each.excess / excess, 1.0) if excess else 0.0,
            share_of_requests=each.requests / requests if requests else 0.0,
            baseline_bad_share=each.baseline_bad / each.baseline_requests if each.baseline_requests else None,
            first_seen=datetime.fromtimestamp(each.first_seen, UTC),
        )
        for value, each in ordered[:PER_FACET]
        if each.requests or each.bad
    ]
