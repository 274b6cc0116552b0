"""Reads the values that other tools put into their questions. All of them raise QueryFault on what they cannot read."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from traces.compat.model import LATEST_NS, MAX_LIMIT, QueryFault

Pairs = Iterable[tuple[str, str]]

MAX_JSON = 64 * 1024

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_GO_PART = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_GO_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+\- ]\d\d:?\d\d)", re.ASCII)
_ID_SIZES = (8, 16)
_HEX = re.compile(r"[0-9a-fA-F]{1,32}")
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False", ""})


class Parameters:
    """The parameters of a request by name; of several the first counts."""

    def __init__(self, pairs: Pairs) -> None:
        self._pairs = tuple(pairs)

    def all(self, *names: str) -> list[str]:
        """Every value under any of these names."""
        return [value for name, value in self._pairs if name in names]

    def text(self, *names: str) -> str:
        """The first value that is not empty, in the order of the names; "" without one."""
        return next((value for wanted in names for name, value in self._pairs if name == wanted and value), "")

    def integer(self, *names: str, default: int) -> int:
        text = self.text(*names)
        return read_integer(names[0], text) if text else default

    def flag(self, *names: str) -> bool:
        return read_flag(names[0], self.text(*names))


def read_integer(name: str, text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise QueryFault(f"unable to parse param '{name}': {quoted(text)} is not an integer")
    return int(text)


def read_flag(name: str, text: str) -> bool:
    """As Go's strconv.ParseBool; empty is false."""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise QueryFault(f"unable to parse param '{name}': {quoted(text)} is not true or false")


def read_time(name: str, text: str, *, unit_ns: int, default: int) -> int:
    """A number of units since 1970 as nanoseconds."""
    if not text:
        return default
    time = read_integer(name, text) * unit_ns
    if not 0 <= time <= LATEST_NS:
        raise QueryFault(f"unable to parse param '{name}': {quoted(text)} is out of range")
    return time


def read_rfc3339(name: str, text: str) -> int:
    """A time with a zone, to the nanosecond, as Unix nanoseconds. The + of a zone may have arrived as a blank."""
    match = _RFC3339.fullmatch(text.strip())
    if match is None:
        raise QueryFault(f"malformed parameter {name}: {quoted(text)} is not a time like 2026-03-01T14:00:00Z")
    day, time, fraction, zone = match.groups()
    zone = "+00:00" if zone in "Zz" else zone.replace(" ", "+")
    try:
        seconds = round(datetime.fromisoformat(f"{day}T{time}{zone}").timestamp())
    except (ValueError, OverflowError) as error:
        raise QueryFault(f"malformed parameter {name}: {quoted(text)} is not a time ({error})") from error
    nanoseconds = seconds * 10**9 + int((fraction or "0").ljust(9, "0"))
    if not 0 <= nanoseconds <= LATEST_NS:
        raise QueryFault(f"malformed parameter {name}: {quoted(text)} is out of range")
    return nanoseconds


def read_go_duration(name: str, text: str) -> int:
    """A duration as Go writes it ("1.5s", "500us", "1h30m", "0") in nanoseconds; "" is 0."""
    if text in ("", "0"):
        return 0
    total, position = Decimal(0), 0
    for part in _GO_PART.finditer(text[:100]):
        if part.start() != position:
            break
        try:
            total += Decimal(part[1]) * _GO_UNITS[part[2]]
        except InvalidOperation as error:
            raise QueryFault(f"unable to parse param '{name}': {quoted(text)} is out of range") from error
        position = part.end()
    if position != len(text) or not text:
        raise QueryFault(f"unable to parse param '{name}': {quoted(text)} is not a duration like 1.2s, 100ms or 500us")
    if total > LATEST_NS:
        raise QueryFault(f"unable to parse param '{name}': {quoted(text)} is out of range")
    return int(total)


def read_limit(name: str, text: str, *, default: int) -> int:
    """How many traces: the default where nothing or 0 is asked for, at most MAX_LIMIT."""
    wanted = read_integer(name, text) if text else 0
    if wanted < 0:
        raise QueryFault(f"unable to parse param '{name}': {quoted(text)} is negative")
    return min(wanted or default, MAX_LIMIT)


def read_text_map(name: str, text: str) -> Mapping[str, str]:
    """A JSON object of texts."""
    if len(text) > MAX_JSON:
        raise QueryFault(f"malformed '{name}' parameter: it is longer than {MAX_JSON} characters")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise QueryFault(f"malformed '{name}' parameter, cannot unmarshal JSON: {error}") from error
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise QueryFault(f"malformed '{name}' parameter, cannot unmarshal JSON: expected an object of texts")
    return {clean(key): clean(value) for key, value in found.items()}


def read_trace_id(text: str) -> str:
    """A trace id of up to 32 hex digits, with or without dashes, or of 8 or 16 bytes in base64, as 32 lower-case
    digits."""
    digits = text.replace("-", "")
    if not _HEX.fullmatch(digits):
        digits = _hex_of_base64(text)
    if not digits:
        raise QueryFault(f"could not read the trace id {quoted(text)}: it takes 1 to 32 hex digits, or base64")
    return digits.lower().zfill(32)


def _hex_of_base64(text: str) -> str:
    """As protobuf's JSON writes ids; "" if it is none of them."""
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError:
        return ""
    return found.hex() if len(found) in _ID_SIZES else ""


def clean(text: str) -> str:
    """The text without what no text of the store has: halves of surrogate pairs, which JSON can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def quoted(text: str) -> str:
    """A text from outside within a message: short, one line, in quotes."""
    return json.dumps(clean(text[:80]), ensure_ascii=False)
