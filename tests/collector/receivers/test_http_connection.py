"""The HTTP server byte by byte: what clients do that is slow, wrong, large, early or late."""

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from google.rpc.status_pb2 import Status
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from meshhub.testing.collecting import MemorySink, RunningCollector, running

LIMITS = {
    "header_bytes": 2048,
    "header_seconds": 0.3,
    "body_seconds": 0.4,
    "idle_seconds": 0.5,
}


def request_body(name: str = "span") -> bytes:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(name=name)
    return request.SerializeToString()


BODY = request_body()
PROTOBUF = "content-type: application/x-protobuf\r\n"


def head(
    *, path: str = "/v1/traces", method: str = "POST", headers: str = PROTOBUF, length: int | None = None
) -> bytes:
    announced = "" if length is None else f"content-length: {length}\r\n"
    return f"{method} {path} HTTP/1.1\r\nhost: hub\r\n{headers}{announced}\r\n".encode()


def post(body: bytes = BODY, **parts: Any) -> bytes:
    return head(length=len(body), **parts) + body


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return head(headers=f"{PROTOBUF}transfer-encoding: chunked\r\n") + chunks + end


class Wire:
    """A client that says exactly what it is told to."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=10)
        self._received = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next answer: status, headers, body."""
        while b"\r\n\r\n" not in self._received:
            self._more()
        top, _, self._received = self._received.partition(b"\r\n\r\n")
        status, *lines = top.decode().split("\r\n")
        headers = {name: value for name, _, value in (line.partition(": ") for line in lines)}
        length = int(headers.get("content-length", 0))
        while len(self._received) < length:
            self._more()
        body, self._received = self._received[:length], self._received[length:]
        return int(status.split()[1]), headers, body

    def status(self) -> int:
        return self.answer()[0]

    def is_closed(self) -> bool:
        """Whether the server ends the connection; waits for it."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self.socket.close()

    def _more(self) -> None:
        data = self.socket.recv(65536)
        assert data, f"the connection ended after {self._received!r}"
        self._received += data


@pytest.fixture(scope="module")
def sink() -> MemorySink:
    return MemorySink()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, sink: MemorySink) -> Iterator[RunningCollector]:
    with running(tmp_path_factory.mktemp("http"), sink, limits=LIMITS) as hub:
        yield hub


@pytest.fixture
def wire(hub: RunningCollector) -> Iterator[Wire]:
    with connected(hub) as wire:
        yield wire


@contextmanager
def connected(hub: RunningCollector) -> Iterator[Wire]:
    with closing(Wire(hub.http_address)) as wire:
        yield wire


def still_serves(hub: RunningCollector) -> bool:
    with connected(hub) as other:
        other.send(post())
        return other.status() == 200


def test_a_connection_serves_many_requests(wire: Wire) -> None:
    for _ in range(5):
        wire.send(post())
        assert wire.status() == 200


def test_an_answer_has_a_date_a_type_and_a_length(wire: Wire) -> None:
    wire.send(post())
    _, headers, _ = wire.answer()
    assert set(headers) == {"date", "content-type", "content-length"}


def test_requests_sent_ahead_are_answered_in_their_order(wire: Wire) -> None:
    wire.send(post() + post(b"\xff") + post(path="/nowhere") + post() + post(method="GET") + post())
    assert [wire.status() for _ in range(6)] == [200, 400, 404, 200, 405, 200]


def test_many_requests_sent_ahead_are_all_answered(wire: Wire) -> None:
    sender = threading.Thread(target=wire.send, args=(post() * 3000,))
    sender.start()
    assert {wire.status() for _ in range(3000)} == {200}
    sender.join(10)


def test_a_body_in_chunks_needs_no_length(wire: Wire) -> None:
    wire.send(chunked(BODY[:5], BODY[5:]))
    assert wire.status() == 200


def test_a_body_in_chunks_of_one_byte_is_fine(wire: Wire) -> None:
    wire.send(chunked(*(BODY[index : index + 1] for index in range(len(BODY)))))
    assert wire.status() == 200


def test_a_request_may_come_byte_by_byte(wire: Wire) -> None:
    for byte in post():
        wire.send(bytes([byte]))
    assert wire.status() == 200


def test_trailers_are_ignored(wire: Wire) -> None:
    wire.send(chunked(BODY, end=b"0\r\nauthorization: Bearer x\r\n\r\n") + post())
    assert [wire.status(), wire.status()] == [200, 200]


def test_trailers_without_end_are_cut_off(wire: Wire, hub: RunningCollector) -> None:
    wire.send(chunked(BODY, end=b"0\r\n"))
    while not select.select([wire.socket], [], [], 0.005)[0]:
        wire.send(b"x-trailer: " + b"y" * 20_000 + b"\r\n")
    assert wire.status() == 400
    assert still_serves(hub)


def test_a_client_that_waits_to_be_told_so_is_told_to_continue(wire: Wire) -> None:
    wire.send(head(headers=f"{PROTOBUF}expect: 100-continue\r\n", length=len(BODY)))
    assert wire.answer() == (100, {}, b"")
    wire.send(BODY)
    assert wire.status() == 200


def test_a_client_that_waits_is_refused_before_it_sends(wire: Wire) -> None:
    wire.send(head(path="/v2/traces", headers=f"{PROTOBUF}expect: 100-continue\r\n", length=len(BODY)))
    assert wire.status() == 404
    wire.send(BODY + post())
    assert wire.status() == 200


def test_http_1_0_is_served_and_closed(wire: Wire) -> None:
    wire.send(post().replace(b"HTTP/1.1", b"HTTP/1.0"))
    status, headers, _ = wire.answer()
    assert (status, headers["connection"]) == (200, "close")
    assert wire.is_closed()


def test_a_client_that_asks_for_it_is_closed(wire: Wire) -> None:
    wire.send(post(headers=f"{PROTOBUF}connection: close\r\n"))
    assert wire.status() == 200
    assert wire.is_closed()


def test_a_client_that_has_closed_its_side_gets_its_answer(wire: Wire) -> None:
    wire.send(post())
    wire.socket.shutdown(socket.SHUT_WR)
    assert wire.status() == 200
    assert wire.is_closed()


def test_targets_with_a_host_or_a_query_are_understood(wire: Wire) -> None:
    for path in ("http://hub:4318/v1/traces", "/v1/traces?x=1"):
        wire.send(post(path=path))
        assert wire.status() == 200


@pytest.mark.parametrize("path", ["/", "/v1/traces/", "/V1/traces", "/v1/%74races", "//v1/traces", "*", "/v1/profiles"])
def test_other_paths_are_not_found(wire: Wire, path: str) -> None:
    wire.send(post(path=path))
    assert wire.status() == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_not_allowed(wire: Wire, method: str) -> None:
    wire.send(post(method=method))
    status, headers, _ = wire.answer()
    assert (status, headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "headers",
    ["", "content-type: text/plain\r\n", "content-type: application/grpc\r\n", f"{PROTOBUF}content-encoding: br\r\n"],
)
def test_other_types_and_codings_are_not_supported_and_keep_the_connection(wire: Wire, headers: str) -> None:
    wire.send(post(headers=headers) + post())
    assert [wire.status(), wire.status()] == [415, 200]


def test_types_may_have_parameters_and_any_case(wire: Wire) -> None:
    wire.send(post(b"{}", headers="Content-Type: Application/JSON; charset=utf-8\r\ncontent-encoding: identity\r\n"))
    assert wire.answer()[2] == b"{}"


def test_a_refusal_has_a_status_in_the_encoding_of_the_request(wire: Wire) -> None:
    wire.send(post(b"\xff") + post(b"\xff", headers="content-type: application/json\r\n"))
    _, headers, body = wire.answer()
    assert headers["content-type"] == "application/x-protobuf"
    assert Status.FromString(body).code == 3
    _, headers, body = wire.answer()
    assert headers["content-type"] == "application/json"
    assert body.startswith(b'{"code": 3, "message": "could not decode the request: ')


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"hello\r\n\r\n",
        b"\x00" * 100,
        head(headers="content-length: -1\r\n"),
        head(headers="content-length: 5\r\ncontent-length: 6\r\n"),
        head(headers="content-length: 5\r\ntransfer-encoding: chunked\r\n"),
        head(headers=f"{PROTOBUF}transfer-encoding: chunked\r\n") + b"xyz\r\n",
        head(headers="bad header\r\n"),
        b"CONNECT hub:4318 HTTP/1.1\r\nhost: hub\r\n\r\n",
        head(headers="connection: upgrade\r\nupgrade: websocket\r\n"),
    ],
)
def test_what_is_not_http_is_answered_and_closed(wire: Wire, garbage: bytes, hub: RunningCollector) -> None:
    wire.send(garbage)
    status, headers, body = wire.answer()
    assert (status // 100, headers["connection"]) == (4, "close")
    assert body.startswith(b'{"code": ')
    assert wire.is_closed()
    assert still_serves(hub)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=300))
def test_any_bytes_are_survived(hub: RunningCollector, data: bytes) -> None:
    with connected(hub) as wire:
        wire.send(data)
        wire.socket.shutdown(socket.SHUT_WR)
        while wire.socket.recv(65536):
            pass


@pytest.mark.parametrize(
    "large",
    [
        head(path="/" + "x" * 3000),
        head(headers=f"{PROTOBUF}x-large: {'y' * 3000}\r\n"),
        head(headers=PROTOBUF + "".join(f"x-{n}: y\r\n" for n in range(500))),
    ],
    ids=["target", "header", "many headers"],
)
def test_a_head_over_the_limit_is_refused(wire: Wire, large: bytes) -> None:
    wire.send(large)
    assert wire.status() == 431
    assert wire.is_closed()


def test_a_head_without_end_is_cut_off_at_the_limit(wire: Wire, hub: RunningCollector) -> None:
    wire.send(b"POST /v1/traces HTTP/1.1\r\nx-large: " + b"y" * 2500)
    time.sleep(0.05)
    wire.send(b"y" * 2500)
    assert wire.status() == 431
    assert still_serves(hub)


def test_a_large_body_is_refused_by_its_announced_length(wire: Wire) -> None:
    wire.send(head(length=10**12))
    status, headers, _ = wire.answer()
    assert (status, headers["connection"]) == (413, "close")


@pytest.mark.parametrize(
    "beginning",
    [b"", b"POST /v1/tr", head()[:-2], head(length=100) + b"only this", chunked(b"piece", end=b"")],
    ids=["nothing", "half a line", "half a head", "half a body", "half the chunks"],
)
def test_a_client_that_hangs_is_let_go(wire: Wire, hub: RunningCollector, beginning: bytes) -> None:
    started = time.monotonic()
    wire.send(beginning)
    if beginning:
        assert wire.status() == 408
    assert wire.is_closed()
    assert 0.2 < time.monotonic() - started < 5
    assert hub.collector.statistics().in_flight_bytes == 0


def test_a_client_that_drips_is_let_go(wire: Wire) -> None:
    wire.send(head(length=10_000))
    started = time.monotonic()
    while not select.select([wire.socket], [], [], 0.02)[0]:
        wire.send(b"x")
    assert wire.status() == 408
    assert 0.2 < time.monotonic() - started < 5


def test_an_idle_connection_is_closed(wire: Wire) -> None:
    wire.send(post())
    assert wire.status() == 200
    assert wire.is_closed()


@pytest.mark.parametrize("beginning", [head()[:-2], head(length=100) + b"only this", post()[:-1]])
def test_a_client_that_drops_in_the_middle_leaves_nothing(hub: RunningCollector, beginning: bytes) -> None:
    accepted = hub.collector._instruments.accepted.total()
    for _ in range(20):
        with connected(hub) as wire:
            wire.send(beginning)
    assert still_serves(hub)
    assert hub.collector._instruments.accepted.total() == accepted + 1
    _wait_until(lambda: hub.collector.statistics().in_flight_bytes == 0)


def test_a_client_that_does_not_wait_for_its_answer_harms_nobody(hub: RunningCollector) -> None:
    for _ in range(20):
        with connected(hub) as wire:
            wire.send(post() * 50)
    assert still_serves(hub)
    _wait_until(lambda: hub.collector.statistics().in_flight_bytes == 0)


def test_a_client_that_does_not_read_is_let_go(hub: RunningCollector) -> None:
    with connected(hub) as wire, pytest.raises(OSError, match=r"reset|Broken pipe"):
        wire.send(post(path="/nowhere") * 200_000)
    assert still_serves(hub)


def test_connections_over_the_limit_are_turned_away(tmp_path: Path) -> None:
    with running(tmp_path, limits={"connections": 2}) as hub:
        with connected(hub) as one, connected(hub) as two:
            for wire in (one, two):
                wire.send(post())
                assert wire.status() == 200
            with connected(hub) as surplus:
                assert surplus.is_closed()
        _wait_until(lambda: not len(_receiver(hub)._connections))
        assert still_serves(hub)


def test_an_old_connection_is_closed_after_an_answer(tmp_path: Path) -> None:
    with running(tmp_path, limits={"connection_age_seconds": 0.1}) as hub, connected(hub) as wire:
        wire.send(post())
        assert wire.status() == 200
        time.sleep(0.1)
        wire.send(post())
        _, headers, _ = wire.answer()
        assert headers["connection"] == "close"
        assert wire.is_closed()


def test_what_is_refused_early_may_be_sent_to_its_end(wire: Wire) -> None:
    body = bytes(500_000)
    wire.send(post(body, path="/nowhere") + post())
    assert [wire.status(), wire.status()] == [404, 200]


def test_stopping_answers_what_is_under_way_and_closes_what_is_idle(tmp_path: Path) -> None:
    with running(tmp_path) as hub, connected(hub) as idle, connected(hub) as busy:
        idle.send(post())
        assert idle.status() == 200
        busy.send(post()[:-3])
        _wait_until(lambda: hub.collector.statistics().in_flight_bytes > 0)
        stopping = threading.Thread(target=hub.stop)
        stopping.start()
        assert idle.is_closed()
        busy.send(post()[-3:])
        status, headers, _ = busy.answer()
        stopping.join(10)

    assert (status, headers["connection"]) == (200, "close")


def _receiver(hub: RunningCollector) -> Any:
    return hub.collector._receivers["otlp_http"]


def _wait_until(condition: Any) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not get there in time")
