from datetime import timedelta

import pytest

from dashboard.api.comparison import other_window
from dashboard.api.windows import UnusableWindow
from dashboard.ui.comparing import words
from dashboard.ui.query import View
from meshhub.model import TimeRange


def test_nothing_is_compared_unless_asked(window: TimeRange) -> None:
    assert words("", window) == ""
    assert View().before(window) is None


def test_the_window_before_ends_where_this_one_starts(window: TimeRange) -> None:
    other = View(compare="previous").before(window)
    assert other == TimeRange(window.start - window.length, window.start)
    assert words("previous", window) == "the 15 min before"


@pytest.mark.parametrize(("compare", "back", "said"), [
    ("1h", timedelta(hours=1), "1 h ago"),
    ("7d", timedelta(days=7), "1 w ago"),
    ("90s", timedelta(seconds=90), "1 min 30 s ago"),
])  # fmt: skip
def test_a_length_goes_back_by_it(window: TimeRange, compare: str, back: timedelta, said: str) -> None:
    other = other_window(compare, window)
    assert (window.start - other.start, window.end - other.end) == (back, back)
    assert words(compare, window) == said


def test_a_time_is_where_the_other_window_ends(window: TimeRange) -> None:
    other = other_window("2026-03-01T10:00:00Z", window)
    assert (other.length, window.end - other.end) == (window.length, timedelta(hours=4))
    assert words("2026-03-01T10:00:00Z", window) == "4 h ago"


@pytest.mark.parametrize(
    "compare", ["yesterday", "0h", "99d", "2026-03-01T14:00:00Z", "2026-03-01T10:00:00", "-1h", "s"]
)
def test_what_cannot_be_compared_with_is_an_error(window: TimeRange, compare: str) -> None:
    with pytest.raises(UnusableWindow, match="could not"):
        other_window(compare, window)
