"""Lets only those call that show a token, where other machines reach these services without client certificates."""

from collections.abc import Callable
from typing import Any

import grpc

Lets = Callable[[str], bool]
"""Whether a token lets somebody read everything. Blocks."""


class TokenInterceptor(grpc.ServerInterceptor):  # type: ignore[misc]  # grpc has no types
    """Answers UNAUTHENTICATED to calls without a token that lets in (metadata "authorization: Bearer <token>")."""

    def __init__(self, lets: Lets) -> None:
        self._lets = lets

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        metadata = dict(details.invocation_metadata)
        scheme, _, token = str(metadata.get("authorization", "")).partition(" ")
        if scheme.lower() == "bearer" and self._lets(token.strip()):
            return continuation(details)
        handler = continuation(details)
        if handler is None or not handler.response_streaming:
            return grpc.unary_unary_rpc_method_handler(_refuse)
        return grpc.unary_stream_rpc_method_handler(_refuse)


def _refuse(_request: Any, context: grpc.ServicerContext) -> None:
    context.abort(
        grpc.StatusCode.UNAUTHENTICATED,
        'could not authenticate: send the metadata "authorization: Bearer <token>" with a token that reads all tenants',
    )
