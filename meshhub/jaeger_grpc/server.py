"""Serves Jaeger's query services and Tempo's search. Calls block on the store, so they run on threads of their own."""

from concurrent.futures import ThreadPoolExecutor

import grpc

from meshhub.address import joined_address, split_address
from meshhub.errors import MeshhubError
from meshhub.jaeger_grpc import api_v2, api_v3, tempo
from meshhub.jaeger_grpc.authentication import Lets, TokenInterceptor
from meshhub.jaeger_grpc.methods import handler_of
from meshhub.jaeger_grpc.reads import CompatReads
from meshhub.jaeger_grpc.settings import JaegerGrpcSettings, JaegerTlsSettings

STOP_SECONDS = 2.0
WAITING_CALLS = 64
"""Calls beyond those under way; more are refused with RESOURCE_EXHAUSTED."""
MAX_REQUEST_BYTES = 256 * 1024

_OPTIONS = [
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", MAX_REQUEST_BYTES),
    ("grpc.max_concurrent_streams", 100),
    ("grpc.max_metadata_size", 16 * 1024),
    ("grpc.absolute_max_metadata_size", 16 * 1024),
    ("grpc.server_handshake_timeout_ms", 10_000),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
]


class JaegerGrpcServer:
    """One server at one address. `port` is the port that was bound, 0 before the start and if it is turned off."""

    def __init__(self, settings: JaegerGrpcSettings, reads: CompatReads, lets: Lets | None = None) -> None:
        """Without `lets`, whoever reaches the address may ask."""
        self._interceptors = () if lets is None else (TokenInterceptor(lets),)
        self._settings = settings
        self._reads = reads
        self._server: grpc.Server | None = None
        self.port = 0

    @property
    def ports(self) -> dict[str, int]:
        """The bound port by name, if it listens."""
        return {"jaeger_grpc": self.port} if self.port else {}

    def start(self) -> None:
        """Listen, unless the address is null.

        Raises:
            MeshhubError: the address cannot be bound, or the certificates cannot be used.
        """
        address, tls, threads = self._settings.address, self._settings.tls, self._settings.threads
        if address is None:
            return
        calls = ThreadPoolExecutor(threads, "jaeger-grpc")
        server = grpc.server(
            calls, interceptors=self._interceptors, options=_OPTIONS, maximum_concurrent_rpcs=threads + WAITING_CALLS
        )
        server.add_generic_rpc_handlers(
            (
                handler_of(api_v2.SERVICE, api_v2.QueryServiceV2(self._reads).methods()),
                handler_of(api_v3.SERVICE, api_v3.QueryServiceV3(self._reads).methods()),
                handler_of(tempo.SERVICE, tempo.StreamingQuerier(self._reads).methods()),
            )
        )
        target = joined_address(*split_address(address))
        try:
            if tls is None:
                self.port = server.add_insecure_port(target)
            else:
                self.port = server.add_secure_port(target, _credentials(tls))
        except (RuntimeError, OSError) as error:
            server.stop(None)
            raise MeshhubError(
                f"could not listen on {address} (jaeger_grpc.address): {error}. "
                "Stop what uses it, set another address, or turn it off with null."
            ) from error
        server.start()
        self._server = server

    def stop(self) -> None:
        """Take no new calls, and give those under way a moment. Safe to repeat, and before the start."""
        if self._server is not None:
            self._server.stop(STOP_SECONDS).wait()


def _credentials(tls: JaegerTlsSettings) -> grpc.ServerCredentials:
    key, chain = tls.key_file.read_bytes(), tls.cert_file.read_bytes()
    authority = tls.client_ca_file.read_bytes() if tls.client_ca_file else None
    return grpc.ssl_server_credentials([(key, chain)], authority, require_client_auth=authority is not None)
