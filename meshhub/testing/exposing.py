"""A server that stands for a target, Consul or the Kubernetes API: answers GET by path, in threads."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, Mapping[str, str], bytes | Iterator[bytes]]
"""Status, headers and body; a body in pieces is sent without a length, until the reader goes."""

Handler = Callable[[str, Mapping[str, str]], Answer]
"""Takes the path with its query and the headers, in lower case."""


class Exposing:
    """What was asked so far: paths, and the headers of each."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.changed = threading.Condition()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def wait_for(self, asked: int, seconds: float = 20) -> None:
        """Wait until so many requests have come in all."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.asked) >= asked, seconds), "it was not asked in time"


def text(body: str, content_type: str = "text/plain; version=0.0.4") -> Answer:
    """A plain answer."""
    return 200, {"content-type": content_type}, body.encode()


@contextmanager
def exposing(handler: Handler) -> Iterator[Exposing]:
    """Serve until the end of the block."""

    class Server(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            with state.changed:
                state.asked.append((self.path, headers))
                state.changed.notify_all()
            status, sent, body = handler(self.path, headers)
            try:
                self._answer(status, sent, body)
            except OSError:  # the client is gone
                self.close_connection = True

        def _answer(self, status: int, sent: Mapping[str, str], body: bytes | Iterator[bytes]) -> None:
            self.send_response(status)
            for name, value in sent.items():
                self.send_header(name, value)
            if isinstance(body, bytes):
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            self.send_header("connection", "close")
            self.end_headers()
            for piece in body:
                self.wfile.write(piece)
                self.wfile.flush()
            self.close_connection = True

        def handle(self) -> None:
            with suppress(ConnectionError):  # the client has gone
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    state = Exposing(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
