"""What all gRPC methods have in common: who calls, and how a call is refused."""

from typing import Any

import grpc

from collector.receivers.answers import refusal_status
from collector.refusal import Refused

TRANSPORT = "grpc"

_CODES = {code.value[0]: code for code in grpc.StatusCode}


async def refuse(_requests: object, context: Any, *, refused: Refused) -> None:
    """End a call with the status of a refusal."""
    answer = refusal_status(refused)
    await context.abort(_CODES[answer.code], answer.message, (("grpc-status-details-bin", answer.SerializeToString()),))


def authorization(details: grpc.HandlerCallDetails) -> str | None:
    """The metadata `authorization` of a call."""
    for key, value in details.invocation_metadata:
        if key == "authorization":
            return str(value)
    return None
