"""The hub that configures a proxy is killed: the proxy serves on, and what it has is not sent to it again."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from envoy_config.emit.ads_bootstrap import small_bootstrap
from envoy_config.intent import load_mesh
from envoy_config.planning import plan
from meshhub.demo.pki import Authority
from meshhub.testing.envoys import LOOPBACK, free_ports, running_envoy
from meshhub.testing.hub import RunningHub, running_hub, until

pytestmark = [pytest.mark.envoy, pytest.mark.timeout(240)]


class Application(BaseHTTPRequestHandler):
    """Answers 200."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@contextmanager
def application() -> Iterator[int]:
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


def mesh(certificates: Path, app_port: int, ads: int, inbound: int, outbound: int, admin: int) -> dict[str, Any]:
    ports = {"app_port": app_port, "inbound_port": inbound, "outbound_port": outbound, "admin_port": admin}
    shop = {"address": LOOPBACK, **ports}
    return {
        "apiVersion": "meshhub/v1",
        "cluster": "lab",
        "trust_domain": "lab.example",
        "certificates": str(certificates),
        "hub": {"otlp": f"{LOOPBACK}:4317"},
        "control_plane": {"ads": f"{LOOPBACK}:{ads}"},
        "sampling_percent": 0,
        "services": [{"name": "shop", "namespace": "shop", "versions": [{"version": "v1", "instances": [shop]}]}],
    }


def proxy_of(hub: RunningHub) -> Any:
    (proxy,) = hub.get("/api/v1/wiring/proxies").json()["proxies"]
    return proxy


def test_a_proxy_serves_on_while_its_hub_is_dead_and_is_sent_only_what_is_new_afterwards(tmp_path: Path) -> None:
    ads, inbound, outbound, admin = free_ports(4)
    certificates = tmp_path / "certificates"
    authority = Authority("lab", now=datetime.now(UTC), uri="spiffe://lab.example")
    authority.issue("shop", uris=["spiffe://lab.example/ns/shop/sa/shop"]).write(certificates / "shop")
    (certificates / "ca.pem").write_bytes(authority.certificate)
    context = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
    context.check_hostname = False
    context.load_cert_chain(certificates / "shop" / "cert.pem", certificates / "shop" / "key.pem")
    settings = {"ads.address": f"{LOOPBACK}:{ads}", "ads.mesh_file": str(tmp_path / "mesh.yaml")}
    with application() as app_port:
        (tmp_path / "mesh.yaml").write_text(json.dumps(mesh(certificates, app_port, ads, inbound, outbound, admin)))
        content = load_mesh(tmp_path / "mesh.yaml")
        (proxy,) = plan(content)
        assert content.control_plane is not None

        def serves() -> bool:
            return httpx.get(f"https://{LOOPBACK}:{inbound}/", verify=context, trust_env=False, timeout=10).is_success

        with running_hub(tmp_path / "data", settings=settings) as first:
            envoy = running_envoy(proxy, small_bootstrap(content, proxy, content.control_plane), tmp_path)
            with envoy:
                assert serves()
                until(lambda: proxy_of(first)["standing"] == "current")
                before = proxy_of(first)
                first.process.kill()
                first.wait()
                assert serves()
                with running_hub(tmp_path / "data", settings=settings) as second:
                    until(lambda: proxy_of(second)["standing"] == "current")
                    assert proxy_of(second)["wanted"] == before["wanted"]
                    assert proxy_of(second)["kinds"] == [], "nothing had to be sent again"
                    body = {"percent": 100, "author": "a test"}
                    assert second.post("/api/v1/wiring/sampling", body).status_code == 200
                    until(lambda: proxy_of(second)["standing"] == "current")
                    (routes,) = proxy_of(second)["kinds"]
                    assert (routes["api"], routes["taken"]) == ("RDS", routes["sent"])
                    assert proxy_of(second)["wanted"] != before["wanted"]
                    assert (
                        "traced"
                        in httpx.get(
                            f"http://{LOOPBACK}:{admin}/config_dump?resource=dynamic_route_configs", trust_env=False
                        ).text
                    )
                    assert serves()
