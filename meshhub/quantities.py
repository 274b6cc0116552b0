"""Quantities as people read them: three significant digits, always with their unit."""

import math

ABSENT = "–"
"""What stands where nothing was measured."""

_SCALES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_PER_SECOND_BELOW_WHICH_MINUTES_READ_BETTER = 0.1


def number(value: float | None, unit: str = "") -> str:
    """A count with a decimal prefix: 1240 → "1.24 k", 12 requests → "12 requests"."""
    if value is None or not math.isfinite(value):
        return ABSENT
    for scale, prefix in _SCALES:
        if abs(value) >= scale * 0.9995:
            return f"{digits(value / scale)} {prefix}{unit}"
    return f"{digits(value)} {unit}" if unit else digits(value)


def rate(per_second: float | None, unit: str = "") -> str:
    """A rate: 1240 → "1.24 k/s", 0.02 → "1.2/min"; with a unit: "1.24 kB/s"."""
    if per_second is None or not math.isfinite(per_second):
        return ABSENT
    if not unit and 0 < per_second < _PER_SECOND_BELOW_WHICH_MINUTES_READ_BETTER:
        return f"{digits(per_second * 60)}/min"
    return f"{number(per_second, unit)}/s"


def share(ratio: float | None) -> str:
    """A part of a whole between 0 and 1: 0.125 → "12.5 %". Never rounds to all or nothing what is not."""
    if ratio is None or not math.isfinite(ratio):
        return ABSENT
    if 0.9995 <= ratio < 1:
        return "> 99.9 %"
    if 0 < ratio < 0.0001:
        return "< 0.01 %"
    return f"{digits(ratio * 100)} %"


def duration(microseconds: float | None) -> str:
    """A length of time: 340_000 → "340 ms", 95_000_000 → "1 min 35 s"."""
    if microseconds is None or not math.isfinite(microseconds):
        return ABSENT
    size = abs(microseconds)
    if size < 999.5:
        return f"{digits(microseconds)} µs"
    if size < 999_500:
        return f"{digits(microseconds / 1e3)} ms"
    if size < 59_950_000:
        return f"{digits(microseconds / 1e6)} s"
    sign = "-" if microseconds < 0 else ""
    return sign + _long_duration(round(size / 1e6))


def digits(value: float) -> str:
    """Three significant digits without exponent and without trailing zeros; whole numbers up to 9,999 in full."""
    if value == int(value) and abs(value) < 10_000:
        return f"{int(value):,}"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _long_duration(seconds: int) -> str:
    for length, large, small_length, small in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if seconds >= length:
            rest = seconds % length // small_length
            return f"{seconds // length} {large}" + (f" {rest} {small}" if rest else "")
    return f"{seconds} s"


def plural(count: int, one: str, many: str = "") -> str:
    """A count and its noun: "1 service", "2,140 services"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
