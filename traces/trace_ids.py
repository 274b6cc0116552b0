"""The ways in which a trace id is written down."""

import re

_HEX = re.compile(r"[0-9a-f]{1,32}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def read_trace_id(text: str) -> str:
    """32 lower-case hex digits; "" for what is no trace id.

    Takes upper case, dashes, the prefix 0x, leading zeros left out (64-bit ids) and a whole traceparent header.
    """
    wanted = text.strip().lower()
    header = _TRACEPARENT.fullmatch(wanted)
    if header:
        wanted = header[1]
    wanted = wanted.removeprefix("0x").replace("-", "")
    if not _HEX.fullmatch(wanted) or not wanted.strip("0"):
        return ""
    return wanted.zfill(32)
