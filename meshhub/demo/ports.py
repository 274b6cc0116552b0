"""Ports of the loopback interface for processes that start later."""

import errno
import socket

LOOPBACK = "127.0.0.1"


class PortPool:
    """Free ports, each kept by a bound socket until it is released.

    The sockets do not listen and have SO_REUSEPORT: a process of the same user whose listener sets it too (Envoy's
    do) can bind a kept port, any other gets "address in use". So nobody takes the port between its choice and its
    use, nor while its process is down.
    """

    def __init__(self) -> None:
        self._kept: dict[int, socket.socket] = {}

    def keep(self) -> int:
        """Choose a free port and keep it."""
        holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind((LOOPBACK, 0))
        port: int = holder.getsockname()[1]
        self._kept[port] = holder
        return port

    def release(self, port: int) -> None:
        """Give a port up, for a listener that does not share it; a port that is not kept is ignored."""
        holder = self._kept.pop(port, None)
        if holder is not None:
            holder.close()

    def close(self) -> None:
        for port in list(self._kept):
            self.release(port)


def listening_socket(port: int = 0, *, kept: bool = False) -> socket.socket:
    """A socket that listens on the loopback interface; port 0 lets the system choose, `kept` is for a pool's port.

    Raises:
        OSError: the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT if kept else socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(128)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def port_of(listener: socket.socket) -> int:
    """The port a socket is bound to."""
    port: int = listener.getsockname()[1]
    return port


def preferred_or_free(preferred: int) -> int:
    """The preferred port if nothing listens there, else a free one. It is not kept: use it at once."""
    try:
        listener = listening_socket(preferred)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        listener = listening_socket()
    with listener:
        return port_of(listener)
