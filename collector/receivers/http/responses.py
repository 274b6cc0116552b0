"""Answers over HTTP that are no success: each carries a google.rpc.Status in the request's encoding."""

import math
from collections.abc import Mapping
from http import HTTPStatus

from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from google.rpc import code_pb2
from google.rpc.status_pb2 import Status

from collector.receivers.answers import refusal_status
from collector.receivers.http.messages import Response
from collector.refusal import Reason, Refused

PROTOBUF, JSON = "application/x-protobuf", "application/json"

STATUSES: Mapping[Reason, HTTPStatus] = {
    Reason.MALFORMED: HTTPStatus.BAD_REQUEST,
    Reason.UNSUPPORTED: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Reason.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Reason.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Reason.OVERLOADED: HTTPStatus.TOO_MANY_REQUESTS,
    Reason.JOURNAL_FULL: HTTPStatus.TOO_MANY_REQUESTS,
    Reason.STOPPING: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.INTERNAL: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Of these, clients retry 429 and 503."""

_CODES: Mapping[HTTPStatus, int] = {
    HTTPStatus.NOT_FOUND: code_pb2.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: code_pb2.UNIMPLEMENTED,
    HTTPStatus.INTERNAL_SERVER_ERROR: code_pb2.INTERNAL,
}


def refusal(refused: Refused, media_type: str) -> Response:
    """The answer to a request that was not taken, with Retry-After where a retry may help."""
    headers = {}
    if refused.retry_after is not None:
        headers["retry-after"] = str(max(1, math.ceil(refused.retry_after)))
    if refused.reason is Reason.UNAUTHENTICATED:
        headers["www-authenticate"] = "Bearer"
    return _response(STATUSES[refused.reason], refusal_status(refused), media_type, headers)


def failure(status: HTTPStatus, message: str, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to what is no request that brings telemetry."""
    code = _CODES.get(status, code_pb2.INVALID_ARGUMENT)
    return _response(status, Status(code=code, message=message), media_type, headers or {})


def _response(status: HTTPStatus, answer: Status, media_type: str, headers: Mapping[str, str]) -> Response:
    """JSON for clients whose encoding is neither of the two: people can read it."""
    encoding = media_type if media_type == PROTOBUF else JSON
    return Response(status, encoding, encode(answer, encoding), headers)


def encode(message: Message, media_type: str) -> bytes:
    """A message in one of the two encodings."""
    return message.SerializeToString() if media_type == PROTOBUF else MessageToJson(message, indent=None).encode()
