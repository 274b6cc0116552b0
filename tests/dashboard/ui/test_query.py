from datetime import UTC, datetime, timedelta

import pytest

from dashboard.api.windows import UnusableWindow
from dashboard.ui import query
from dashboard.ui.query import EdgeLabel, Groups, UnreadableQuery, View

NOW = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize("search", [None, "", "?", "?unknown=1"])
def test_nothing_asked_for_is_the_last_quarter_of_an_hour_of_everything(search: str | None) -> None:
    view = query.parse(search)
    assert view == View()
    assert view.window(NOW).end == NOW
    assert view.window(NOW).length == timedelta(minutes=15)


def test_every_parameter_is_read() -> None:
    view = query.parse(
        "?window=6h&end=2026-03-01T12:00:00Z&ns=shop,data,shop&labels=p95,errors&idle=off&groups=closed"
        "&open=shop&select=a%3Ab&id=%20x%20&hop=1.2&cluster=east&compare=1d"
    )
    assert view == View(
        length="6h",
        end="2026-03-01T12:00:00Z",
        clusters=("east",),
        namespaces=("shop", "data"),
        compare="1d",
        labels=(EdgeLabel.P95, EdgeLabel.ERRORS),
        idle=False,
        groups=Groups.CLOSED,
        opened=("shop",),
        selected="a:b",
        request_id="x",
        hop="1.2",
    )
    assert view.window(NOW).start == datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


def test_no_labels_is_not_the_same_as_labels_not_said() -> None:
    assert query.parse("?labels=").labels == ()


@pytest.mark.parametrize("search", ["?labels=p42", "?groups=maybe"])
def test_a_value_that_does_not_exist_is_an_error_that_says_what_does(search: str) -> None:
    with pytest.raises(UnreadableQuery, match=r"could not read .*: it takes "):
        query.parse(search)


@pytest.mark.parametrize(
    "search",
    ["?window=-5m", "?window=99d", "?window=soon", "?end=tomorrow", "?end=2027-01-01T00:00:00Z", "?end=0001-01-01"],
)
def test_a_window_that_cannot_be_is_an_error(search: str) -> None:
    with pytest.raises(UnusableWindow, match="could not"):
        query.parse(search).window(NOW)


def test_a_query_is_written_without_what_is_empty() -> None:
    assert query.write(window="15m", end="") == "?window=15m"
    assert query.write(end="") == ""
