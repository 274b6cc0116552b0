"""The aggregated discovery service (ADS) on grpc.aio: one long stream per proxy, in either variant of the protocol."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import grpc

from envoy_config.ads.conversation import Conversation
from envoy_config.ads.credentials import server_credentials
from envoy_config.ads.limits import Bucket
from envoy_config.ads.requests import DeltaRequest, Malformed, Node, SotwRequest, read_delta, read_sotw
from envoy_config.ads.settings import AdsLimitSettings, AdsSettings
from envoy_config.ads.snapshot import Snapshot
from envoy_config.ads.state import Board, Refused
from meshhub.address import joined_address, split_address
from meshhub.clock import Clock
from meshhub.errors import MeshhubError

SERVICE = "/envoy.service.discovery.v3.AggregatedDiscoveryService/"
FIRST_SECONDS = 15.0
"""How long a client may take to say who it is."""
WAITING_SECONDS = 120
"""How long a stream may wait to be taken up."""
STOP_SECONDS = 1.0
REFUSALS_LOGGED = 1_000
"""Refused streams that are logged one by one."""

logger = logging.getLogger(__name__)


class Reason(StrEnum):
    """Why a stream is not served; an attribute of a metric."""

    MALFORMED = "malformed"
    NO_NODE = "no_node"
    UNKNOWN_NODE = "unknown_node"
    WRONG_IDENTITY = "wrong_identity"
    TOO_MANY_STREAMS = "too_many_streams"
    SILENT = "silent"


_CODES = {
    Reason.MALFORMED: grpc.StatusCode.INVALID_ARGUMENT,
    Reason.NO_NODE: grpc.StatusCode.INVALID_ARGUMENT,
    Reason.UNKNOWN_NODE: grpc.StatusCode.NOT_FOUND,
    Reason.WRONG_IDENTITY: grpc.StatusCode.PERMISSION_DENIED,
    Reason.TOO_MANY_STREAMS: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Reason.SILENT: grpc.StatusCode.DEADLINE_EXCEEDED,
}


class RefusedStream(Exception):
    """A stream that is not served; the message is for the proxy's log."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(eq=False, slots=True)
class _Stream:
    """One open stream. Responses are written by one task at a time."""

    node: str
    context: Any
    conversation: Conversation
    flushing: bool = False
    again: bool = False
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class _Visitor:
    """What one node has used of its share: its open streams, and the buckets of new streams and of messages."""

    opened: Bucket
    messages: Bucket
    streams: int = 0
    open: set[_Stream] = field(default_factory=set)


