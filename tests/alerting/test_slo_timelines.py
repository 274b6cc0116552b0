"""Given these minutes of traffic, an SLO stands like this at this second: on the real engine, by the own cycle."""

from collections.abc import Callable
from pathlib import Path

import pytest
from opentelemetry.metrics import NoOpMeter

from alerting.burn import Counts, Verdict
from alerting.evaluation.board import Board
from alerting.evaluation.service import EvaluationService
from alerting.evaluation.state import Evaluation, SloState
from alerting.settings import AlertingSettings
from meshhub.errors import StorageError
from meshhub.testing.slo_traffic import HandClock, SloTraffic
from storage.client import Store

DAY = 24 * 60

OBJECTIVE = """
slos:
  - name: checkout
    service: shop/checkout
    objective: 99.9
"""
BRIEF = """
slos:
  - name: checkout
    service: shop/checkout
    objective: 99
    burn_rates: [{long: 60s, short: 15s, burn: 10}]
"""

Write = Callable[[str], None]


class Watcher:
    """Evaluates one file of SLOs over traffic, at the times it is told."""

    def __init__(self, traffic: SloTraffic, file: Path, minute: float) -> None:
        self.traffic = traffic
        self.file = file
        self.clock = HandClock(traffic.at(minute))
        self.board = Board()
        self.heard: list[Evaluation] = []
        self.deaf = False
        self.service = EvaluationService(
            AlertingSettings(slos=(file,)), traffic.store, self.clock, NoOpMeter("test"), self.board, self
        )
        self.service.load()

    def evaluated(self, evaluation: Evaluation) -> None:
        if self.deaf:
            raise ValueError("the listener is broken")
        self.heard.append(evaluation)

    def at(self, minute: float, name: str = "checkout") -> SloState:
        """How the SLO stands at a minute, with all of the past read."""
        self.clock.to(self.traffic.at(minute))
        self.service.cycle()
        while self.service.read_history():
            pass
        return self.service.cycle().states[name]

    def verdicts(self, minute: float) -> list[str]:
        return [burn.verdict.value for burn in self.at(minute).burns]


@pytest.fixture
def traffic(embedded_store: Store) -> SloTraffic:
    return SloTraffic(embedded_store)


@pytest.fixture
def watch(traffic: SloTraffic, tmp_path: Path) -> Callable[[str, float], Watcher]:
    def make(text: str, minute: float = 0) -> Watcher:
        file = tmp_path / "slos.yaml"
        file.write_text(text, encoding="utf-8")
        return Watcher(traffic, file, minute)

    return make


Watch = Callable[..., Watcher]


def test_a_fast_burn_pages_at_the_threshold_and_resolves_by_the_short_window(traffic: SloTraffic, watch: Watch) -> None:
    start = 4 * DAY
    traffic.minutes(0, start, 1000)
    traffic.minutes(start, start + 10, 900, 100)
    traffic.minutes(start + 10, start + 60, 1000)
    watcher = watch(OBJECTIVE, start)
    # 14.4 × 0.1 % of 61,000 requests are 878.4: eight bad minutes are below, nine are over.
    assert watcher.at(start - 0.5).burns[0].long.counts == Counts(61_000, 0)
    traffic_so_far = watcher.at(start + 7.99).burns[0]
    assert (traffic_so_far.long.counts.bad, traffic_so_far.verdict) == (800, Verdict.CALM)
    assert watcher.verdicts(start + 8.5) == ["burning", "calm", "calm"]
    assert watcher.verdicts(start + 14.9) == ["burning", "calm", "calm"], "the short window still has a bad minute"
    assert watcher.verdicts(start + 15.0) == ["calm", "calm", "calm"]


def test_a_slow_burn_is_a_ticket(traffic: SloTraffic, watch: Watch) -> None:
    traffic.minutes(0, 4 * DAY, 999, 1)
    traffic.minutes(4 * DAY - 7 * 60, 4 * DAY, 0, 1)
    assert watch(OBJECTIVE, 4 * DAY).verdicts(4 * DAY - 0.5) == ["calm", "calm", "burning"]


def test_one_failed_request_of_two_pages_nobody(traffic: SloTraffic, watch: Watch) -> None:
    traffic.minutes(0, 1, 1, 1)
    watcher = watch(OBJECTIVE, 1)
    assert watcher.verdicts(1) == ["held_back"] * 3
    traffic.minutes(1, 2, 4, 4)
    assert watcher.verdicts(2) == ["burning"] * 3


def test_late_minutes_are_taken_when_they_come(traffic: SloTraffic, watch: Watch) -> None:
    traffic.minutes(0, 120, 1000)
    watcher = watch(OBJECTIVE, 120)
    assert watcher.at(120).burns[0].long.counts.bad == 0
    traffic.minutes(116, 119, 0, 1000)  # proxies that could not send for some minutes
    traffic.minutes(120, 121, 1000)
    assert watcher.at(120.5).burns[0].verdict is Verdict.BURNING
    traffic.minutes(70, 75, 0, 10)  # and some that could not for an hour: read again within a minute
    assert watcher.at(122).burns[1].long.counts.bad == 3050


