"""A receiver of webhooks on the loopback interface that answers as it is told: the other side of notifiers in tests."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue


@dataclass(frozen=True, slots=True)
class Received:
    """One request that came."""

    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Reaction:
    """What to answer. `cut` closes the connection instead; `wait` holds the answer back until it is set."""

    status: int = 202
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    cut: bool = False
    wait: threading.Event | None = None


@dataclass(slots=True)
class WebhookReceiver:
    """`received` are the requests in their order; `reactions` are what to answer to the next ones, then 202."""

    url: str
    received: "Queue[Received]" = field(default_factory=Queue)
    reactions: list[Reaction] = field(default_factory=list)


@contextmanager
def running_receiver() -> Iterator[WebhookReceiver]:
    """A receiver that answers until the block ends."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.put(Received(self.path, headers, body))
            with lock:
                reaction = receiver.reactions.pop(0) if receiver.reactions else Reaction()
            if reaction.wait is not None:
                reaction.wait.wait(30)
            if reaction.cut:
                self.close_connection = True
                return
            self.send_response(reaction.status)
            for name, value in reaction.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reaction.body)))
            self.end_headers()
            self.wfile.write(reaction.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = WebhookReceiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
