"""The SLOs of a service, as the last evaluation found them."""

from alerting.burn import Verdict
from alerting.evaluation.board import Board
from alerting.evaluation.service import verdict_of
from alerting.evaluation.state import SloState
from alerting.reason import words
from alerting.specification.model import Party
from dashboard.reads.service_model import SloStanding
from meshhub.model import TimeRange
from topology.model import ServiceNode


class BoardSlos:
    """Asks the board: dashboard.reads.service_model.Slos. Thread-safe."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def slos_of(self, node: ServiceNode, window: TimeRange) -> tuple[SloStanding, ...]:  # noqa: ARG002 - they are of now
        """Those of the requests to it and of all its calls, burning ones first, then by what is left of the budget."""
        states = [state for state in self._board.current.states.values() if _is_about(state, node)]
        return tuple(_standing(state) for state in sorted(states, key=_worst_first))


def _is_about(state: SloState, node: ServiceNode) -> bool:
    ends = (state.slo.selector.destination, state.slo.selector.source)
    return any(party is not None and _is(party, node) for party in ends)


def _is(party: Party, node: ServiceNode) -> bool:
    named = party.service == node.service and party.namespace in ("", node.namespace)
    return named and party.cluster in ("", node.cluster)


def _worst_first(state: SloState) -> tuple[bool, float, str]:
    left = state.budget.remaining
    return verdict_of(state) is not Verdict.BURNING, 2.0 if left is None else left, state.slo.name


def _standing(state: SloState) -> SloStanding:
    slo = state.slo
    objective = f"{words.percent(slo.objective)} of {slo.selector}, {slo.indicator.kind}"
    return SloStanding(slo.name, objective, state.budget.remaining, verdict_of(state) is Verdict.BURNING)
