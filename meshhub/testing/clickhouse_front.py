"""A front that speaks ClickHouse's HTTP interface on the embedded engine, so that the store's contract is tested over
the wire against the real engine. It is no server: one process, no users but one, every answer built whole in memory.

Understood (https://clickhouse.com/docs/interfaces/http): GET /ping; queries as body or parameter `query`; settings and
`param_*` in the query string; `database`; data of an INSERT … FORMAT after the statement; bodies with Content-Length or
chunked; Content-Encoding and, with `enable_http_compression`, Accept-Encoding; Basic authentication and
X-ClickHouse-User / X-ClickHouse-Key; errors as text with X-ClickHouse-Exception-Code.

    python -m meshhub.testing.clickhouse_front --data-dir DIR [--port N] [--password TEXT] [--version TEXT]
        [--config-file FILE]

prints the port it listens on and runs until its standard input closes.
"""

import argparse
import os
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from meshhub.testing.clickhouse_statement import Answer, EngineFault, Runner, Statement
from meshhub.testing.http_coding import compressed, credentials, decompressed, read_body

_STATUS_OF_CODE = {60: 404, 81: 404, 62: 400, 115: 404, 159: 408, 164: 403, 497: 403, 516: 403, 394: 499}
"""What ClickHouse answers by error code (src/Server/HTTPHandler.cpp); 500 for the others."""


class Front(ThreadingHTTPServer):
    """Serves one data directory on a loopback port. Each request has a connection to the engine of its own."""

    daemon_threads = True

    def __init__(self, runner: Runner, port: int, password: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.runner = runner
        self.password = password


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    server: Front

    def do_GET(self) -> None:
        if urlsplit(self.path).path == "/ping":
            self._send(200, Answer(b"Ok.\n", ""))
        else:
            self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def _answer(self) -> None:
        body = read_body(self.rfile, self.headers)
        query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        try:
            self._authenticate(query)
            statement = Statement.of_request(query, decompressed(body, self.headers))
            self._send(200, self.server.runner.run(statement), compress=query.get("enable_http_compression") == "1")
        except EngineFault as fault:
            self._send(_STATUS_OF_CODE.get(fault.code, 500), Answer(str(fault).encode(), ""), code=fault.code)

    def _authenticate(self, query: dict[str, str]) -> None:
        user, password = credentials(self.headers, query)
        if user != "default" or password != self.server.password:
            raise EngineFault(
                516,
                f"Code: 516. DB::Exception: {user}: Authentication failed: password is incorrect, or there is no user "
                "with such name. (AUTHENTICATION_FAILED)",
            )

    def _send(self, status: int, answer: Answer, *, code: int = 0, compress: bool = False) -> None:
        body, encoding = compressed(answer.body, self.headers) if compress else (answer.body, "")
        self.send_response(status)
        headers = {
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Length": str(len(body)),
            "Content-Encoding": encoding,
            "X-ClickHouse-Exception-Code": str(code or ""),
            "X-ClickHouse-Format": answer.format,
            "X-ClickHouse-Timezone": "UTC",
        }
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m meshhub.testing.clickhouse_front")
    arguments.add_argument("--data-dir", type=Path, required=True)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--password", default="")
    arguments.add_argument("--version", default="", help="what to say of oneself instead of the engine's version")
    arguments.add_argument(
        "--config-file", type=Path, help="a configuration of ClickHouse's, for instance with clusters"
    )
    given = arguments.parse_args()
    os.environ["TZ"] = "UTC"
    with (
        tempfile.TemporaryDirectory(prefix="clickhouse-front-") as scratch,
        Runner(given.data_dir.resolve(), given.version, given.config_file) as runner,
        Front(runner, given.port, given.password) as front,
    ):
        os.chdir(scratch)  # the engine writes schemas that come as text to the working directory
        threading.Thread(target=_stop_with_input, args=(front,), daemon=True).start()
        sys.stdout.write(f"{front.server_port}\n")
        sys.stdout.flush()
        front.serve_forever(poll_interval=0.05)


def _stop_with_input(front: Front) -> None:
    sys.stdin.buffer.read()
    front.shutdown()


if __name__ == "__main__":
    main()
