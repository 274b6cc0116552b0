from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from dashboard.ui.figures.annotations import Mark
from dashboard.ui.query import UnreadableQuery
from dashboard.ui.replay import frame_ends, frame_length, frame_marks, frame_window, quieted
from meshhub.model import TimeRange
from meshhub.testing import graphs
from topology.model import ServiceGraph


@pytest.mark.parametrize("minutes", [1, 5, 15, 60, 24 * 60])
def test_a_window_has_about_sixty_frames_that_cover_it(window: TimeRange, minutes: int) -> None:
    whole = TimeRange(window.end - timedelta(minutes=minutes), window.end)
    ends, length = frame_ends(whole), frame_length(whole)
    assert ends[-1] == whole.end
    assert 6 <= len(ends) <= 60
    assert {later - sooner for sooner, later in pairwise(ends)} <= {length}
    assert ends[0] - length < whole.start + length
    assert length.total_seconds() % 10 == 0
    assert all(frame_window(whole, end).end == end for end in ends)


def test_a_window_shorter_than_a_step_is_one_frame(window: TimeRange) -> None:
    assert len(frame_ends(TimeRange(window.end - timedelta(seconds=3), window.end))) == 1


@pytest.mark.parametrize("minutes", [-20, 2])
def test_a_frame_outside_of_its_window_is_an_error(window: TimeRange, minutes: int) -> None:
    with pytest.raises(UnreadableQuery, match="not in the window"):
        frame_window(window, window.end + timedelta(minutes=minutes))


def test_what_had_no_traffic_in_a_frame_is_idle_and_still_there(shop: ServiceGraph, window: TimeRange) -> None:
    moment = graphs.build(window, graphs.SHOP_PLACES[1:3], graphs.SHOP_CALLS[1:2])
    drawn = quieted(shop, moment)
    assert [node.id for node in drawn.nodes] == [node.id for node in shop.nodes]
    assert [edge.id for edge in drawn.edges] == [edge.id for edge in shop.edges]
    busy = [edge.id for edge in drawn.edges if edge.headline.rates.requests]
    assert busy == [edge.id for edge in moment.edges]
    assert all(edge.headline.errors.share is None for edge in drawn.edges if edge.id not in busy)


def test_what_was_put_in_force_is_marked_at_the_first_frame_that_has_it() -> None:
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    ends = [start + timedelta(minutes=minute) for minute in range(1, 6)]
    marks = [Mark("config", start + timedelta(seconds=seconds), "text") for seconds in (30, 60, 61, 299, 301)]
    assert frame_marks(ends, marks) == [
        {"value": 0, "label": "⚙"},
        {"value": 1, "label": "⚙"},
        {"value": 4, "label": "⚙"},
    ]
