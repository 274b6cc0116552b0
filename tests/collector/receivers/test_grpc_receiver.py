"""What is particular to OTLP/gRPC: unknown methods, refusals before the message, metadata, streams, broken clients."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import code_pb2
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.receivers.otlp_grpc import channel_options
from collector.schema import SCHEMAS
from collector.settings import LimitSettings
from meshhub.errors import MeshhubError
from meshhub.model import Signal
from meshhub.testing.collecting import MemorySink, RunningCollector, running
from meshhub.testing.otlp_clients import GrpcClient, Reply

EXPORT = f"/{SCHEMAS[Signal.TRACES].service}/Export"
TOKENS = {"tokens": [{"token": "secret"}]}


def body(size: int = 0) -> bytes:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(name="x" * size)
    return request.SerializeToString()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningCollector]:
    with running(tmp_path, limits={"header_bytes": 2048, "concurrent_streams": 4}) as hub:
        yield hub


@pytest.fixture
def channel(hub: RunningCollector) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(hub.grpc_address) as channel:
        yield channel


def failure(call: Any, *arguments: Any, **how: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.RpcError) as error:
        call(*arguments, timeout=20, **how)
    code: grpc.StatusCode = error.value.code()
    return code


@pytest.mark.parametrize(
    "method", ["/opentelemetry.proto.collector.profiles.v1.ProfilesService/Export", f"{EXPORT}All", "/Export"]
)
def test_other_methods_are_not_implemented(channel: grpc.Channel, method: str) -> None:
    assert failure(channel.unary_unary(method), body()) is grpc.StatusCode.UNIMPLEMENTED


def test_a_client_without_a_token_is_refused_before_its_message_is_read(tmp_path: Path) -> None:
    sent = threading.Event()

    def messages() -> Iterator[bytes]:
        sent.wait(20)
        yield body()

    with running(tmp_path, auth=TOKENS) as hub, grpc.insecure_channel(hub.grpc_address) as channel:
        code = failure(channel.stream_unary(EXPORT), messages())  # the message is not even sent
        sent.set()

    assert code is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("signal", SCHEMAS)
def test_every_signal_asks_for_the_token(tmp_path: Path, signal: Signal) -> None:
    with running(tmp_path, auth=TOKENS) as hub:
        client = GrpcClient(hub.grpc_address)
        assert client.send(signal, b"").code == code_pb2.UNAUTHENTICATED
        assert client.send(signal, b"", headers={"authorization": "bearer secret"}) == Reply(0)
        client.close()


def test_metadata_over_the_limit_is_refused(channel: grpc.Channel) -> None:
    metadata = (("x-large", "y" * 5000),)
    assert failure(channel.unary_unary(EXPORT), body(), metadata=metadata) is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_more_requests_than_streams_wait_for_their_turn(channel: grpc.Channel) -> None:
    channel.unary_unary(EXPORT)(body(), timeout=20)  # from here on the client knows the limit
    calls = [channel.unary_unary(EXPORT).future(body(), timeout=20) for _ in range(40)]
    assert [call.result() for call in calls] == [b""] * 40


def test_a_client_that_gives_up_harms_nobody(hub: RunningCollector, channel: grpc.Channel) -> None:
    for _ in range(50):
        channel.unary_unary(EXPORT).future(body(100_000)).cancel()
    assert channel.unary_unary(EXPORT)(body(), timeout=20) == b""
    _wait_until(lambda: hub.collector.statistics().in_flight_bytes == 0)


@pytest.mark.parametrize(
    "garbage",
    [b"", b"GET / HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(200), bytes(1000), b"\xff" * 1000],
)
def test_a_client_that_speaks_something_else_harms_nobody(
    hub: RunningCollector, channel: grpc.Channel, garbage: bytes
) -> None:
    host, _, port = hub.grpc_address.partition(":")
    for _ in range(10):
        with socket.create_connection((host, int(port)), timeout=10) as wire:
            wire.sendall(garbage)
    assert channel.unary_unary(EXPORT)(body(), timeout=20) == b""


def test_a_corrupt_compressed_message_is_refused_for_good(hub: RunningCollector) -> None:
    """By hand: grpcio's own client cannot be made to send one."""
    host, _, port = hub.grpc_address.partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(_http2_call(b"not gzip at all"))
        received = b""
        while b"grpc-status" not in received and len(received) < 10_000:
            data = wire.recv(4096)
            if not data:
                break
            received += data
    client = GrpcClient(hub.grpc_address)
    assert client.send(Signal.TRACES, body()) == Reply(0)
    client.close()
    assert hub.collector.statistics().signals[Signal.TRACES].accepted == 1


def _http2_call(message: bytes) -> bytes:
    """An HTTP/2 connection with one unary call whose message claims to be gzip (RFC 9113, RFC 7541 without Huffman)."""

    def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
        return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload

    def header(name: str, value: str) -> bytes:
        return b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()

    headers = {
        ":method": "POST",
        ":scheme": "http",
        ":path": EXPORT,
        ":authority": "hub",
        "content-type": "application/grpc",
        "te": "trailers",
        "grpc-encoding": "gzip",
    }
    block = b"".join(header(*pair) for pair in headers.items())
    data = b"\x01" + len(message).to_bytes(4, "big") + message
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"")
    return preface + frame(1, 0x4, 1, block) + frame(0, 0x1, 1, data)


def test_stopping_answers_what_is_under_way(tmp_path: Path) -> None:
    sink = MemorySink()
    with running(tmp_path, sink) as hub, grpc.insecure_channel(hub.grpc_address) as channel:
        call = channel.unary_unary(EXPORT)
        answers: list[bytes] = []
        codes: list[grpc.StatusCode] = []

        def send() -> None:
            try:
                while True:
                    answers.append(call(body(), timeout=20))
            except grpc.RpcError as error:
                codes.append(error.code())

        sender = threading.Thread(target=send)
        sender.start()
        _wait_until(lambda: len(answers) > 20)
        hub.stop()
        sender.join(20)

    assert codes in ([grpc.StatusCode.UNAVAILABLE], [grpc.StatusCode.CANCELLED])
    assert len(answers) <= len(sink.messages) <= len(answers) + 1


def test_an_address_that_is_taken_is_a_clear_error(hub: RunningCollector, tmp_path: Path) -> None:
    taken = {"otlp_grpc": hub.grpc_address, "otlp_http": None}
    with pytest.raises(MeshhubError, match=f"could not listen for OTLP/gRPC on {hub.grpc_address}"):
        running(tmp_path / "other", endpoints=taken).__enter__()


def _wait_until(condition: Any) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not get there in time")


def test_streams_wait_to_be_taken_up_as_long_as_there_may_be_streams() -> None:
    """gRPC resets them at random from 1,000 waiting ones on otherwise: all proxies come at once after a restart."""
    options = dict(channel_options(LimitSettings(streams=7_000)))
    assert options["grpc.server.max_pending_requests"] == 7_000
    assert options["grpc.server.max_pending_requests_hard_limit"] == 7_000
