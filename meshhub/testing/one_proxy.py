"""A mesh of one service with a real Envoy that a hub configures (ADS), and the application behind it."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from envoy_config.emit.ads_bootstrap import small_bootstrap
from envoy_config.intent import load_mesh
from envoy_config.planning import plan
from meshhub.demo.pki import Authority
from meshhub.testing.envoys import LOOPBACK, free_ports, running_envoy
from meshhub.testing.hub import RunningHub


class Application(BaseHTTPRequestHandler):
    """Answers 200."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class OneProxy:
    """The mesh file, and where its only proxy listens: `inbound` for requests, `admin` for questions."""

    folder: Path
    mesh_file: Path
    inbound: int
    admin: int
    context: ssl.SSLContext

    def serves(self) -> bool:
        """Whether a request through the proxy is answered."""
        url = f"https://{LOOPBACK}:{self.inbound}/"
        return httpx.get(url, verify=self.context, trust_env=False, timeout=10).is_success

    @contextmanager
    def running(self) -> Iterator[None]:
        """Its Envoy, which has its configuration when the block begins."""
        content = load_mesh(self.mesh_file)
        (proxy,) = plan(content)
        assert content.control_plane is not None
        with running_envoy(proxy, small_bootstrap(content, proxy, content.control_plane), self.folder):
            yield


@contextmanager
def one_proxy(folder: Path, ads_port: int) -> Iterator[OneProxy]:
    """The mesh on this folder; its proxy asks the server at this port of the loopback interface."""
    inbound, outbound, admin = free_ports(3)
    certificates = folder / "certificates"
    authority = Authority("lab", now=datetime.now(UTC), uri="spiffe://lab.example")
    authority.issue("shop", uris=["spiffe://lab.example/ns/shop/sa/shop"]).write(certificates / "shop")
    (certificates / "ca.pem").write_bytes(authority.certificate)
    context = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
    context.check_hostname = False
    context.load_cert_chain(certificates / "shop" / "cert.pem", certificates / "shop" / "key.pem")
    with _application() as app_port:
        ports = {"app_port": app_port, "inbound_port": inbound, "outbound_port": outbound, "admin_port": admin}
        versions = [{"version": "v1", "instances": [{"address": LOOPBACK, **ports}]}]
        mesh = {
            "apiVersion": "meshhub/v1",
            "cluster": "lab",
            "trust_domain": "lab.example",
            "certificates": str(certificates),
            "hub": {"otlp": f"{LOOPBACK}:4317"},
            "control_plane": {"ads": f"{LOOPBACK}:{ads_port}"},
            "sampling_percent": 0,
            "services": [{"name": "shop", "namespace": "shop", "versions": versions}],
        }
        (folder / "mesh.yaml").write_text(json.dumps(mesh))
        yield OneProxy(folder, folder / "mesh.yaml", inbound, admin, context)


def proxy_of(hub: RunningHub) -> Any:
    """What a hub says of the only proxy."""
    (proxy,) = hub.get("/api/v1/wiring/proxies").json()["proxies"]
    return proxy


@contextmanager
def _application() -> Iterator[int]:
    """An application on this port."""
    server = ThreadingHTTPServer((LOOPBACK, 0), Application)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