class AdsServer:
    """Serves snapshots. To be used on one event loop."""

    def __init__(self, settings: AdsSettings, board: Board, clock: Clock) -> None:
        self._settings = settings
        self._limits = settings.limits
        self._board = board
        self._clock = clock
        self._snapshots: dict[str, Snapshot] = {}
        self._visitors: dict[str, _Visitor] = {}
        self._streams = 0
        self._server: grpc.aio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def start(self) -> None:
        """Listen; `port` is the port that was bound.

        Raises:
            MeshhubError: the address cannot be bound, or the certificates cannot be used.
        """
        address = self._settings.address
        if address is None:
            return
        server = grpc.aio.server(options=channel_options(self._limits))
        server.add_generic_rpc_handlers((_Methods(self._serve),))
        target = joined_address(*split_address(address))
        try:
            if self._settings.tls is None:
                self.port = server.add_insecure_port(target)
            else:
                self.port = server.add_secure_port(target, server_credentials(self._settings.tls))
        except (RuntimeError, OSError) as error:
            await server.stop(None)
            raise MeshhubError(
                f"could not listen for proxies on {address} (ads.address): {error}. "
                "Stop what uses it, set another address, or turn it off with null."
            ) from error
        await server.start()
        self._server = server

    async def stop(self) -> None:
        """End all streams; the proxies go on with what they have. Safe to repeat, and before the start."""
        if self._server is not None:
            await self._server.stop(STOP_SECONDS)
            self._server = None

    def publish(self, snapshots: dict[str, Snapshot]) -> int:
        """Serve these from now on; how many nodes get something else than before.

        Streams of nodes that are no more among them are ended.
        """
        before, self._snapshots = self._snapshots, snapshots
        changed = 0
        for node, visitor in self._visitors.items():
            snapshot = snapshots.get(node)
            for stream in list(visitor.open):
                if snapshot is None:
                    stream.context.cancel()
                elif snapshot.version != stream.conversation.target.version:
                    stream.conversation.aim(snapshot)
                    self._flush_soon(stream)
        for node, snapshot in snapshots.items():
            changed += node not in before or before[node].version != snapshot.version
        return changed

    async def _serve(self, context: Any, *, read: Callable[[bytes], Any], variant: str) -> None:
        address = context.peer()
        node = ""
        try:
            async with asyncio.timeout(FIRST_SECONDS):
                data = await context.read()
            if data is grpc.aio.EOF:
                return
            first = read(data)
            del data
            node = first.node.id if first.node else ""
            snapshot = self._admit(first.node, context)
            visitor = self._enter(node)
        except TimeoutError:
            await self._refuse(context, node, address, Reason.SILENT, "could not serve the stream: nothing was asked")
            return
        except Malformed as error:
            await self._refuse(context, node, address, Reason.MALFORMED, f"could not read the request: {error}")
            return
        except RefusedStream as error:
            await self._refuse(context, node, address, error.reason, str(error))
            return
        stream = _Stream(node, context, Conversation(snapshot))
        visitor.open.add(stream)
        build = first.node.build if first.node else ""
        self._board.came(node, build=build, address=address, variant=variant, at=self._clock.now())
        try:
            await self._converse(stream, visitor, first, read)
        except Malformed as error:
            await self._refuse(context, node, address, Reason.MALFORMED, f"could not read the request: {error}")
        finally:
            self._leave(stream, visitor)

    async def _converse(
        self, stream: _Stream, visitor: _Visitor, request: SotwRequest | DeltaRequest, read: Callable[[bytes], Any]
    ) -> None:
        while True:
            outcome = stream.conversation.receive(request, self._clock.monotonic())
            if outcome is not None:
                self._board.answered(stream.node, outcome.kind, outcome.version, outcome.error, self._clock.now())
                if outcome.error is not None:
                    logger.warning("the proxy %s refused %s: %s", stream.node, outcome.kind.api, outcome.error)
            await self._flush(stream)
            data = await stream.context.read()
            if data is grpc.aio.EOF:
                return
            while (seconds := visitor.messages.take(self._clock.monotonic())) > 0:
                self._board.counts.throttled += 1
                await asyncio.sleep(seconds)
            request = read(data)

    async def _flush(self, stream: _Stream) -> None:
        """Write all there is to write. If somebody does already, he goes on until all is written."""
        if stream.flushing:
            stream.again = True
            return
        stream.flushing = True
        try:
            while True:
                stream.again = False
                for response in stream.conversation.next(self._clock.monotonic()):
                    self._board.sent(stream.node, response.kind, response.version)
                    await stream.context.write(response.data)
                if not stream.again:
                    break
        finally:
            stream.flushing = False
        if stream.conversation.settled:
            self._board.settled(stream.node, stream.conversation.target.version)
        self._set_timer(stream)

    def _set_timer(self, stream: _Stream) -> None:
        if stream.timer is not None:
            stream.timer.cancel()
            stream.timer = None
        now = self._clock.monotonic()
        at = stream.conversation.wake_at(now)
        if at is not None:
            stream.timer = asyncio.get_running_loop().call_later(at - now + 0.01, self._flush_soon, stream)

    def _flush_soon(self, stream: _Stream) -> None:
        task = asyncio.get_running_loop().create_task(self._flush_quietly(stream))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _flush_quietly(self, stream: _Stream) -> None:
        try:
            await self._flush(stream)
        except (grpc.aio.UsageError, grpc.aio.InternalError, asyncio.InvalidStateError, asyncio.CancelledError):
            logger.debug("the stream of %s ended while it was written to", stream.node)

    def _admit(self, node: Node | None, context: Any) -> Snapshot:
        """The snapshot for who asks.

        Raises:
            RefusedStream: it gets none.
        """
        if node is None or not node.id:
            raise RefusedStream(Reason.NO_NODE, "could not serve the stream: its first request has no node id")
        snapshot = self._snapshots.get(node.id)
        shown = peer_identities(context)
        if snapshot is None:
            raise RefusedStream(
                Reason.UNKNOWN_NODE, f"could not serve {node.id}: the mesh file has no proxy with this node id"
            )
        if self._settings.authenticates and snapshot.spiffe_id not in shown:
            raise RefusedStream(
                Reason.WRONG_IDENTITY,
                f"could not serve {node.id}: its certificate says {', '.join(shown) or 'no SPIFFE id'}, "
                f"not {snapshot.spiffe_id}",
            )
        return snapshot

    def _enter(self, node: str) -> _Visitor:
        limits = self._limits
        visitor = self._visitors.get(node)
        if visitor is None:
            visitor = self._visitors[node] = _Visitor(
                Bucket(limits.streams_per_node_per_second, limits.streams_per_node_burst),
                Bucket(limits.messages_per_node_per_second, limits.messages_per_node_burst),
            )
        if self._streams >= limits.streams:
            raise RefusedStream(Reason.TOO_MANY_STREAMS, f"could not serve {node}: {limits.streams} streams are open")
        if visitor.streams >= limits.streams_per_node or visitor.opened.take(self._clock.monotonic()) > 0:
            raise RefusedStream(
                Reason.TOO_MANY_STREAMS,
                f"could not serve {node}: it opens more streams than a proxy needs "
                f"({limits.streams_per_node} at once, {limits.streams_per_node_per_second:g} per second)",
            )
        visitor.streams += 1
        self._streams += 1
        return visitor

    def _leave(self, stream: _Stream, visitor: _Visitor) -> None:
        if stream.timer is not None:
            stream.timer.cancel()
        visitor.open.discard(stream)
        visitor.streams -= 1
        self._streams -= 1
        self._board.went(stream.node, self._clock.now())

    async def _refuse(self, context: Any, node: str, address: str, reason: Reason, detail: str) -> None:
        self._board.refuse(Refused(node, address, reason, detail, self._clock.now()))
        if self._board.counts.refused.total() <= REFUSALS_LOGGED:
            logger.warning("refused a proxy's stream from %s: %s", address, detail)
        await context.abort(_CODES[reason], detail)


