"""Parameters that many routes take."""

from typing import Annotated, Any

import orjson
from fastapi import HTTPException, Query, Response
from pydantic_core import to_json, to_jsonable_python

from dashboard.api.windows import DEFAULT_WINDOW, UnusableWindow, read_window
from meshhub.clock import Clock
from meshhub.model import TimeRange

Length = Annotated[str | None, Query(description="A length: 90s, 15m, 2h, 1d.", examples=[DEFAULT_WINDOW])]
Start = Annotated[str | None, Query(description="RFC 3339, with a time zone.", examples=["2026-03-01T14:00:00Z"])]
End = Annotated[str | None, Query(description="RFC 3339, with a time zone. Now if it is left out.")]

UNAVAILABLE = "The store does not answer; try again after Retry-After."
INVALID = "A parameter is malformed; `faults` says which and why."
UNUSABLE = "The window cannot be used."
WINDOW_TEXT = (
    "The window is the last 15 minutes, or `window` long up to `end` (or from `start`), or from `start` to `end`. "
    "At most 31 days."
)


def window_of(length: str | None, start: str | None, end: str | None, clock: Clock) -> TimeRange:
    """The window that these parameters ask for; an unusable one is a 400."""
    try:
        return read_window(length, start, end, now=clock.now())
    except UnusableWindow as error:
        raise HTTPException(400, str(error)) from error


def json_response(body: Any) -> Response:
    """A body (a typed dict of dashboard.api) as JSON; numbers that JSON does not have are null."""
    try:
        return json_body(orjson.dumps(body, default=to_jsonable_python, option=orjson.OPT_UTC_Z))
    except orjson.JSONEncodeError:
        # A number of more than 64 bits, which only the slower writer knows.
        return json_body(to_json(body, inf_nan_mode="null"))


def json_body(text: bytes) -> Response:
    """JSON that is written already."""
    return Response(text, media_type="application/json")
