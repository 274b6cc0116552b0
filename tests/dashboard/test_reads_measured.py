"""The graph's rates are over the time that was measured, not over the time before the hub was there."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.reads.graphs import measured_part
from meshhub.model import TimeRange

END = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WINDOW = TimeRange(END - timedelta(minutes=15), END)


@pytest.mark.parametrize(
    ("since", "length"),
    [
        pytest.param(0, timedelta(minutes=15), id="nothing stored"),
        pytest.param(END.timestamp() - 90, timedelta(seconds=90), id="since within the window"),
        pytest.param(END.timestamp() - 86400, timedelta(minutes=15), id="since long before"),
        pytest.param(END.timestamp() + 10, timedelta(minutes=15), id="only after the window"),
    ],
)
def test_a_window_is_cut_to_what_was_measured(since: float, length: timedelta) -> None:
    measured = measured_part(WINDOW, int(since))
    assert (measured.end, measured.length) == (END, length)
