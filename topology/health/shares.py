"""Verdicts without a report at hand: by the default tolerances, and without the time before.

For what is added up of several edges (a namespace, a bundle of edges) and for single requests.
"""

from meshhub.outcome import Outcome
from meshhub.quantities import plural, share
from topology.health.judge import judge_calls
from topology.health.model import Health, Verdict
from topology.health.tolerance import rule_of, tally_of
from topology.model import EdgeView, NodeKind, NodeTraffic, Note, ServiceEdge, ServiceNode, Transport
from topology.settings import DEFAULT_TOLERANCES, BaselineSettings, HealthRuleSettings

_FAILURES, _CLIENT_ERRORS = DEFAULT_TOLERANCES
_RULE = rule_of(HealthRuleSettings())
_BASELINE = BaselineSettings()


def judge_edge(edge: ServiceEdge) -> Verdict:
    """How the calls of an edge went, by its headline view."""
    return judge_view(edge.headline, edge.transport)


def judge_view(view: EdgeView, transport: Transport) -> Verdict:
    """How the calls went that one side reported."""
    unit = "connection" if transport is Transport.TCP else "request"
    return judge_calls(tally_of(view), None, _RULE, _BASELINE, unit)


def judge_node(node: ServiceNode) -> Verdict:
    """How a service answered its callers; for one that nobody calls, how its own calls went."""
    traffic = node.inbound or node.outbound
    if traffic is None or (node.kind is NodeKind.UNKNOWN and node.inbound is None):
        return Verdict(Health.NOT_MEASURED, (Note("not-measured", "nothing measured what it answers"),))
    return judge_traffic(traffic)


def judge_traffic(traffic: NodeTraffic) -> Verdict:
    """How the requests of several edges together went."""
    return judge_shares(traffic.requests, traffic.error_share, traffic.client_error_share)


def judge_shares(requests: int, error_share: float | None, client_error_share: float | None) -> Verdict:
    """The state for so many requests of which these shares failed; None for a share means that nothing measured it."""
    if not requests:
        return Verdict(Health.IDLE, (Note("idle", "no requests in this window"),))
    if error_share is None:
        return Verdict(Health.NOT_MEASURED, (Note("not-measured", "nothing says how these requests ended"),))
    limits = (("errors", error_share, _FAILURES), ("4xx", client_error_share or 0.0, _CLIENT_ERRORS))
    for health in (Health.FAILING, Health.DEGRADED):
        for name, part, tolerance in limits:
            limit = (tolerance.failing if health is Health.FAILING else tolerance.degraded) / 100
            if part >= limit:
                return Verdict(health, (Note("error-share", f"{name} {share(part)} ≥ {share(limit)}"),))
    text = f"{share(error_share)} of {plural(requests, 'request')} failed"
    return Verdict(Health.HEALTHY, (Note("within-tolerances", text),))


def judge_outcome(outcome: Outcome | None) -> Health:
    """The state that stands for how one request ended."""
    if outcome is None:
        return Health.NOT_MEASURED
    if outcome.failed:
        return Health.FAILING
    return Health.DEGRADED if outcome is Outcome.CLIENT_ERROR else Health.HEALTHY
