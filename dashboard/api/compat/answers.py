"""How the routes of other tools' APIs read requests and answer: errors have the shapes that their clients read."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic_core import to_json
from starlette.exceptions import HTTPException

from meshhub.errors import MeshhubError, NotFound, StorageError
from traces.compat.model import QueryFault
from traces.compat.reading import Pairs, clean

JSON = "application/json"
MAX_QUERY = 64 * 1024
MAX_PARAMETERS = 1_000

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
ShowError = Callable[[int, str], Any]

logger = logging.getLogger(__name__)


def pairs_of(request: Request) -> Pairs:
    """The parameters of a request, in their order.

    Raises:
        QueryFault: there are too many, or they are too long.
    """
    text = request.scope["query_string"].decode("latin-1")
    if len(text) > MAX_QUERY:
        raise QueryFault(f"could not read the request: its parameters are longer than {MAX_QUERY} bytes")
    try:
        found = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
    except ValueError as error:
        raise QueryFault(f"could not read the request: it has more than {MAX_PARAMETERS} parameters") from error
    return [(name, clean(value)) for name, value in found]


def json_answer(body: Any, status: int = 200, *, indented: bool = False) -> Response:
    """A body of plain values as JSON."""
    return Response(to_json(body, indent=4 if indented else None, inf_nan_mode="null"), status, media_type=JSON)


def route_class(show_error: ShowError, media_type: str = JSON) -> type[APIRoute]:
    """Routes whose errors are bodies made by `show_error`; a text is sent as it is."""

    class CompatRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            answer = super().get_route_handler()

            async def handled(request: Request) -> Response:
                try:
                    return await answer(request)
                except (MeshhubError, HTTPException) as error:
                    status = status_of(error)
                    message = error.detail if isinstance(error, HTTPException) else str(error)
                    body = show_error(status, str(message))
                    content = body.encode() if isinstance(body, str) else to_json(body)
                    headers = {"Retry-After": "5"} if status == 503 else None
                    return Response(content, status, headers, media_type)

            return handled

    return CompatRoute


def status_of(error: MeshhubError | HTTPException) -> int:
    """The HTTP status of an error; what is nobody's fault but the hub's is logged."""
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, QueryFault):
        return 400
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, StorageError) and error.retryable:
        return 503
    logger.error("could not answer a request: %s", error)
    return 500


async def body_of(request: Request, limit: int) -> bytes:
    """The body of a request.

    Raises:
        QueryFault: it is longer than the limit.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise QueryFault(f"could not read the request: its body is longer than {limit} bytes")
    return bytes(body)
