"""A network that fails when it is told to: a proxy for TCP connections that can cut them, hold them back, or slow them.

with running_link("127.0.0.1", 8123) as link:
    ...                  # link.address is where to connect to
    link.cut()           # connections are reset, new ones too
    link.hang()          # connections stay open, and nothing passes: a network that loses every packet
    link.slow(0.2)       # whatever passes waits so long
    link.mend()
"""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

CHUNK = 65_536
_RESET = struct.pack("ii", 1, 0)


@dataclass
class Link:
    """One link. `target` may be changed while it is cut."""

    target: tuple[str, int]
    listener: socket.socket
    open: set[socket.socket] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._is_cut = False
        self._delay = 0.0
        self._passes = threading.Event()
        self._passes.set()
        self._is_closed = False

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Reset all connections, and those that come."""
        self._is_cut = True
        self._passes.set()
        with self._lock:
            for each in self.open:
                _reset(each)

    def hang(self) -> None:
        """Let nothing pass; connections stay open."""
        self._passes.clear()

    def slow(self, seconds: float) -> None:
        """Have everything wait so long before it passes."""
        self._delay = seconds

    def mend(self) -> None:
        """Let everything pass as if nothing had been."""
        self._is_cut, self._delay = False, 0.0
        self._passes.set()

    def close(self) -> None:
        """End it."""
        self._is_closed = True
        self.cut()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # closing alone leaves who waits in accept() there
        self.listener.close()

    def serve(self) -> None:
        """Take connections until it is closed."""
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._passes.wait()
        if self._is_cut:
            _reset(client)
            return
        try:
            server = socket.create_connection(self.target, timeout=10)
        except OSError:
            _reset(client)
            return
        server.settimeout(None)
        with self._lock:
            self.open |= {client, server}
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(CHUNK):
                self._passes.wait()
                time.sleep(self._delay)
                if self._is_cut:
                    break
                sink.sendall(chunk)
        with self._lock:
            self.open -= {source, sink}
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextmanager
def running_link(host: str, port: int) -> Iterator[Link]:
    """A link to an address, until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    link = Link((host, port), listener)
    thread = threading.Thread(target=link.serve, daemon=True)
    thread.start()
    try:
        yield link
    finally:
        link.close()
        thread.join(10)


def _reset(connection: socket.socket) -> None:
    """Close a connection so that the other side sees it reset."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
