"""OTLP/gRPC: the three Export methods on grpc.aio, as bytes in and bytes out; Envoy's streams share the port."""

from functools import partial
from typing import Any

import grpc

from collector.intake import Intake
from collector.receivers.answers import export_response
from collector.receivers.envoy_streams import EnvoyStreams
from collector.receivers.grpc_calls import TRANSPORT, authorization, refuse
from collector.refusal import Refused
from collector.schema import SCHEMAS, SignalSchema
from collector.settings import LimitSettings, TlsSettings
from meshhub.address import joined_address, split_address
from meshhub.errors import MeshhubError

_FULL_SUCCESS = b""
_AGE_GRACE_MS = 30_000


class OtlpGrpcReceiver:
    """Serves OTLP/gRPC on one address."""

    def __init__(self, address: str, tls: TlsSettings | None, limits: LimitSettings, intake: Intake) -> None:
        self._address = address
        self._tls = tls
        self._limits = limits
        self._intake = intake
        self._streams = EnvoyStreams(intake, limits)
        self._server: grpc.aio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen; `port` is the port that was bound.

        Raises:
            MeshhubError: the address cannot be bound, or the certificates cannot be used.
        """
        server = grpc.aio.server(options=channel_options(self._limits))
        server.add_generic_rpc_handlers((_Methods(self._intake), self._streams))
        target = joined_address(*split_address(self._address))
        try:
            if self._tls is None:
                self.port = server.add_insecure_port(target)
            else:
                self.port = server.add_secure_port(target, _credentials(self._tls))
        except (RuntimeError, OSError) as error:
            await server.stop(None)
            raise MeshhubError(f"could not listen for OTLP/gRPC on {self._address}: {error}") from error
        await server.start()
        self._server = server

    async def stop(self, grace_seconds: float) -> None:
        """Take no new requests, and give those under way this long to be answered."""
        if self._server is not None:
            self._streams.end()
            await self._server.stop(grace_seconds)


class _Methods(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Finds the handler of a call, and decides before its message is read whether the message will be."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._schemas = {f"/{schema.service}/Export": schema for schema in SCHEMAS.values()}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        schema = self._schemas.get(handler_call_details.method)
        if schema is None:
            return None
        try:
            tenant = self._intake.admit(authorization(handler_call_details))
        except Refused as refused:
            self._intake.count_refusal(schema.signal, refused.reason, TRANSPORT)
            # a handler of a request stream runs before anything of the stream is read
            return grpc.stream_unary_rpc_method_handler(partial(refuse, refused=refused))
        return grpc.unary_unary_rpc_method_handler(partial(self._export, schema=schema, tenant=tenant))

    async def _export(self, body: bytes, context: Any, *, schema: SignalSchema, tenant: str) -> bytes:
        try:
            checked = await self._intake.receive(schema.signal, body, tenant, TRANSPORT)
        except Refused as error:
            refused = error
        else:
            return export_response(schema, checked).SerializeToString() if checked.message else _FULL_SUCCESS
        self._intake.count_refusal(schema.signal, refused.reason, TRANSPORT)
        await refuse(None, context, refused=refused)
        return _FULL_SUCCESS  # not reached: the refusal ends the call


def _credentials(tls: TlsSettings) -> grpc.ServerCredentials:
    key, chain = tls.key_file.read_bytes(), tls.cert_file.read_bytes()
    authority = tls.client_ca_file.read_bytes() if tls.client_ca_file else None
    return grpc.ssl_server_credentials([(key, chain)], authority, require_client_auth=authority is not None)


def channel_options(limits: LimitSettings) -> list[tuple[str, int]]:
    """The options of the server's connections.

    After a restart all proxies open their streams at once; as many as may be open may wait to be taken up, where gRPC
    would reset them at random from 1,000 waiting ones on.
    """
    return [
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", int(limits.request_bytes)),
        ("grpc.max_concurrent_streams", limits.concurrent_streams),
        ("grpc.server.max_pending_requests", limits.streams),
        ("grpc.server.max_pending_requests_hard_limit", limits.streams),
        ("grpc.http.overload_protection", 0),  # it counts streams that are just ending and refuses honest clients
        ("grpc.max_connection_age_ms", round(limits.connection_age_seconds * 1000)),
        ("grpc.max_connection_age_grace_ms", _AGE_GRACE_MS),
        ("grpc.max_metadata_size", int(limits.header_bytes)),
        ("grpc.absolute_max_metadata_size", int(limits.header_bytes)),
        ("grpc.server_handshake_timeout_ms", round(limits.header_seconds * 1000)),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        ("grpc.http2.max_ping_strikes", 2),
        ("grpc.experimental.tcp_read_chunk_size", 256 * 1024),
    ]
