"""How windows are widened to the steps that the graph is read in."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.reads.bounds import STEPS, STEPS_IN_WINDOW, widened
from meshhub.model import TimeRange

AT = datetime(2026, 3, 1, 12, 34, 56, 789000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "start", "end"),
    [
        (timedelta(seconds=3), "12:34:50", "12:35:00"),
        (timedelta(minutes=59), "12:34:50", "13:34:00"),
        (timedelta(hours=1), "12:34:00", "13:35:00"),
        (timedelta(hours=5), "12:30:00", "17:35:00"),
        (timedelta(hours=60), "12:00:00", "01:00:00"),
        (timedelta(days=80), "12:00:00", "13:00:00"),
    ],
)
def test_a_long_window_is_read_in_long_steps(length: timedelta, start: str, end: str) -> None:
    wide = widened(TimeRange(AT, AT + length))
    assert (f"{wide.start:%H:%M:%S}", f"{wide.end:%H:%M:%S}") == (start, end)


@pytest.mark.parametrize("minutes", [1, 10, 60, 61, 299, 300, 1_440, 10_080])
def test_at_most_a_sixtieth_is_added_at_either_end(minutes: int) -> None:
    window = TimeRange(AT, AT + timedelta(minutes=minutes))
    wide = widened(window)
    most = max(STEPS[0], window.seconds / STEPS_IN_WINDOW)
    assert 0 <= (window.start - wide.start).total_seconds() < most
    assert 0 <= (wide.end - window.end).total_seconds() < most


def test_a_window_of_whole_steps_stays_as_it_is() -> None:
    start = datetime(2026, 3, 1, 12, 34, tzinfo=UTC)
    window = TimeRange(start, start + timedelta(hours=1))
    assert widened(window) == window
