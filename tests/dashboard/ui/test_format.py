from datetime import UTC, datetime, timedelta, timezone

import pytest

from dashboard.ui import format as fmt


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "", "0"),
        (12, "", "12"),
        (999, "", "999"),
        (1240, "", "1.24 k"),
        (9_999_500, "", "10 M"),
        (1_240_000_000, "B", "1.24 GB"),
        (0.0333, "", "0.0333"),
        (-1240, "", "-1.24 k"),
        (512, "B", "512 B"),
        (None, "", "–"),
        (float("nan"), "", "–"),
    ],
)
def test_a_count_has_three_significant_digits_and_a_decimal_prefix(value: float | None, unit: str, text: str) -> None:
    assert fmt.number(value, unit) == text


@pytest.mark.parametrize(
    ("per_second", "text"),
    [(1240.0, "1.24 k/s"), (12.54, "12.5/s"), (0, "0/s"), (0.02, "1.2/min"), (None, "–")],
)
def test_a_rate_is_per_second_and_a_slow_one_per_minute(per_second: float | None, text: str) -> None:
    assert fmt.rate(per_second) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (0, "0 %"),
        (0.125, "12.5 %"),
        (1, "100 %"),
        (0.99996, "> 99.9 %"),
        (0.00001, "< 0.01 %"),
        (0.00012, "0.012 %"),
        (None, "–"),
    ],
)
def test_a_share_never_rounds_to_all_or_nothing(ratio: float | None, text: str) -> None:
    assert fmt.share(ratio) == text


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (0, "0 µs"),
        (850, "850 µs"),
        (999.7, "1 ms"),
        (340_000, "340 ms"),
        (1_240_000, "1.24 s"),
        (59_970_000, "1 min"),
        (95_000_000, "1 min 35 s"),
        (3_600_000_000, "1 h"),
        (90_061_000_000, "1 d 1 h"),
        (-1800, "-1.8 ms"),
        (None, "–"),
    ],
)
def test_a_duration_takes_the_unit_that_reads_best(microseconds: float | None, text: str) -> None:
    assert fmt.duration(microseconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(1.43, "1.4 s old"), (0, "0 s old"), (-3, "0 s old"), (95.2, "1 min 35 s old")]
)
def test_an_age_is_given_to_the_tenth_of_a_second_while_it_is_young(seconds: float, text: str) -> None:
    assert fmt.age(seconds) == text


def test_times_show_their_zone_and_are_utc() -> None:
    time = datetime(2026, 3, 1, 15, 3, 21, 250_999, tzinfo=timezone(timedelta(hours=1)))
    assert fmt.moment(time) == "14:03:21 UTC"
    assert fmt.exact_moment(time) == "2026-03-01 14:03:21.250 UTC"
    assert fmt.moment(datetime(2026, 3, 1, tzinfo=UTC)) == "00:00:00 UTC"


def test_a_noun_follows_its_count() -> None:
    assert [fmt.plural(n, "service") for n in (0, 1, 2140)] == ["0 services", "1 service", "2,140 services"]
    assert fmt.plural(2, "is", "are") == "2 are"
