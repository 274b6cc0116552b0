"""Clients that send one body over OTLP/gRPC or OTLP/HTTP and hear both protocols' answers in one language."""

import gzip
import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import grpc
import httpx
from google.protobuf.json_format import Parse
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from collector.schema import SCHEMAS
from meshhub.model import Signal

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

WAIT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whatever the protocol. `code` is the google.rpc.Code; `retry_after` in seconds, None for never."""

    code: int
    message: str = ""
    retry_after: float | None = None
    rejected: int = 0
    partial: bool = False


class Client(Protocol):
    """Sends one request body and hears the answer."""

    def send(
        self,
        signal: Signal,
        body: bytes,
        *,
        compression: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply: ...

    def close(self) -> None: ...


class GrpcClient:
    """A client of OTLP/gRPC."""

    def __init__(self, address: str, credentials: grpc.ChannelCredentials | None = None) -> None:
        options = [("grpc.max_send_message_length", -1), ("grpc.use_local_subchannel_pool", 1)]
        self._channel = (
            grpc.insecure_channel(address, options)
            if credentials is None
            else grpc.secure_channel(address, credentials, options)
        )

    def send(
        self, signal: Signal, body: bytes, *, compression: str = "", headers: Mapping[str, str] | None = None
    ) -> Reply:
        codings = {"": None, "gzip": grpc.Compression.Gzip, "deflate": grpc.Compression.Deflate}
        call = self._channel.unary_unary(f"/{SCHEMAS[signal].service}/Export")
        try:
            answer = call(
                body, compression=codings[compression], metadata=list((headers or {}).items()), timeout=WAIT_SECONDS
            )
        except grpc.RpcError as error:
            return self._failure(error)
        return _success(signal, SCHEMAS[signal].response.FromString(answer))

    def close(self) -> None:
        self._channel.close()

    @staticmethod
    def _failure(error: Any) -> Reply:
        details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
        status = Status.FromString(details) if details else Status(code=error.code().value[0], message=error.details())
        assert status.code == error.code().value[0]
        return Reply(status.code, status.message, delay(status))


class HttpClient:
    """A client of OTLP/HTTP in one of its encodings. Bodies are given as protobuf; `encode` turns them into JSON."""

    def __init__(self, url: str, *, verify: Any = True, encode: Callable[[Signal, bytes], bytes] | None = None) -> None:
        self._client = httpx.Client(base_url=url, verify=verify, timeout=WAIT_SECONDS)
        self._encode = encode
        self._media_type = "application/json" if encode else "application/x-protobuf"

    def send(
        self, signal: Signal, body: bytes, *, compression: str = "", headers: Mapping[str, str] | None = None
    ) -> Reply:
        content = self._encode(signal, body) if self._encode else body
        sent = {"content-type": self._media_type, **(headers or {})}
        if compression:
            sent["content-encoding"] = compression
            content = compressed(compression, content)
        response = self._client.post(SCHEMAS[signal].path, content=content, headers=sent)
        assert response.headers["content-type"] == self._media_type
        if response.status_code == httpx.codes.OK:
            return _success(signal, self._decode(SCHEMAS[signal].response(), response.content))
        status = self._decode(Status(), response.content)
        retry_after = response.headers.get("retry-after")
        assert (retry_after is not None) == (delay(status) is not None)
        assert (response.status_code in (429, 502, 503, 504)) == (retry_after is not None)
        return Reply(status.code, status.message, None if retry_after is None else float(retry_after))

    def close(self) -> None:
        self._client.close()

    def _decode(self, message: Any, content: bytes) -> Any:
        if self._media_type == "application/json":
            return Parse(content, message)
        message.ParseFromString(content)
        return message


def compressed(coding: str, data: bytes) -> bytes:
    """Data in one of HTTP's content codings."""
    if coding == "zstd":
        return zstd.compress(data)
    return gzip.compress(data, 1) if coding == "gzip" else zlib.compress(data, 1)


def _success(signal: Signal, response: Message) -> Reply:
    partial: Any = response.partial_success  # type: ignore[attr-defined]
    rejected = getattr(partial, SCHEMAS[signal].rejected_field)
    return Reply(0, partial.error_message, rejected=rejected, partial=response.HasField("partial_success"))


def delay(status: Status) -> float | None:
    """The retry delay that a status asks for, in seconds."""
    info = RetryInfo()
    for detail in status.details:
        if detail.Unpack(info):
            return float(info.retry_delay.ToTimedelta().total_seconds())
    return None
