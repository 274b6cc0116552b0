"""How values are written: numbers with units, shares, true and false."""

import re
from collections.abc import Mapping
from decimal import Decimal
from math import isfinite

from meshhub.expression.fields import Kind

NUMBER = r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?"
"""A number as meshhub reads it in an expression, and in the text of an attribute."""

_NUMBER = re.compile(NUMBER)
_EXACT = 2**53

_UNITS: Mapping[Kind, Mapping[str, Decimal]] = {
    Kind.NUMBER: {"": Decimal(1)},
    Kind.DURATION: {
        "ns": Decimal("0.001"), "us": Decimal(1), "µs": Decimal(1), "ms": Decimal(1_000), "s": Decimal(1_000_000),
        "min": Decimal(60_000_000), "m": Decimal(60_000_000), "h": Decimal(3_600_000_000),
    },
    Kind.SHARE: {"": Decimal(1), "%": Decimal("0.01")},
    Kind.BYTES: {
        "": Decimal(1), "b": Decimal(1),
        "kb": Decimal(10**3), "mb": Decimal(10**6), "gb": Decimal(10**9), "tb": Decimal(10**12),
        "kib": Decimal(2**10), "mib": Decimal(2**20), "gib": Decimal(2**30), "tib": Decimal(2**40),
    },
}  # fmt: skip
EXAMPLES: Mapping[Kind, str] = {
    Kind.NUMBER: "503 or 1.5",
    Kind.DURATION: "500ms, 1.5s or 2min",
    Kind.SHARE: "5% or 0.05",
    Kind.BYTES: "512, 4KiB or 1.5MB",
    Kind.BOOLEAN: "true or false",
}
_WRITTEN = {Kind.DURATION: ("s", "ms", "us"), Kind.BYTES: ("B",), Kind.SHARE: ("%",), Kind.NUMBER: ("",)}


def read_number(text: str, kind: Kind) -> float | None:
    """The number that a text says, in the unit of the kind; None where it says none."""
    found = _NUMBER.match(text)
    if found is None:
        return None
    factor = _UNITS[kind].get(text[found.end() :].lower())
    if factor is None:
        return None
    number = float(Decimal(found[0]) * factor)
    if not isfinite(number) or (kind is Kind.SHARE and not 0 <= number <= 1):
        return None
    return number


def number_of(text: str) -> float | None:
    """The number that the text of an attribute is; None where it is none, or one so long that it would lose digits."""
    found = _NUMBER.fullmatch(text)
    number = float(found[0]) if found else None
    return number if number is not None and abs(number) <= _EXACT else None


def write_number(number: float, kind: Kind) -> str:
    """A text that `read_number` reads as the same number, in the largest usual unit of which it is one or more."""
    for unit in _WRITTEN[kind]:
        amount = Decimal(repr(number)) / _UNITS[kind][unit.lower()]
        if abs(amount) >= 1 or unit == _WRITTEN[kind][-1]:
            break
    text = format(amount, "f")
    if len(text) > 30:
        text = str(amount)
    return f"{text.rstrip('0').rstrip('.') if '.' in text and 'E' not in text else text}{unit}"
