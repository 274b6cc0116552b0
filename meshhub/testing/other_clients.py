"""Clients of the ways in beside OTLP: Envoy's streams and Zipkin, with answers in the language of `otlp_clients`."""

from collections.abc import Iterable, Mapping
from typing import Any

import grpc
import httpx
from google.protobuf.json_format import Parse
from google.rpc.status_pb2 import Status

from collector.receivers.envoy_streams import STREAMS
from meshhub.model import Signal
from meshhub.testing.otlp_clients import WAIT_SECONDS, Reply, compressed, delay

METHODS = {signal: method for method, signal in STREAMS.items()}


class StreamClient:
    """Sends messages on a stream of Envoy's and ends it."""

    def __init__(self, address: str) -> None:
        options = [("grpc.max_send_message_length", -1), ("grpc.use_local_subchannel_pool", 1)]
        self._channel = grpc.insecure_channel(address, options)

    def send(self, signal: Signal, body: bytes, *, headers: Mapping[str, str] | None = None) -> Reply:
        return self.stream(signal, [body], headers=headers)

    def stream(self, signal: Signal, bodies: Iterable[bytes], *, headers: Mapping[str, str] | None = None) -> Reply:
        """Send these messages on one stream."""
        call = self._channel.stream_unary(METHODS[signal])
        try:
            call(iter(bodies), metadata=list((headers or {}).items()), timeout=WAIT_SECONDS)
        except grpc.RpcError as error:
            return _failure(error)
        return Reply(0)

    def close(self) -> None:
        self._channel.close()


class ZipkinClient:
    """Posts lists of spans."""

    def __init__(self, url: str, media_type: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=WAIT_SECONDS)
        self._media_type = media_type

    def send(
        self, _signal: Signal, body: bytes, *, compression: str = "", headers: Mapping[str, str] | None = None
    ) -> Reply:
        sent = {"content-type": self._media_type, **(headers or {})}
        if compression:
            sent["content-encoding"] = compression
            body = compressed(compression, body)
        response = self._client.post("/api/v2/spans", content=body, headers=sent)
        if response.status_code == httpx.codes.ACCEPTED:
            return Reply(0, response.text)
        content_type = response.headers["content-type"]
        status = Status.FromString(response.content) if "protobuf" in content_type else Parse(response.text, Status())
        assert (response.status_code in (429, 503)) == (delay(status) is not None)
        return Reply(status.code, status.message, delay(status))

    def close(self) -> None:
        self._client.close()


def _failure(error: Any) -> Reply:
    details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
    status = Status.FromString(details) if details else Status(code=error.code().value[0], message=error.details())
    return Reply(status.code, status.message, delay(status))
