"""Reads lengths of time, shares and gRPC statuses as people write them in specifications."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator

from alerting.specification.model import Party

LONGEST = timedelta(days=45)
"""As long as request_minutes is kept by default."""

MAX_NAME = 100
MAX_TEXT = 1050

_LENGTH = re.compile(r"(?P<number>[0-9]{1,9}(\.[0-9]{1,6})?) ?(?P<unit>us|µs|ms|s|m|h|d|w)")
_MICROSECONDS = {
    "us": 1,
    "µs": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 604_800_000_000,
}
_SHARE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,9})?")
_PART = r"[A-Za-z0-9]([A-Za-z0-9._:-]{0,251}[A-Za-z0-9])?"
_PARTY = re.compile(rf"((?P<namespace>{_PART})/)?(?P<service>{_PART})")

GRPC_NAMES = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)
"""By their number."""


def read_length(value: Any) -> timedelta:
    """A length such as 300ms, 5m or 30d.

    Raises:
        ValueError: it is none, or longer than LONGEST.
    """
    if isinstance(value, timedelta):
        return value
    match = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("expected a length such as 300ms, 30s, 5m, 6h or 30d")
    microseconds = Decimal(match["number"]) * _MICROSECONDS[match["unit"]]
    if not 1 <= microseconds <= LONGEST.days * _MICROSECONDS["d"]:
        raise ValueError(f"expected a length over 0 and of at most {LONGEST.days} days, as long as counts are kept")
    return timedelta(microseconds=int(microseconds))


def read_share(value: Any) -> float:
    """A share over 0 and under 1 from percents: 99.9 or "99.9 %".

    Raises:
        ValueError: it is none.
    """
    text = str(value).removesuffix("%").strip() if isinstance(value, int | float | str) else ""
    if isinstance(value, bool) or not _SHARE.fullmatch(text):
        raise ValueError("expected percents such as 99.9")
    percents = Decimal(text)
    if not 0 < percents < 100:
        raise ValueError("expected percents over 0 and under 100: without an error budget there is nothing to burn")
    return float(percents / 100)


def read_grpc(value: Any) -> int:
    """A gRPC status by its name or number.

    Raises:
        ValueError: there is none.
    """
    if isinstance(value, str) and value.upper() in GRPC_NAMES:
        return GRPC_NAMES.index(value.upper())
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < len(GRPC_NAMES):
        return value
    raise ValueError(f"expected a gRPC status such as UNAVAILABLE, or its number from 1 to {len(GRPC_NAMES) - 1}")


def read_party(value: Any) -> Party:
    """A service, or namespace/service.

    Raises:
        ValueError: it is neither.
    """
    match = _PARTY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("expected a service such as checkout, or namespace/service such as shop/checkout")
    return Party(match["service"], match["namespace"] or "")


def whole_buckets(threshold: timedelta) -> int:
    """The microseconds of the nearest threshold that counts can be split at: two leading digits, or below 100 us."""
    microseconds = threshold // timedelta(microseconds=1)
    scale: int = 10 ** max(len(str(microseconds)) - 2, 0)
    return (microseconds + scale // 2) // scale * scale


def length_text(length: timedelta) -> str:
    """A length as it is written: the largest unit that divides it."""
    microseconds = length // timedelta(microseconds=1)
    for unit in ("d", "h", "m", "s", "ms"):
        if microseconds and microseconds % _MICROSECONDS[unit] == 0:
            return f"{microseconds // _MICROSECONDS[unit]}{unit}"
    return f"{microseconds}us"


Length = Annotated[timedelta, BeforeValidator(read_length)]
Share = Annotated[float, BeforeValidator(read_share)]
GrpcStatus = Annotated[int, BeforeValidator(read_grpc)]
