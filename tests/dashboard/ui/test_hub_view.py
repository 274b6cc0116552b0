from collections.abc import Callable, Mapping
from typing import Any

import pytest

from dashboard.reads.hub import DataAge, HubHealth, Series
from dashboard.ui import hub_metrics
from dashboard.ui.views import freshness
from dashboard.ui.views.hub import hub, judge
from meshhub.model import TimeRange
from meshhub.testing.fake_reads import FakeReads
from storage.records.hub import TableSize
from topology.health import Health

Text = Callable[[Any], str]


def health_of(window: TimeRange, metrics: Mapping[str, tuple[float, float]]) -> HubHealth:
    times = window.start.timestamp(), window.end.timestamp()
    series = tuple(
        Series(name, (("signal", "logs"),), tuple(zip(times, values, strict=True))) for name, values in metrics.items()
    )
    return HubHealth(window, DataAge(1.0, 1.0, 1.0), (), series)


@pytest.mark.parametrize(
    ("metrics", "health", "words"),
    [
        ({}, Health.NOT_MEASURED, "no metrics of its own"),
        ({hub_metrics.ACCEPTED: (0, 9)}, Health.HEALTHY, "nothing waits"),
        ({hub_metrics.REFUSED: (0, 1)}, Health.DEGRADED, "1 request was refused"),
        ({hub_metrics.QUARANTINED: (3, 5), hub_metrics.REFUSED: (0, 1)}, Health.DEGRADED, "meshhub quarantine list"),
        ({hub_metrics.LAG: (1, 40)}, Health.DEGRADED, "waits 40 s"),
        ({hub_metrics.LAG: (1, 40), hub_metrics.INSERT_FAILURES: (0, 2)}, Health.FAILING, "failed to take inserts"),
    ],
)
def test_the_hub_is_judged_by_what_weighs_most(
    window: TimeRange, metrics: Mapping[str, tuple[float, float]], health: Health, words: str
) -> None:
    state, said = judge(health_of(window, metrics))
    assert state is health
    assert words in said


def test_the_page_has_the_numbers_of_now_and_the_tables(window: TimeRange, text: Text) -> None:
    class Clock:
        now = monotonic = None

    said = text(hub(FakeReads().hub.health(window, hub_metrics.SHOWN)))
    assert "Newest data 1.4 s old" in said
    assert "Taken 2 k/s" in said
    assert "access_logs 1.84 M 79.4 MB 43.1 B 11.5 : 1 12" in said
    assert "109 MB on disk" in said


def test_a_hub_that_recorded_nothing_says_so_in_each_chart(window: TimeRange, text: Text) -> None:
    said = text(hub(health_of(window, {})))
    assert said.count("Nothing was recorded in this window.") == 6


def test_an_empty_table_has_no_size_per_row(window: TimeRange, text: Text) -> None:
    empty = HubHealth(window, DataAge(None, None, None), (TableSize("spans", 0, 0, 0, 0),), ())
    assert "spans 0 0 B – – : 1 0" in text(hub(empty))


@pytest.mark.parametrize(
    ("age", "health", "badge"),
    [
        (DataAge(1.4, 30.0, 2.0), Health.HEALTHY, "data 1.4 s old"),
        (DataAge(None, 20.0, 1.0), Health.DEGRADED, "data 20 s old"),
        (DataAge(95.0, None, 1.0), Health.FAILING, "data 1 min 35 s old"),
        (DataAge(None, None, 1.0), Health.NOT_MEASURED, "no data yet"),
    ],
)
def test_data_is_as_old_as_the_newest_of_the_mesh(age: DataAge, health: Health, badge: str, text: Text) -> None:
    assert freshness.judge(age) is health
    assert badge in text(freshness.badge(age))


def test_a_banner_comes_only_when_data_is_old(text: Text) -> None:
    assert freshness.banner(DataAge(1.0, None, None)) is None
    assert freshness.banner(DataAge(None, None, None)) is None
    assert "The newest data is 40 s old." in text(freshness.banner(DataAge(40.0, None, None)))


def test_the_page_says_which_process_is_gone_and_what_another_says_is_wrong(window: TimeRange, text: Text) -> None:
    reads = FakeReads().hub
    said = text(hub(reads.health(window, hub_metrics.SHOWN), (), reads.processes()))
    assert "silent: gone without a word" in said
    assert "engine: could not reach the engine" in said
    assert "alerting (evaluates)" in said
    alone = text(hub(reads.health(window, hub_metrics.SHOWN), (), reads.processes()[:1]))
    assert "Processes" not in alone
