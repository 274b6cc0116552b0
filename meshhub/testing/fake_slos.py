"""SLOs made up: one that burns, one that keeps its promise, one of which nothing is known."""

from datetime import UTC, datetime, timedelta

from alerting.backtest import Backtest, BudgetPoint, Episode
from alerting.budget import Coverage, budget_of, exhaustion
from alerting.burn import Counts, WindowCounts, judge
from alerting.evaluation.state import Evaluation, SloState
from alerting.reason import words
from alerting.reason.model import Change, Contribution, Example, Explanation
from alerting.specification.generation import as_yaml
from alerting.specification.loading import read_specifications
from alerting.specification.model import Indicator, Kind, Party, Selector, Slo, Specifications
from dashboard.reads.slos import Defaults, Preview, SloDetail
from meshhub.errors import NotFound
from meshhub.testing.mood import Mood

NOW = datetime(2026, 3, 1, 14, tzinfo=UTC)
CHECKOUT = Selector(destination=Party("checkout", "shop"))
BURNING = Slo(
    "checkout-availability", CHECKOUT, 0.999, owner="shop-team", runbook="https://runbooks.example.org/checkout"
)
CALM = Slo("cart-latency", Selector(destination=Party("cart", "shop")), 0.95, Indicator(Kind.LATENCY, below_us=300_000))
UNKNOWN = Slo("gateway-all", Selector(source=Party("gateway", "shop")), 0.995)


def state(slo: Slo, total: int, bad: int, *, measured: bool = True) -> SloState:
    """A state with the same share of bad requests in every window."""
    window = WindowCounts(Counts(total, bad), measured)
    burns = tuple(judge(rate, window, window, slo.budget, slo.low_traffic) for rate in slo.burn_rates)
    budget = budget_of(slo.window, slo.budget, Counts(total * 300, bad * 12), NOW)
    left = exhaustion(budget, burns[0].long_rate, NOW)
    return SloState(slo, burns, budget, Coverage(30_000, 12_000, 900, 300), left, complete=True)


def evaluation() -> Evaluation:
    states = (state(BURNING, 61_000, 1_000), state(CALM, 20_000, 40), state(UNKNOWN, 0, 0, measured=False))
    return Evaluation(NOW, {each.slo.name: each for each in states}, Specifications((BURNING, CALM, UNKNOWN)))


class FakeSloReads:
    """Knows three SLOs; `evaluation` can be set to anything."""

    def __init__(self, mood: Mood) -> None:
        self._mood = mood
        self.evaluation = evaluation()

    def overview(self) -> Evaluation:
        self._mood.check()
        return self.evaluation

    def detail(self, name: str, length: timedelta = timedelta(days=7)) -> SloDetail:
        self._mood.check()
        found = self.evaluation.states.get(name)
        if found is None:
            raise NotFound(f"could not find the SLO {name}: it is none of the 3 that are evaluated")
        return SloDetail(found, self.explanation(name), _past(found.slo, length))

    def explanation(self, name: str) -> Explanation:
        self._mood.check()
        found = self.evaluation.states[name]
        if not found.burning:
            return Explanation(words.headline(found), (words.budget_sentence(found),), None, (), (), ())
        since = NOW - timedelta(minutes=12)
        return Explanation(
            words.headline(found),
            (
                words.since_sentence(since, NOW),
                "98 % of it is on the edge shop/frontend → shop/checkout.",
                "97 % of those that failed are on version v2, which has 10 % of all.",
                words.budget_sentence(found),
            ),
            since,
            (
                Contribution("caller", "shop/frontend", 58_000, 980, 0.98, 0.95, 0.0001, NOW - timedelta(hours=1)),
                Contribution("version", "v2", 6_000, 970, 0.97, 0.1, None, since),
                Contribution("status", "503", 1_000, 1_000, 1.0, 0.016, None, since),
                Contribution("flags", "UF", 900, 900, 0.9, 0.015, None, since),
            ),
            (Change(since, "version v2 was first seen"),),
            (Example("11111111-1111-4111-8111-111111111111", NOW, "503 UF", 12_400),),
        )

    def preview(self, text: str, length: timedelta) -> Preview:
        self._mood.check()
        found = read_specifications([("the specification", text)])
        return Preview(tuple(_past(slo, length) for slo in found.slos), found.notes)

    def defaults(self) -> Defaults:
        self._mood.check()
        made = (Slo("shop-cart-availability", Selector(destination=Party("cart", "shop")), 0.999, origin="generated"),)
        return Defaults(made, as_yaml(made))


def _past(slo: Slo, length: timedelta) -> Backtest:
    start = NOW - length
    hours = int(length / timedelta(hours=1))
    points = tuple(
        BudgetPoint(start + timedelta(hours=hour), 1 - hour / max(hours, 1) * 0.4, Counts(60_000, 20))
        for hour in range(1, hours + 1)
    )
    episodes = (
        Episode("page", NOW - length / 2, NOW - length / 2 + timedelta(minutes=24), 21.5),
        Episode("page", NOW - timedelta(minutes=9), None, 16.4),
    )
    return Backtest(slo, start, NOW, episodes, points, Counts(60_000 * hours, 20 * hours), hours * 60, ())