def test_without_any_telemetry_nothing_is_calm_and_coverage_says_why(traffic: SloTraffic, watch: Watch) -> None:
    traffic.minutes(0, 60, 900, 100)
    traffic.heartbeats(0, 90)  # the hub was there until 90, then it was not, until 120
    traffic.heartbeats(120, 180)
    traffic.minutes(120, 150, 1000)
    traffic.minutes(150, 180, 1000, service="other")
    watcher = watch(OBJECTIVE, 60)
    assert watcher.verdicts(60)[0] == "burning"
    assert watcher.verdicts(75)[0] == "unknown", "what was burning is not over because nobody says anything"
    state = watcher.at(180)
    coverage = state.coverage
    assert (coverage.busy, coverage.idle, coverage.silent) == (60 + 30, 30, 30)
    assert coverage.away == 30 * DAY - 150, "the gap, and the time before all there is"
    assert state.budget.counts == Counts(90_000, 6_000), "nothing is made up for what was not measured"
    assert watcher.verdicts(180)[0] == "calm", "idle, in a mesh that is measured"


def test_a_clock_that_jumps_has_everything_read_again(traffic: SloTraffic, watch: Watch) -> None:
    traffic.minutes(0, 600, 1000)
    traffic.minutes(590, 600, 0, 500)
    watcher = watch(OBJECTIVE, 600)
    before = watcher.at(600)
    watcher.clock.jump(400 * 86_400)
    watcher.service.cycle()
    assert watcher.board.current.states["checkout"].burns[0].verdict is Verdict.UNKNOWN
    watcher.clock.jump(-400 * 86_400)
    after = watcher.at(600)
    assert after.burns == before.burns
    assert after.budget.counts == before.budget.counts
    assert after.burns[0].verdict is Verdict.BURNING


def test_windows_are_unknown_until_they_are_read(traffic: SloTraffic, watch: Watch) -> None:
    traffic.minutes(0, 4 * DAY, 900, 100)
    watcher = watch(OBJECTIVE, 4 * DAY)
    first = watcher.service.cycle().states["checkout"]
    assert [burn.verdict.value for burn in first.burns] == ["burning", "burning", "unknown"]
    assert not first.complete
    then = watcher.at(4 * DAY)
    assert [burn.verdict.value for burn in then.burns] == ["burning"] * 3
    assert then.complete


def test_short_windows_are_counted_from_single_requests(traffic: SloTraffic, watch: Watch) -> None:
    traffic.requests(0, 300, 20)
    traffic.requests(300, 340, 20, 503)
    traffic.requests(340, 400, 20)
    watcher = watch(BRIEF, 4)
    # 10 × 1 % of the 1,300 requests of 65 s are 130: 5 s of failures are below, 10 s are over.
    assert watcher.verdicts(299.9 / 60) == ["calm"]
    assert watcher.verdicts(304.9 / 60) == ["calm"]
    assert watcher.verdicts(309.9 / 60) == ["burning"]
    assert watcher.verdicts(354.9 / 60) == ["burning"], "the short window still has five seconds of it"
    assert watcher.verdicts(359.9 / 60) == ["calm"]


@pytest.mark.parametrize("seconds", [400, 410])
def test_short_windows_without_telemetry_are_unknown(traffic: SloTraffic, watch: Watch, seconds: int) -> None:
    traffic.requests(300, 370, 20, 503)
    watcher = watch(BRIEF, 6)
    assert watcher.verdicts(370 / 60) == ["burning"]
    assert watcher.verdicts(seconds / 60) == ["unknown"]


def test_changed_specifications_are_taken_whole_or_not_at_all(traffic: SloTraffic, watch: Watch) -> None:
    traffic.minutes(0, 60, 1000)
    watcher = watch(OBJECTIVE, 60)
    watcher.at(60)
    watcher.file.write_text(OBJECTIVE + "    unknown: key\n", encoding="utf-8")
    assert watcher.at(60.1).slo.objective == 0.999
    assert "slos.0.unknown: unknown key" in watcher.board.current.trouble
    watcher.file.write_text(OBJECTIVE.replace("99.9", "99.5"), encoding="utf-8")
    assert watcher.at(60.2).slo.objective == 0.995
    assert watcher.board.current.trouble == ""
    watcher.file.unlink()
    assert watcher.at(60.3).slo.objective == 0.995
    assert "No such file" in watcher.board.current.trouble


def test_a_listener_is_told_of_every_cycle_and_its_faults_change_nothing(traffic: SloTraffic, watch: Watch) -> None:
    traffic.minutes(0, 60, 1000)
    watcher = watch(OBJECTIVE, 60)
    watcher.at(60)
    assert [evaluation.at for evaluation in watcher.heard] == [watcher.clock.now()] * 2

    watcher.deaf = True
    traffic.minutes(61, 62, 1000)
    assert watcher.at(61).burns[0].long.counts == Counts(60_000, 0), "sixty minutes up to 61, of which one was silent"


def test_a_store_that_does_not_answer_leaves_what_was_shown(
    traffic: SloTraffic, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    traffic.minutes(0, 60, 1000)
    watcher = watch(OBJECTIVE, 60)
    shown = watcher.at(60)

    def fail(*_: object) -> list[object]:
        raise StorageError("could not reach it", retryable=True)

    with monkeypatch.context() as patched:
        patched.setattr(traffic.store, "query", fail)
        with pytest.raises(StorageError):
            watcher.service.cycle()
    assert watcher.board.current.states["checkout"] == shown
    assert watcher.at(60).burns == shown.burns
