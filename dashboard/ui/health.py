"""How well an edge or a service does, as a state, and the reason in words.

The tolerances are Kiali's defaults where it has one (https://kiali.io/docs/configuration/health): one in ten requests
failed is failing, one in ten wrong requests (4xx) is degraded. One in a hundred failed is degraded.
"""

from dataclasses import dataclass
from enum import StrEnum

from dashboard.ui import format as fmt
from meshhub.outcome import Outcome
from topology.model import EdgeView, NodeKind, NodeTraffic, ServiceEdge, ServiceNode

FAILING_ERROR_SHARE = 0.10
DEGRADED_ERROR_SHARE = 0.01
DEGRADED_CLIENT_ERROR_SHARE = 0.10


class Health(StrEnum):
    """A state that can be shown by colour, shape and word. Best to worst, then the two that are no judgement."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    FAILING = "failing"
    IDLE = "idle"
    NOT_MEASURED = "not-measured"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state and one sentence that says why."""

    health: Health
    reason: str


OUTCOME_WORDS = {
    Outcome.OK: "were answered well",
    Outcome.SERVER_ERROR: "were answered with 5xx",
    Outcome.CLIENT_ERROR: "were answered with 4xx",
    Outcome.GRPC: "ended with a gRPC error",
    Outcome.NO_RESPONSE: "got no response",
    Outcome.RESET: "were reset",
}


def judge_edge(edge: ServiceEdge) -> Verdict:
    """How the calls of an edge went, by its headline view."""
    return judge_view(edge.headline)


def judge_view(view: EdgeView) -> Verdict:
    """How the calls went that one side reported."""
    verdict = judge_shares(view.rates.requests, view.errors.share, view.errors.client_error_share)
    worst = next((kind for kind in view.errors.by_kind if Outcome(kind).failed), None)
    if worst is None or verdict.health is Health.HEALTHY:
        return verdict
    return Verdict(verdict.health, f"{verdict.reason} Most of them {OUTCOME_WORDS[Outcome(worst)]}.")


def judge_node(node: ServiceNode) -> Verdict:
    """How a service answered its callers; for one that nobody calls, how its own calls went."""
    traffic = node.inbound or node.outbound
    if node.kind is NodeKind.UNKNOWN and node.inbound is None:
        return Verdict(Health.NOT_MEASURED, "Nothing measures a caller that nobody knows, only its calls.")
    if traffic is None:
        return Verdict(Health.NOT_MEASURED, "Nothing measured any of its traffic in this window.")
    return judge_traffic(traffic)


def judge_traffic(traffic: NodeTraffic) -> Verdict:
    """How the requests of several edges together went."""
    return judge_shares(traffic.requests, traffic.error_share, traffic.client_error_share)


def judge_shares(requests: int, error_share: float | None, client_error_share: float | None) -> Verdict:
    """The state for so many requests of which these shares failed; None for a share means that nothing measured it."""
    if not requests:
        return Verdict(Health.IDLE, "No requests in this window.")
    if error_share is None:
        return Verdict(Health.NOT_MEASURED, "Nothing says how these requests ended.")
    if error_share >= FAILING_ERROR_SHARE:
        return Verdict(Health.FAILING, _failed(error_share, FAILING_ERROR_SHARE))
    if error_share >= DEGRADED_ERROR_SHARE:
        return Verdict(Health.DEGRADED, _failed(error_share, DEGRADED_ERROR_SHARE))
    if client_error_share is not None and client_error_share >= DEGRADED_CLIENT_ERROR_SHARE:
        share, limit = fmt.share(client_error_share), fmt.share(DEGRADED_CLIENT_ERROR_SHARE)
        return Verdict(Health.DEGRADED, f"{share} of requests were answered with 4xx (degraded from {limit}).")
    return Verdict(Health.HEALTHY, f"{fmt.share(error_share)} of requests failed.")


def judge_outcome(outcome: Outcome | None) -> Health:
    """The state that stands for how one request ended."""
    if outcome is None:
        return Health.NOT_MEASURED
    if outcome.failed:
        return Health.FAILING
    return Health.DEGRADED if outcome is Outcome.CLIENT_ERROR else Health.HEALTHY


def _failed(share: float, limit: float) -> str:
    word = "failing" if limit == FAILING_ERROR_SHARE else "degraded"
    return f"{fmt.share(share)} of requests failed ({word} from {fmt.share(limit)})."
