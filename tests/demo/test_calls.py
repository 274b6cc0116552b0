import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from meshhub.demo.calls import Answer, Caller
from meshhub.demo.ports import PortPool, listening_socket, port_of

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def against(handler: Handler, scenario: Callable[[Caller], Awaitable[Answer]]) -> Answer:
    """Run a scenario with a caller of a server that has this handler."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await handler(reader, writer)
            await reader.read()
        writer.close()
        await writer.wait_closed()
        served.set()

    served = asyncio.Event()

    async def run() -> Answer:
        listener = listening_socket()
        async with asyncio.timeout(10), await asyncio.start_server(serve, sock=listener):
            caller = Caller(port_of(listener))
            try:
                return await scenario(caller)
            finally:
                caller.close()
                await served.wait()

    return asyncio.run(run())


async def get(caller: Caller) -> Answer:
    return await caller.call("GET", "reviews", "/reviews/1", {"x-request-id": "abc"}, seconds=5)


def test_a_request_says_whom_it_is_for_and_carries_its_headers() -> None:
    seen: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(2))
        writer.write(b"HTTP/1.1 201 Created\r\nX-Kind: a\r\ncontent-length: 2\r\n\r\nok")

    async def post(caller: Caller) -> Answer:
        return await caller.call("POST", "cart", "/cart/7", {"x-request-id": "abc"}, body=b"{}")

    assert against(handler, post) == Answer(201, {"x-kind": "a", "content-length": "2"}, b"ok")
    assert seen == [b"POST /cart/7 HTTP/1.1\r\nhost: cart\r\ncontent-length: 2\r\nx-request-id: abc\r\n\r\n{}"]


def test_a_chunked_body_is_read_whole() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n")
        await writer.drain()
        writer.write(b"1\r\nc\r\n0\r\n\r\n")

    assert against(handler, get).body == b"abc"


def test_a_connection_is_used_again() -> None:
    connections: list[int] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    async def thrice(caller: Caller) -> Answer:
        await get(caller)
        await get(caller)
        return await get(caller)

    assert against(handler, thrice).status == 200
    assert len(connections) == 1


def test_a_connection_that_the_server_ends_is_not_used_again() -> None:
    connections: list[int] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    async def twice(caller: Caller) -> Answer:
        await get(caller)
        return await get(caller)

    assert against(handler, twice).status == 200
    assert len(connections) == 2


def test_a_slow_answer_times_out() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def impatient(caller: Caller) -> Answer:
        return await caller.call("GET", "reviews", "/", {}, seconds=0.05)

    with pytest.raises(TimeoutError):
        against(handler, impatient)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab", b"garbage\r\n\r\n"])
def test_an_answer_that_is_broken_off_or_no_http_is_an_error(start: bytes) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(start)
        writer.close()

    with pytest.raises(ConnectionError, match="could not read the response"):
        against(handler, get)


def test_nobody_listening_is_an_error() -> None:
    pool = PortPool()
    try:
        with pytest.raises(ConnectionRefusedError):
            asyncio.run(get(Caller(pool.keep())))
    finally:
        pool.close()
