import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Thread

import httpx
import pytest

from meshhub.demo.control import ControlClient, control_app
from meshhub.demo.faults import Fault, FaultBoard, FaultKind, FaultSwitch
from meshhub.demo.ports import PortPool, listening_socket, port_of
from meshhub.demo.serving import LoopbackServer
from meshhub.demo.workdir import DemoState
from meshhub.errors import MeshhubError, NotFound
from meshhub.secret import Secret

SLOW_CART = Fault(FaultKind.LATENCY, "cart")


class NoInstances:
    async def kill(self, service: str) -> None:
        raise AssertionError(service)

    revive = kill

    async def throttle(self, service: str) -> None: ...

    async def release(self, service: str) -> None: ...


@pytest.fixture
def state() -> Iterator[DemoState]:
    """A control port that is served in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    listener = listening_socket()
    app = control_app(FaultSwitch(FaultBoard(), NoInstances()), Secret("right"))

    async def start() -> LoopbackServer:
        server = LoopbackServer({listener: app})
        server.start()
        return server

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    yield DemoState(
        os.getpid(), 0.0, f"http://127.0.0.1:{port_of(listener)}", "right", "http://127.0.0.1:1", "http://127.0.0.1:2"
    )
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def test_faults_are_switched_listed_and_cleared_from_outside(state: DemoState) -> None:
    client = ControlClient(state)
    assert client.faults() == []
    assert client.switch(SLOW_CART, on=True) == [SLOW_CART]
    errors = Fault(FaultKind.ERRORS, "ratings")
    assert client.switch(errors, on=True) == [errors, SLOW_CART]
    assert client.switch(SLOW_CART, on=False) == [errors]
    assert client.faults() == [errors]
    assert client.clear() == []


def test_a_service_that_the_shop_lacks_is_named(state: DemoState) -> None:
    with pytest.raises(NotFound, match="could not switch latency at nobody: it must be one of bank"):
        ControlClient(state).switch(Fault(FaultKind.LATENCY, "nobody"), on=True)


def test_an_unknown_fault_is_refused(state: DemoState) -> None:
    answer = httpx.put(f"{state.control_url}/faults/gremlins/cart", headers={"authorization": "Bearer right"})
    assert (answer.status_code, answer.json()) == (404, {"error": "could not switch gremlins: no such fault"})


@pytest.mark.parametrize("authorization", [{}, {"authorization": "Bearer wrong"}, {"authorization": "right"}])
def test_without_the_token_nothing_is_told_or_done(state: DemoState, authorization: dict[str, str]) -> None:
    for method, path in (("GET", "/faults"), ("DELETE", "/faults"), ("PUT", "/faults/latency/cart")):
        assert httpx.request(method, f"{state.control_url}{path}", headers=authorization).status_code == 401
    assert ControlClient(state).faults() == []


def refuses(call: Callable[[], object]) -> str:
    with pytest.raises(MeshhubError) as refused:
        call()
    return str(refused.value)


def test_a_wrong_token_and_a_demo_that_is_gone_are_clear_errors(state: DemoState) -> None:
    assert refuses(ControlClient(replace(state, token="wrong")).faults) == "could not do this: the token is wrong"
    pool = PortPool()
    gone = replace(state, control_url=f"http://127.0.0.1:{pool.keep()}")
    assert "could not reach the demo" in refuses(ControlClient(gone).faults)
    pool.close()