class _Methods(grpc.GenericRpcHandler):  # type: ignore[misc]
    """The two methods of the service, as bytes in and bytes out."""

    def __init__(self, serve: Callable[..., Any]) -> None:
        async def sotw(_requests: object, context: Any) -> None:
            await serve(context, read=read_sotw, variant="sotw")

        async def delta(_requests: object, context: Any) -> None:
            await serve(context, read=read_delta, variant="delta")

        self._handlers = {
            SERVICE + "StreamAggregatedResources": grpc.stream_stream_rpc_method_handler(sotw),
            SERVICE + "DeltaAggregatedResources": grpc.stream_stream_rpc_method_handler(delta),
        }

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        return self._handlers.get(handler_call_details.method)


def peer_identities(context: Any) -> tuple[str, ...]:
    """The SPIFFE ids in the certificate of the other side, sorted; none without mutual TLS."""
    names = context.auth_context().get("x509_subject_alternative_name", ())
    return tuple(sorted(name.decode(errors="replace") for name in names if name.startswith(b"spiffe://")))


def channel_options(limits: AdsLimitSettings) -> list[tuple[str, int]]:
    """The options of the server's connections.

    Streams are taken up one after the other. As many as may be open may wait for it, and for long: gRPC's own bounds
    reset streams at random from 1,000 waiting ones on, and those that waited for 30 s, so that of the proxies that come
    back at once after a restart some would begin again at the end of the queue.
    """
    return [
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", limits.message_bytes),
        ("grpc.max_send_message_length", -1),
        ("grpc.max_concurrent_streams", 4),
        ("grpc.server.max_pending_requests", limits.streams),
        ("grpc.server.max_pending_requests_hard_limit", limits.streams),
        ("grpc.server_max_unrequested_time_in_server", WAITING_SECONDS),
        ("grpc.max_metadata_size", 16 * 1024),
        ("grpc.absolute_max_metadata_size", 16 * 1024),
        ("grpc.server_handshake_timeout_ms", 10_000),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ]
