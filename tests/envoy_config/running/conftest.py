"""A mesh of real Envoys around tiny applications, reporting to a stand-in for the hub.

visitor -> gateway -> frontend -> catalog (HTTP), pricing (gRPC), sessions (TCP), bank.example (TLS, outside)
"""

import socketserver
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import grpc
import pytest

from envoy_config.emit.plain_envoy import bootstrap, proxies
from envoy_config.intent import Mesh
from envoy_config.plan import Proxy
from meshhub.demo.pki import Authority, write_mesh_certificates
from meshhub.testing.envoys import free_ports, running_envoy
from meshhub.testing.otlp_receiver import LOOPBACK, OtlpReceiver

TOKEN = "mesh-token.1"


class Application(BaseHTTPRequestHandler):
    """Answers the status that is the path's first segment; `/503/once/<key>` only to the first of its requests."""

    protocol_version = "HTTP/1.1"
    headers_of: ClassVar[dict[str, list[dict[str, str]]]] = {}

    def do_GET(self) -> None:
        earlier = self.headers_of.setdefault(self.path, [])
        earlier.append({key.lower(): value for key, value in self.headers.items()})
        first, _, rest = self.path.lstrip("/").partition("/")
        self.send_response(200 if rest.startswith("once/") and len(earlier) > 1 else int(first))
        self.send_header("content-length", "100")
        self.end_headers()
        self.wfile.write(b"x" * 100)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


class Echo(socketserver.BaseRequestHandler):
    """A TCP service that sends back what it gets."""

    def handle(self) -> None:
        while data := self.request.recv(4096):
            self.request.sendall(data)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP call got."""

    status: int
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Lab:
    """The running mesh: its intent, its proxies by service, the gateway's port, and what the hub got."""

    mesh: Mesh
    hub: OtlpReceiver
    proxies: dict[str, Proxy]
    entrance: int
    headers_of: dict[str, list[dict[str, str]]]

    def get(self, port: int, host: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Call a port of a proxy."""
        request = urllib.request.Request(f"http://{LOOPBACK}:{port}{path}", headers={"host": host, **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - loopback
                response.read()  # closing earlier would be logged as the caller's disconnection
                return Answer(response.status, {key.lower(): value for key, value in response.headers.items()})
        except urllib.error.HTTPError as error:
            with error:
                error.read()
                return Answer(error.code, {key.lower(): value for key, value in error.headers.items()})

    @property
    def outbound(self) -> int:
        """Where the frontend makes its HTTP and gRPC calls."""
        return self.proxies["frontend"].outbound_port or 0

    @property
    def sessions(self) -> int:
        """Where the frontend makes its TCP calls."""
        return next(d.tcp_port or 0 for d in self.proxies["frontend"].destinations if d.tcp_port)


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]  # type: ignore[index,misc]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _pricing() -> Iterator[int]:
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    method = grpc.unary_unary_rpc_method_handler(_quote, bytes, bytes)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("Pricing", {"Quote": method}),))
    port = server.add_insecure_port(f"{LOOPBACK}:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(grace=None).wait()


def _quote(request: bytes, context: grpc.ServicerContext) -> bytes:
    if request == b"unknown":
        context.abort(grpc.StatusCode.NOT_FOUND, "no such product")
    return b"12.50"


def _http() -> ThreadingHTTPServer:
    server = ThreadingHTTPServer((LOOPBACK, 0), Application)
    server.daemon_threads = True
    return server


def _tcp() -> socketserver.ThreadingTCPServer:
    server = socketserver.ThreadingTCPServer((LOOPBACK, 0), Echo)
    server.daemon_threads = True
    return server


def _https(authority: Authority, directory: Path) -> ThreadingHTTPServer:
    authority.issue("bank", dns=["bank.example"]).write(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "cert.pem", directory / "key.pem")
    server = _http()
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


def _service(name: str, app_port: int, **more: Any) -> dict[str, Any]:
    inbound, outbound, admin = free_ports(3)
    ports = {"app_port": app_port, "inbound_port": inbound, "outbound_port": outbound, "admin_port": admin}
    tcp_ports = {"tcp_ports": {"sessions": free_ports(1)[0]}} if name == "frontend" else {}
    instance = {"address": LOOPBACK, **ports, **tcp_ports}
    return {"name": name, "namespace": "shop", "versions": [{"version": "v1", "instances": [instance]}], **more}


def _gateway(entrance: int) -> dict[str, Any]:
    return {
        "name": "gateway",
        "namespace": "shop",
        "instances": [{"address": LOOPBACK, "admin_port": free_ports(1)[0]}],
        "listeners": [{"name": "http", "port": entrance, "routes": [{"service": "frontend"}]}],
    }


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The mesh, started once for all tests."""
    directory, now = tmp_path_factory.mktemp("lab"), datetime.now(UTC)
    public = Authority("public", now=now)
    (directory / "public.pem").write_bytes(public.certificate)
    with ExitStack() as stack:
        hub = OtlpReceiver()
        stack.callback(hub.stop)
        entrance = free_ports(1)[0]
        frontend = stack.enter_context(_serving(_http()))
        catalog = stack.enter_context(_serving(_http()))
        pricing = stack.enter_context(_pricing())
        sessions = stack.enter_context(_serving(_tcp()))
        bank = stack.enter_context(_serving(_https(public, directory / "bank")))
        content = {
            "apiVersion": "meshhub/v1",
            "cluster": "lab",
            "trust_domain": "lab.example",
            "hub": {"otlp": f"{LOOPBACK}:{hub.port}", "token": TOKEN, "stats_interval_seconds": 1},
            "certificates": str(directory / "certificates"),
            "services": [
                _service("frontend", frontend, calls=["catalog", "pricing", "sessions", "bank.example"]),
                _service("catalog", catalog),
                _service("pricing", pricing, protocol="grpc"),
                _service("sessions", sessions, protocol="tcp"),
            ],
            "gateways": [_gateway(entrance)],
            "external_services": [
                {
                    "host": "bank.example",
                    "port": 443,
                    "tls": {"ca_file": str(directory / "public.pem")},
                    "addresses": [f"{LOOPBACK}:{bank}"],
                }
            ],
        }
        mesh = Mesh.model_validate(content)
        planned = {proxy.service: proxy for proxy in proxies(mesh)}
        identities = {proxy.service: proxy.spiffe_id for proxy in planned.values()}
        write_mesh_certificates(directory / "certificates", identities, trust_domain="lab.example", now=now)
        for proxy in planned.values():
            stack.enter_context(running_envoy(proxy, bootstrap(mesh, proxy), directory))
        yield Lab(mesh, hub, planned, entrance, Application.headers_of)


@pytest.fixture
def lab_mesh(lab: Lab) -> Mesh:
    """The intent of the running mesh."""
    return lab.mesh
