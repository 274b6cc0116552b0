"""Envoy's access log service and metrics service (v3), beside OTLP on the gRPC port.

Both are streams that a proxy opens once and sends on for as long as it lives, one per worker thread and logger. Nothing
is acknowledged: a message counts as taken once it is in the journal, and the next one is read only then. A stream that
cannot be served ends with a status; Envoy opens another, and what it logs meanwhile is lost.
"""

import asyncio
from functools import partial
from typing import Any

import grpc

from collector.intake import Intake
from collector.journal.record import encode_resource
from collector.receivers.envoy_node import sender_of
from collector.receivers.grpc_calls import TRANSPORT, authorization, refuse
from collector.refusal import Reason, Refused
from collector.settings import LimitSettings
from meshhub.model import Signal

STREAMS = {
    "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs": Signal.ENVOY_ACCESS_LOGS,
    "/envoy.service.metrics.v3.MetricsService/StreamMetrics": Signal.ENVOY_METRICS,
}
RETRY_SECONDS = 10.0

_DONE = b""
"""StreamAccessLogsResponse, StreamMetricsResponse: both are empty."""


class EnvoyStreams(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Serves the streams. Belongs to one event loop."""

    def __init__(self, intake: Intake, limits: LimitSettings) -> None:
        self._intake = intake
        self._max_streams = limits.streams
        self._idle_seconds = limits.stream_idle_seconds
        self._reading: set[asyncio.Timeout] = set()
        self._ending = False
        self.open = 0

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        signal = STREAMS.get(handler_call_details.method)
        if signal is None:
            return None
        try:
            tenant = self._intake.admit(authorization(handler_call_details))
            if self.open >= self._max_streams:
                message = f"could not take the stream: there are {self._max_streams} already. Try again later."
                raise Refused(Reason.OVERLOADED, message, RETRY_SECONDS)
        except Refused as refused:
            self._intake.count_refusal(signal, refused.reason, TRANSPORT)
            return grpc.stream_unary_rpc_method_handler(partial(refuse, refused=refused))
        return grpc.stream_unary_rpc_method_handler(partial(self._serve, signal=signal, tenant=tenant))

    def end(self) -> None:
        """End all streams once what they have sent is in the journal."""
        self._ending = True
        now = asyncio.get_running_loop().time()
        for deadline in self._reading:
            deadline.reschedule(now)

    async def _serve(self, _messages: object, context: Any, *, signal: Signal, tenant: str) -> bytes:
        self.open += 1
        try:
            await self._take(context, signal, tenant)
        except Refused as error:
            refused = error
        else:
            return _DONE
        finally:
            self.open -= 1
        self._intake.count_refusal(signal, refused.reason, TRANSPORT)
        await refuse(None, context, refused=refused)
        return _DONE  # not reached: the refusal ends the call

    async def _take(self, context: Any, signal: Signal, tenant: str) -> None:
        sender = b""
        first = True
        while True:
            message = await self._next(context)
            if message is None:
                return
            said = sender_of(message, first=first)
            if said is not None:
                sender = encode_resource(said)
            first = False
            await self._intake.receive(signal, message, tenant, TRANSPORT, prefix=sender)

    async def _next(self, context: Any) -> bytes | None:
        """The next message; None at the end of the stream, after long silence, and when the hub stops."""
        if self._ending:
            return None
        try:
            async with asyncio.timeout(self._idle_seconds) as deadline:
                self._reading.add(deadline)
                message = await context.read()
        except TimeoutError:
            return None
        finally:
            self._reading.discard(deadline)
        return None if message is grpc.aio.EOF else message
