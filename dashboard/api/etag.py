"""Entity tags: an answer that is the same is not sent again (RFC 9110, sections 8.8 and 13.1.2)."""

from hashlib import blake2b
from http import HTTPStatus
from typing import Annotated

from fastapi import Header, Response

IfNoneMatch = Annotated[
    str | None,
    Header(max_length=4_000, description="ETags of answers at hand; if one still holds, the answer is 304."),
]
ANY = "*"


def tagged(response: Response, if_none_match: str | None, *, of: bytes | None = None) -> Response:
    """The response with its ETag, or 304 without a body if the asker has it.

    If-None-Match compares weakly: a cache in between may have made the tag weak.

    Args:
        response: the answer in full.
        if_none_match: what the asker has.
        of: what of the answer matters, if that is not all of it to the byte: the tag is of this then, and weak.
    """
    tag = f'"{blake2b(bytes(response.body) if of is None else of, digest_size=16).hexdigest()}"'
    headers = {"ETag": tag if of is None else f"W/{tag}", "Cache-Control": "private, no-cache"}
    if if_none_match is not None and _matches(tag, if_none_match):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    response.headers.update(headers)
    return response


def _matches(tag: str, if_none_match: str) -> bool:
    offered = (each.strip().removeprefix("W/") for each in if_none_match.split(","))
    return if_none_match.strip() == ANY or tag in offered
