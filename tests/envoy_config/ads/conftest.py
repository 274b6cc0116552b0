"""A mesh whose proxies get their configuration over ADS, in the test's own process.

visitor -> gateway -> shop (HTTP), each with a real Envoy where a test asks for it.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml
from opentelemetry.metrics import NoOpMeter

from envoy_config.ads.service import AdsService
from envoy_config.ads.settings import AdsSettings
from envoy_config.ads.state import ProxyState
from envoy_config.emit.ads_bootstrap import secret_files, small_bootstrap
from envoy_config.emit.document import write
from envoy_config.intent import Mesh, load_mesh
from envoy_config.plan import Proxy
from envoy_config.planning import plan
from meshhub.clock import SystemClock
from meshhub.demo.pki import Authority
from meshhub.testing.envoys import LOOPBACK, free_ports, running_envoy
from meshhub.testing.hub import until
from meshhub.testing.otlp_receiver import OtlpReceiver

TRUST_DOMAIN = "lab.example"
HUB_IDENTITY = f"spiffe://{TRUST_DOMAIN}/ns/meshhub/sa/hub"
NODES = ("gateway-v1-0.shop", "shop-v1-0.shop")
T = TypeVar("T")


def spiffe(service: str) -> str:
    return f"spiffe://{TRUST_DOMAIN}/ns/shop/sa/{service}"


class Application(BaseHTTPRequestHandler):
    """Answers 200, and keeps its connections."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@dataclass
class Lab:
    """The mesh file with all around it, the loop the server runs on, and the server once it was started."""

    directory: Path
    content: dict[str, Any]
    authority: Authority
    hub: OtlpReceiver
    entrance: int
    loop: asyncio.AbstractEventLoop
    port: int = field(default_factory=lambda: free_ports(1)[0])
    service: AdsService | None = None

    @property
    def mesh_file(self) -> Path:
        return self.directory / "mesh.yaml"

    @property
    def mesh(self) -> Mesh:
        return load_mesh(self.mesh_file)

    @property
    def proxies(self) -> dict[str, Proxy]:
        return {proxy.service: proxy for proxy in plan(self.mesh)}

    @property
    def ads(self) -> AdsService:
        assert self.service is not None
        return self.service

    def write(self) -> None:
        """Put the mesh file in place, as it is in `content`."""
        draft = self.directory / ".mesh"
        draft.write_text(yaml.safe_dump(self.content))
        draft.replace(self.mesh_file)

    def issue(self, service: str) -> None:
        """Put a new certificate of a service in place."""
        self.authority.issue(service, uris=[spiffe(service)]).write(self.directory / "certificates" / service)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something on the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def start(self, *, tls: bool = True, limits: Mapping[str, float] | None = None) -> None:
        files = self.directory / "certificates"
        pair = {"cert_file": files / "hub" / "cert.pem", "key_file": files / "hub" / "key.pem"}
        settings = AdsSettings.model_validate(
            {
                "address": f"{LOOPBACK}:{self.port}",
                "mesh_file": self.mesh_file,
                "reload_seconds": 0.05,
                "limits": limits or {},
                "tls": {**pair, "client_ca_file": files / "ca.pem"} if tls else None,
            }
        )
        self.service = AdsService(settings, self.directory, SystemClock(), NoOpMeter("tests"))
        self.run(self.service.start())

    def stop(self) -> None:
        if self.service is not None:
            self.run(self.service.stop())
            self.service = None

    def state(self, service: str) -> ProxyState:
        state = self.ads.board.get(self.proxies[service].id)
        assert state is not None
        return state

    def until(self, condition: Callable[[], bool]) -> None:
        until(condition, 30)

    @contextmanager
    def envoys(self, *services: str) -> Iterator[None]:
        """Real proxies of these services, ready."""
        with ExitStack() as stack:
            mesh = self.mesh
            assert mesh.control_plane is not None
            for proxy in (self.proxies[service] for service in services):
                for path, content in secret_files(mesh, proxy).items():
                    write(content, Path(path))
                stack.enter_context(
                    running_envoy(proxy, small_bootstrap(mesh, proxy, mesh.control_plane), self.directory)
                )
            yield


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop on a thread of its own; grpc.aio wants one for all its servers and clients."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture
def lab(tmp_path: Path, loop: asyncio.AbstractEventLoop) -> Iterator[Lab]:
    """The mesh; nothing runs yet but its application and what takes its telemetry."""
    authority = Authority("lab", now=datetime.now(UTC), uri=f"spiffe://{TRUST_DOMAIN}")
    application = ThreadingHTTPServer((LOOPBACK, 0), Application)
    application.daemon_threads = True
    thread = threading.Thread(target=application.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    hub = OtlpReceiver()
    inbound, outbound, admin, gateway_admin, entrance, ads = free_ports(6)
    ports = {"inbound_port": inbound, "outbound_port": outbound, "admin_port": admin}
    content = {
        "apiVersion": "meshhub/v1",
        "cluster": "lab",
        "trust_domain": TRUST_DOMAIN,
        "hub": {"otlp": f"{LOOPBACK}:{hub.port}", "stats_interval_seconds": 1},
        "control_plane": {"ads": f"{LOOPBACK}:{ads}", "identity": HUB_IDENTITY},
        "certificates": str(tmp_path / "certificates"),
        "sampling_percent": 0,
        "services": [
            {
                "name": "shop",
                "namespace": "shop",
                "versions": [
                    {
                        "version": "v1",
                        "instances": [{"address": LOOPBACK, "app_port": application.server_address[1], **ports}],
                    }
                ],
            }
        ],
        "gateways": [
            {
                "name": "gateway",
                "namespace": "shop",
                "instances": [{"address": LOOPBACK, "admin_port": gateway_admin}],
                "listeners": [{"name": "http", "port": entrance, "routes": [{"service": "shop"}]}],
            }
        ],
    }
    lab = Lab(tmp_path, content, authority, hub, entrance, loop, port=ads)
    (tmp_path / "certificates").mkdir()
    (tmp_path / "certificates" / "ca.pem").write_bytes(authority.certificate)
    for service in ("shop", "gateway"):
        lab.issue(service)
    authority.issue("hub", uris=[HUB_IDENTITY], dns=["localhost"]).write(tmp_path / "certificates" / "hub")
    lab.write()
    yield lab
    lab.stop()
    hub.stop()
    application.shutdown()
    thread.join()
    application.server_close()
