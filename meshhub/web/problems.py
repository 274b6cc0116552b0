"""Errors as problem details (RFC 9457): one shape for everything that goes wrong under the root."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from meshhub.errors import MeshhubError, NotFound, StorageError, UnusableRequest
from meshhub.expression import ExpressionFault
from meshhub.principal import Forbidden

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "5"

logger = logging.getLogger(__name__)


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None, **members: Any) -> JSONResponse:
    """A response that says what went wrong; `members` are extension members."""
    content = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(content | members, status, headers, MEDIA_TYPE)


def handle_errors(app: FastAPI) -> None:
    """Have every error of the routes answered as a problem."""
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(MeshhubError, _of_meshhub)
    app.add_exception_handler(Exception, _of_unforeseen)


async def _of_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - what the handler is registered for
    detail = str(error.detail)
    if error.status_code == HTTPStatus.NOT_FOUND and detail == HTTPStatus.NOT_FOUND.phrase:
        detail = f"could not find {request.url.path}: there is nothing at this path"
    return problem(error.status_code, detail, headers=dict(error.headers or {}))


async def _of_validation(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what the handler is registered for
    faults = [{"at": ".".join(map(str, fault["loc"])), "reason": str(fault["msg"])} for fault in error.errors()]
    summary = "; ".join(f"{fault['at']}: {fault['reason']}" for fault in faults)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"could not use the request: {summary}", faults=faults)


async def _of_meshhub(_request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, NotFound):
        return problem(HTTPStatus.NOT_FOUND, str(error))
    if isinstance(error, ExpressionFault):
        return problem(HTTPStatus.BAD_REQUEST, str(error), position=error.position, hint=error.hint)
    if isinstance(error, Forbidden):
        return problem(HTTPStatus.FORBIDDEN, str(error))
    if isinstance(error, UnusableRequest):
        return problem(HTTPStatus.BAD_REQUEST, str(error))
    if isinstance(error, StorageError) and error.retryable:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), headers={"Retry-After": RETRY_AFTER_SECONDS})
    logger.error("could not answer a request: %s", error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))


async def _of_unforeseen(_request: Request, _error: Exception) -> JSONResponse:
    # What it was is in the log (the server writes it there); it may hold what is not for everybody.
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "could not answer: an error of the hub, see its log")
