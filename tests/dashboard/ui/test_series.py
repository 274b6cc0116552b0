from datetime import UTC, datetime

import pytest

from dashboard.reads.hub import Series
from dashboard.ui.figures.series import add_up, latest, per_second, pick, quotient, total_growth
from dashboard.ui.figures.timeline import timeline
from meshhub.model import TimeRange

COUNTER = ((0.0, 100.0), (10.0, 150.0), (20.0, 20.0), (30.0, 40.0))
"""It falls once: the hub was started again."""


def test_a_counter_becomes_a_rate_and_a_fall_is_a_restart() -> None:
    assert per_second(COUNTER) == ((10.0, 5.0), (20.0, 2.0), (30.0, 2.0))
    assert total_growth(COUNTER) == 50 + 20 + 20


@pytest.mark.parametrize("points", [(), ((1.0, 5.0),)])
def test_a_counter_recorded_once_has_no_rate(points: tuple[tuple[float, float], ...]) -> None:
    assert per_second(points) == ()
    assert total_growth(points) == 0
    assert latest(per_second(points)) is None


def test_points_at_one_time_have_no_rate_between_them() -> None:
    assert per_second(((1.0, 5.0), (1.0, 9.0), (2.0, 10.0))) == ((2.0, 1.0),)


def test_series_are_picked_by_metric_and_attribute() -> None:
    series = [
        Series("a", (("signal", "logs"),), ((0.0, 1.0),)),
        Series("a", (("signal", "logs"), ("reason", "x")), ((0.0, 2.0),)),
        Series("a", (), ((0.0, 3.0),)),
        Series("b", (("signal", "logs"),), ((0.0, 4.0),)),
    ]
    assert pick(series, "a", "signal") == {"": [((0.0, 3.0),)], "logs": [((0.0, 1.0),), ((0.0, 2.0),)]}


def test_series_are_added_up_by_time() -> None:
    assert add_up([((0.0, 1.0), (1.0, 1.0)), ((1.0, 2.0),)]) == ((0.0, 1.0), (1.0, 3.0))


def test_the_mean_is_of_what_was_new_between_two_records() -> None:
    sums = ((0.0, 0.0), (10.0, 4.0), (20.0, 4.0))
    counts = ((0.0, 0.0), (10.0, 2.0), (20.0, 2.0))
    assert quotient(sums, counts) == ((10.0, 2.0),)


def test_a_timeline_has_a_line_for_each_name_over_the_whole_window() -> None:
    window = TimeRange(datetime(2026, 3, 1, 14, tzinfo=UTC), datetime(2026, 3, 1, 15, tzinfo=UTC))
    figure = timeline({"logs": ((window.start.timestamp(), 2.0),), "traces": ()}, window, "/s", stacked=True)
    assert [line["name"] for line in figure["data"]] == ["logs", "traces"]
    assert figure["data"][0]["x"] == ["2026-03-01 14:00:00.000"]
    assert figure["layout"]["xaxis"]["range"] == ["2026-03-01 14:00:00.000", "2026-03-01 15:00:00.000"]
    assert figure["data"][0]["stackgroup"] == "one"
    assert figure["data"][0]["line"]["color"] != figure["data"][1]["line"]["color"]
