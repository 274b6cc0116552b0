"""Strong entity tags: an answer that is the same to the byte is not sent again (RFC 9110, sections 8.8 and 13.1.2)."""

from hashlib import blake2b
from http import HTTPStatus
from typing import Annotated

from fastapi import Header, Response

IfNoneMatch = Annotated[
    str | None,
    Header(max_length=4_000, description="ETags of answers at hand; if one still holds, the answer is 304."),
]
ANY = "*"


def tagged(response: Response, if_none_match: str | None) -> Response:
    """The response with its ETag, or 304 without a body if the asker has it.

    If-None-Match compares weakly: a cache in between may have made the tag weak.
    """
    tag = f'"{blake2b(bytes(response.body), digest_size=16).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if if_none_match is not None and _matches(tag, if_none_match):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    response.headers.update(headers)
    return response


def _matches(tag: str, if_none_match: str) -> bool:
    offered = (each.strip().removeprefix("W/") for each in if_none_match.split(","))
    return if_none_match.strip() == ANY or tag in offered
