"""The windows of time that requests may ask for."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.api.windows import UnusableWindow, read_window

NOW = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "start", "end", "first", "last"),
    [
        (None, None, None, "13:45", "14:00"),
        ("90m", None, None, "12:30", "14:00"),
        ("2h", None, "2026-03-01T13:00:00Z", "11:00", "13:00"),
        ("2h", "2026-03-01T09:00:00Z", None, "09:00", "11:00"),
        (None, "2026-03-01T09:00:00+02:00", None, "07:00", "14:00"),
        (None, "2026-03-01T09:00:00Z", "2026-03-01T09:05:00.5Z", "09:00", "09:05"),
        ("1800s", None, "2026-03-01T14:00:30Z", "13:30", "14:00"),
    ],
)
def test_a_window_is_given_by_two_of_length_start_and_end(
    length: str | None, start: str | None, end: str | None, first: str, last: str
) -> None:
    window = read_window(length, start, end, now=NOW)
    assert (f"{window.start:%H:%M}", f"{window.end:%H:%M}") == (first, last)
    assert window.start.tzinfo is UTC


def test_a_day_is_a_unit() -> None:
    assert read_window("31d", None, None, now=NOW).length == timedelta(days=31)


@pytest.mark.parametrize(
    ("length", "start", "end", "reason"),
    [
        ("", None, None, "it takes a length like"),
        ("15", None, None, "it takes a length like"),
        ("0m", None, None, "it takes a length like"),
        ("-5m", None, None, "it takes a length like"),
        ("1w", None, None, "it takes a length like"),
        ("٣m", None, None, "longer than|it takes a length like"),
        ("32d", None, None, "longer than 31 days"),
        ("999999999d", None, None, "longer than 31 days"),
        ("15m" * 1000, None, None, "it takes a length like"),
        (None, "yesterday", None, "it takes a time like"),
        (None, "2026-03-01T09:00:00", None, "no time zone"),
        (None, "0001-01-01T00:00:00+23:00", None, "it takes a time like|long before"),
        (None, "9999-12-31T23:59:59-23:00", None, "it takes a time like|long before"),
        (None, "1970-01-01T00:00:00Z", None, "long before"),
        (None, "2026-03-01T13:00:00Z", "2026-03-01T12:00:00Z", "is not after its start"),
        (None, "2026-03-01T13:00:00Z", "2026-03-01T13:00:00Z", "is not after its start"),
        (None, "2026-03-01T15:00:00Z", None, "is not after its start"),
        (None, None, "2026-03-01T14:05:00Z", "is in the future"),
        ("1h", "2026-03-01T13:30:00Z", None, "is in the future"),
        (None, "2026-01-01T00:00:00Z", None, "longer than 31 days"),
        ("1h", "2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z", "leave one out"),
    ],
)
def test_what_is_no_window_is_refused_with_the_reason(
    length: str | None, start: str | None, end: str | None, reason: str
) -> None:
    with pytest.raises(UnusableWindow, match=reason):
        read_window(length, start, end, now=NOW)
