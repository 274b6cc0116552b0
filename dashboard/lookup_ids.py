"""The ways in which people write down the id of a request or a trace."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from traces.trace_ids import read_trace_id

PART = 8
"""Characters of an id that are worth looking for."""

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_HEX_32 = re.compile(r"[0-9a-f]{32}")
_HEX = re.compile(r"[0-9a-f]{6,32}")
_QUOTES = "\"'`<>[](){},; \t\r\n"


@dataclass(frozen=True, slots=True)
class WantedId:
    """What is looked for: x-request-ids in this order, and a trace id of 32 hex digits, empty where it can be none."""

    request_ids: tuple[str, ...]
    trace_id: str

    @property
    def parts(self) -> list[str]:
        """Lower-case pieces of it that a similar request id would share; empty if it is too short."""
        text = self.request_ids[-1].lower()
        if len(text) < PART:
            return []
        half = max(len(text) // 2, PART)
        return list(dict.fromkeys((text[:half], text[-half:])))

    @property
    def trace_range(self) -> tuple[str, str]:
        """The first and the last trace id that begin with it; empty where it is too short or not hexadecimal."""
        digits = self.request_ids[-1].lower().replace("-", "")
        if not _HEX.fullmatch(digits):
            return "", ""
        return digits.ljust(32, "0"), digits.ljust(32, "f")


def read_id(text: str) -> WantedId:
    """What a text may name: the id as given; without quotes; the UUID in it; as Envoy writes ids, in lower case with
    dashes. Trace ids may have 16 digits, upper case, dashes, or be part of a traceparent header."""
    bare = text.strip(_QUOTES) or text
    spellings = [text, bare]
    uuid = _UUID.search(bare)
    if uuid:
        spellings += [uuid[0], uuid[0].lower()]
    lower = bare.lower()
    if _HEX_32.fullmatch(lower):
        lower = "-".join((lower[:8], lower[8:12], lower[12:16], lower[16:20], lower[20:]))
    return WantedId(tuple(dict.fromkeys([*spellings, lower])), read_trace_id(bare))


def found_as(wanted: WantedId, carried: Sequence[str]) -> str:
    """Which of the spellings is stored: of several the first; the first spelling if none is."""
    return next((each for each in wanted.request_ids if each in carried), wanted.request_ids[0])
