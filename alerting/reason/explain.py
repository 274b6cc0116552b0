"""Finds out why an SLO stands as it does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerting.evaluation.questions import Queries, questions
from alerting.evaluation.reader import Reader, Slice
from alerting.evaluation.state import SloState
from alerting.reason import words
from alerting.reason.contributions import carriers, contributions
from alerting.reason.model import AppliedConfiguration, Blast, Change, Contribution, Example, Explanation
from alerting.reason.onset import around, burning_since, changes
from alerting.specification.model import Indicator, Kind, Selector, Slo
from alerting.windows import MINUTE
from meshhub.errors import MeshhubError
from meshhub.model import Reporter
from storage.records.slo import BadRequest, Share

LOOK_BACK = timedelta(hours=6)
BASELINE = timedelta(hours=1)
EXAMPLE_TIME = timedelta(minutes=10)
MAX_EXAMPLES = 3
MAX_ROWS = 5_000

FAILING = 0.05
"""A dependency is named if more of the calls to it fail than this, and twice as many as before."""


class Explainer:
    """Explains SLOs. Thread-safe if the queries are."""

    def __init__(
        self, queries: Queries, blast: Blast | None = None, applied: AppliedConfiguration | None = None
    ) -> None:
        self._queries = queries
        self._blast = blast
        self._applied = applied

    def explain(self, state: SloState, now: datetime) -> Explanation:
        """Why an SLO stands as it does at this time.

        What the store does not answer is left out, and `trouble` says so: a page without its reason is better than
        none.
        """
        plain = Explanation(words.headline(state), (words.budget_sentence(state),), None, (), (), ())
        try:
            return self._with_reasons(plain, state, now)
        except MeshhubError as error:
            return replace(plain, trouble=f"what carries it could not be found out: {error}")

    def _with_reasons(self, plain: Explanation, state: SloState, now: datetime) -> Explanation:
        slo = state.slo
        since = self._since(slo, now)
        if since is None:
            return plain
        start = since - BASELINE
        found = contributions(self._shares(slo, start, since, now), slo.selector.view)
        failing = self._failing_dependencies(slo, start, since, now)
        came = changes((*found, *failing), since, self._put_in_force(slo, since))
        sentences = [
            words.since_sentence(since, now),
            *words.carrier_sentences(slo, carriers(found), [each for each in found if each.facet == "caller"]),
            *(words.dependency_sentence(slo, each) for each in failing),
            *(words.change_sentence(change) for change in came),
            *self._blast_sentence(slo),
            words.budget_sentence(state),
        ]
        examples = self._examples(slo, max(since, now - EXAMPLE_TIME), now)
        return Explanation(plain.headline, tuple(sentences), since, (*found, *failing), came, examples)

    def _since(self, slo: Slo, now: datetime) -> datetime | None:
        end = int(now.timestamp()) // MINUTE + 1
        counted = Reader(self._queries).counts(slo, Slice(MINUTE, end - int(LOOK_BACK.total_seconds()) // MINUTE, end))
        return burning_since({at: (row[0], row[1]) for at, row in counted.items()}, slo.budget, now.timestamp())

    def _shares(self, slo: Slo, start: datetime, since: datetime, now: datetime) -> list[Share]:
        window = {
            "start": int(start.timestamp()),
            "since": int(since.timestamp()),
            "end": int(now.timestamp()) + MINUTE,
            "limit": MAX_ROWS,
        }
        (question,) = questions([slo])
        return self._queries.query("slo_contributions", {**question.parameters, **window}, Share)

    def _failing_dependencies(self, slo: Slo, start: datetime, since: datetime, now: datetime) -> list[Contribution]:
        """The services that this one calls, and whose calls fail since then."""
        if slo.selector.destination is None:
            return []
        own = replace(slo, selector=Selector(source=slo.selector.destination), indicator=Indicator(Kind.AVAILABILITY))
        found = contributions(self._shares(own, start, since, now), Reporter.CLIENT)
        return [
            replace(each, facet="dependency")
            for each in found
            if each.facet == "callee" and each.bad_share > max(FAILING, 2 * (each.baseline_bad_share or 0))
        ]

    def _put_in_force(self, slo: Slo, since: datetime) -> Sequence[Change]:
        about = slo.selector.destination or slo.selector.source
        return () if self._applied is None or about is None else self._applied(about, around(since))

    def _blast_sentence(self, slo: Slo) -> Sequence[str]:
        if self._blast is None or slo.selector.destination is None:
            return ()
        said = self._blast(slo.selector.destination)
        return (said,) if said else ()

    def _examples(self, slo: Slo, start: datetime, now: datetime) -> tuple[Example, ...]:
        window = {"start": int(start.timestamp()), "end": int(now.timestamp()) + 1, "limit": MAX_EXAMPLES}
        (question,) = questions([slo])
        rows = self._queries.query("slo_examples", {**question.parameters, **window}, BadRequest)
        return tuple(_example(row) for row in rows)


def _example(row: BadRequest) -> Example:
    status = f"gRPC {row.grpc_status}" if row.grpc_status > 0 else str(row.response_code or "no response")
    outcome = f"{status} {row.response_flags}".strip()
    return Example(row.request_id, datetime.fromtimestamp(row.time_unix_milli / 1000, UTC), outcome, row.duration_us)
