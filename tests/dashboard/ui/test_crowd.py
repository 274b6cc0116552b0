"""The closed boxes of a large mesh can be read: even columns, large letters, long names cut."""

from collections import Counter
from dataclasses import replace

from dashboard.ui.drawing import Drawing, draw
from dashboard.ui.figures.crowd import COLUMN, CROWD, ROW, arrange_closely
from dashboard.ui.figures.elements import CROWD_NAME_LENGTH, elements
from dashboard.ui.figures.look import Look
from dashboard.ui.figures.stylesheet import CROWD_HEIGHT, CROWD_WIDTH, stylesheet
from dashboard.ui.theme import Scheme
from meshhub.model import TimeRange
from meshhub.testing import graphs

NAMES = [f"team-{number:02}" for number in range(90)]
CALLS = [(one, other) for one, other in zip(NAMES, NAMES[3:], strict=False)]
SCREEN = 890, 700
"""Pixels of the drawing area on a screen of 1440 × 900."""


def drawn(window: TimeRange, *opened: str) -> Drawing:
    return draw(graphs.mesh(window, 1000, 3000), opened=opened)


def test_columns_are_even_and_a_caller_is_not_right_of_whom_it_calls() -> None:
    places = arrange_closely(NAMES, CALLS)
    columns = Counter(x for x, _ in places.values())
    assert max(columns.values()) - min(columns.values()) <= 1
    assert len(set(places.values())) == len(NAMES)
    assert all(places[one][0] <= places[other][0] for one, other in CALLS)
    assert arrange_closely(NAMES[::-1], CALLS[::-1]) == places
    assert arrange_closely([], []) == {}


def test_letters_of_ninety_boxes_have_nine_pixels_where_all_are_seen() -> None:
    places = arrange_closely(NAMES, CALLS).values()
    width = max(x for x, _ in places) + COLUMN
    height = max(y for _, y in places) + ROW
    rules = {rule["selector"]: rule["style"] for rule in stylesheet(Scheme.LIGHT)}
    zoom = min(SCREEN[0] / width, SCREEN[1] / height)
    assert rules["node.crowd"]["font-size"] * zoom >= 9
    assert (CROWD_WIDTH, CROWD_HEIGHT) < (COLUMN, ROW)


def test_boxes_that_are_many_have_large_letters_and_short_names(window: TimeRange) -> None:
    drawing = drawn(window)
    assert len(drawing.groups) >= CROWD
    long = replace(drawing, groups=tuple(replace(group, label="a-very-long-namespace") for group in drawing.groups))
    made = [each for each in elements(long, Look()) if "group" in each["classes"].split()]
    assert all("crowd" in each["classes"].split() for each in made)
    assert {each["data"]["label"].splitlines()[0] for each in made} == {"a-very-long-n…"}
    assert len("a-very-long-n…") == CROWD_NAME_LENGTH
    assert all(each["data"]["why"].startswith("a-very-long-namespace") for each in made)


def test_what_is_in_an_opened_box_stands_below_the_closed_ones(window: TimeRange) -> None:
    opened = drawn(window).groups[0].id
    drawing = drawn(window, opened)
    made = elements(drawing, Look())
    lowest = max(each["data"]["y"] for each in made if "group" in each["classes"].split())
    inside = [each["data"]["y"] for each in made if each["data"].get("parent") == opened]
    assert len(inside) == len(drawing.nodes)
    assert min(inside) >= lowest + ROW - 0.1


def test_a_few_boxes_are_as_they_were(window: TimeRange) -> None:
    drawing = draw(graphs.mesh(window, 200, 600))
    assert not [each for each in elements(drawing, Look()) if "crowd" in each["classes"].split()]
