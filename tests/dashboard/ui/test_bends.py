from dashboard.ui.figures.arrangement import COLUMN
from dashboard.ui.figures.bends import bends

PLACES = {"a": (0.0, 0.0), "b": (float(COLUMN), 0.0), "c": (2.0 * COLUMN, 0.0), "d": (2.0 * COLUMN, 300.0)}


def test_an_edge_bends_around_a_node_in_its_way() -> None:
    assert bends(PLACES, [("a", "c")])[("a", "c")] != 0


def test_an_edge_with_nothing_in_its_way_is_straight() -> None:
    assert bends(PLACES, [("a", "b"), ("a", "d"), ("a", "a")]) == {}


def test_an_edge_bends_away_from_the_side_that_is_taken() -> None:
    places = PLACES | {"below": (float(COLUMN), 60.0)}
    assert bends(places, [("a", "c")])[("a", "c")] < 0, "upwards"
