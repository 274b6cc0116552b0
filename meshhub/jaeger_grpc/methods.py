"""The calls of a gRPC service: what each takes and how its errors are told."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import grpc

from meshhub.errors import MeshhubError, NotFound, StorageError
from traces.compat.model import QueryFault

logger = logging.getLogger(__name__)


class NotSupported(MeshhubError):
    """What was asked for is nothing that this hub does."""


@dataclass(frozen=True, slots=True)
class Method:
    """One call: the message that it takes, and what answers it with one message or, if it streams, with several."""

    request: Any
    answer: Callable[[Any], Any]
    streams: bool = False


def handler_of(service: str, methods: Mapping[str, Method]) -> grpc.GenericRpcHandler:
    """Serves the calls of one service."""
    return grpc.method_handlers_generic_handler(service, {name: _handler(method) for name, method in methods.items()})


def code_of(error: MeshhubError) -> grpc.StatusCode:
    """The gRPC status of an error; what is nobody's fault but the hub's is logged."""
    if isinstance(error, QueryFault):
        return grpc.StatusCode.INVALID_ARGUMENT
    if isinstance(error, NotFound):
        return grpc.StatusCode.NOT_FOUND
    if isinstance(error, NotSupported):
        return grpc.StatusCode.UNIMPLEMENTED
    if isinstance(error, StorageError) and error.retryable:
        return grpc.StatusCode.UNAVAILABLE
    logger.error("could not answer a call: %s", error)
    return grpc.StatusCode.INTERNAL


def _handler(method: Method) -> grpc.RpcMethodHandler:
    read, write = method.request.FromString, _written

    def answer(request: Any, context: Any) -> Any:
        try:
            return method.answer(request)
        except MeshhubError as error:
            context.abort(code_of(error), str(error))

    def stream(request: Any, context: Any) -> Iterator[Any]:
        try:
            yield from method.answer(request)
        except MeshhubError as error:
            context.abort(code_of(error), str(error))

    if method.streams:
        return grpc.unary_stream_rpc_method_handler(stream, read, write)
    return grpc.unary_unary_rpc_method_handler(answer, read, write)


def _written(message: Any) -> bytes:
    written: bytes = message.SerializeToString()
    return written
