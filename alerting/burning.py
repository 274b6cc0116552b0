"""Evaluations of SLOs as observations: one alert per SLO and severity, whatever pair of windows burns."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from alerting.alerts.model import ALERT_NAME, SEVERITY, Alert, Observation, Sighting
from alerting.burn import BurnState, Verdict
from alerting.evaluation.board import Board
from alerting.evaluation.state import Evaluation, SloState
from alerting.notify.texts import REASON
from alerting.reason import words
from alerting.reason.model import Explanation
from alerting.specification.model import Party, Selector

SOURCE = "slo"
BURN = "ErrorBudgetBurn"
SLO = "slo"
MAX_EXPLAINED = 20
"""How many alerts that begin in one moment get their reason: the store must answer for each."""

EXAMPLES = "example_requests"


def observe(evaluation: Evaluation) -> list[Observation]:
    """What an evaluation says of each SLO and severity."""
    return [
        _observation(state, severity, [burn for burn in state.burns if burn.rate.severity == severity])
        for _, state in sorted(evaluation.states.items())
        for severity in dict.fromkeys(burn.rate.severity for burn in state.burns)
    ]


def _observation(state: SloState, severity: str, burns: Sequence[BurnState]) -> Observation:
    slo = state.slo
    verdicts = {burn.verdict for burn in burns}
    labels = {
        **slo.labels,
        **_party(slo.selector),
        **({"owner": slo.owner} if slo.owner else {}),
        **({"targets": ",".join(slo.targets)} if slo.targets else {}),
        ALERT_NAME: BURN,
        SEVERITY: severity,
        SLO: slo.name,
    }
    annotations = {
        "summary": words.headline(state),
        "description": words.budget_sentence(state),
        **({"runbook_url": slo.runbook} if slo.runbook else {}),
    }
    waits = [burn.rate.after for burn in burns if burn.verdict is Verdict.BURNING]
    return Observation(
        labels,
        _sighting(verdicts),
        annotations,
        after=min(waits, default=timedelta(0)),
        generator_url=f"/ui/slos?slo={quote(slo.name, safe='')}",
    )


def _sighting(verdicts: set[Verdict]) -> Sighting:
    if Verdict.BURNING in verdicts:
        return Sighting.MET
    return Sighting.UNKNOWN if Verdict.UNKNOWN in verdicts else Sighting.NOT_MET


def _party(selector: Selector) -> dict[str, str]:
    """Labels that say what an SLO is about: the service that is called, and who calls it where that is asked for."""
    about: Party | None = selector.destination or selector.source
    if about is None:
        return {}
    found = {"service": about.service, "namespace": about.namespace, "cluster": about.cluster, "route": selector.route}
    if selector.destination is not None and selector.source is not None:
        found["source_service"] = selector.source.service
    return {name: value for name, value in found.items() if value}


class Reasons:
    """Says of an alert that begins to fire why (alerting.pager.Annotator)."""

    def __init__(self, board: Board, explain: Callable[[SloState, datetime], Explanation]) -> None:
        self._board = board
        self._explain = explain
        self._at: datetime | None = None
        self._explained = 0

    def annotate(self, alert: Alert, now: datetime) -> Mapping[str, str]:
        """The reason in words, and ids of requests that show it; empty for alerts of other sources."""
        state = self._board.current.states.get(alert.labels.get(SLO, ""))
        if alert.labels.get(ALERT_NAME) != BURN or state is None:
            return {}
        if now != self._at:
            self._at, self._explained = now, 0
        self._explained += 1
        if self._explained > MAX_EXPLAINED:
            return {}
        explanation = self._explain(state, now)
        found = {
            REASON: "\n".join(explanation.sentences),
            EXAMPLES: " ".join(example.request_id for example in explanation.examples),
        }
        return {name: text for name, text in found.items() if text}
