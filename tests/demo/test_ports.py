import errno
import socket

import pytest

from meshhub.demo.ports import LOOPBACK, PortPool, listening_socket, port_of, preferred_or_free


def test_kept_ports_differ_and_nobody_else_gets_them() -> None:
    pool = PortPool()
    try:
        ports = {pool.keep() for _ in range(20)}
        assert len(ports) == 20
        for port in ports:
            with pytest.raises(OSError, match="in use") as refused:
                listening_socket(port)
            assert refused.value.errno == errno.EADDRINUSE
    finally:
        pool.close()


def test_a_listener_that_shares_ports_may_use_a_kept_one() -> None:
    pool = PortPool()
    port = pool.keep()
    try:
        with listening_socket(port, kept=True), socket.create_connection((LOOPBACK, port), timeout=5) as client:
            assert client.getpeername() == (LOOPBACK, port)
    finally:
        pool.close()


def test_a_kept_port_refuses_connections_while_nobody_serves_it() -> None:
    pool = PortPool()
    try:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((LOOPBACK, pool.keep()), timeout=5)
    finally:
        pool.close()


def test_a_released_port_can_be_taken() -> None:
    pool = PortPool()
    port = pool.keep()
    pool.release(port)
    pool.release(port)
    with listening_socket(port) as listener:
        assert port_of(listener) == port


def test_the_preferred_port_is_chosen_when_it_is_free() -> None:
    with listening_socket() as listener:
        port = port_of(listener)
    assert preferred_or_free(port) == port


def test_another_port_is_chosen_when_the_preferred_one_is_taken() -> None:
    with listening_socket() as listener:
        chosen = preferred_or_free(port_of(listener))
        assert chosen != port_of(listener)
    with listening_socket(chosen) as free:
        assert port_of(free) == chosen
