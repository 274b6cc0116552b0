"""A real Envoy whose circuit breaker opens and whose outlier detection ejects: its stats come to stand on the edge."""

import secrets
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from envoy_config.emit.plain_envoy import bootstrap, proxies
from envoy_config.intent import Mesh
from meshhub.demo.pki import write_mesh_certificates
from meshhub.testing.envoys import LOOPBACK, free_ports, running_envoy
from meshhub.testing.hub import RunningHub

pytestmark = pytest.mark.envoy

SPACE = f"pools{secrets.token_hex(3)}"
SHOWN_SECONDS = 60.0


class Application(BaseHTTPRequestHandler):
    """Answers at once, but /held only when the test lets it."""

    go_on = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/held":
            self.go_on.wait(SHOWN_SECONDS)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The port at which the frontend's Envoy takes calls, and the hub that it reports to."""

    port: int
    hub: RunningHub

    def call(self, host: str, path: str = "/") -> int:
        """The status of one call."""
        request = urllib.request.Request(f"http://{LOOPBACK}:{self.port}{path}", headers={"host": host})
        try:
            with urllib.request.urlopen(request, timeout=SHOWN_SECONDS) as answer:  # noqa: S310 - loopback
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def edge(self, callee: str) -> dict[str, Any] | None:
        """The edge to a callee as the API shows it now, once its pool says something."""
        edges = self.hub.get("/api/v1/graph?window=5m").json()["edges"]
        own = [edge for edge in edges if edge["source"]["namespace"] == SPACE and edge["pool"]]
        return next((edge for edge in own if edge["destination"]["service"] == callee), None)

    def shown(self, callee: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The edge once something holds for it: stats and access logs come apart, and nothing tells when they are
        stored."""
        deadline = time.monotonic() + SHOWN_SECONDS
        while (edge := self.edge(callee)) is None or not holds(edge):
            assert time.monotonic() < deadline, f"the edge does not show it: {edge}"
            time.sleep(0.2)
        return edge


def _service(name: str, app_ports: list[int], **more: Any) -> dict[str, Any]:
    instances = []
    for app_port in app_ports:
        inbound, outbound, admin = free_ports(3)
        ports = {"app_port": app_port, "inbound_port": inbound, "outbound_port": outbound, "admin_port": admin}
        instances.append({"address": LOOPBACK, **ports})
    return {"name": name, "namespace": SPACE, "versions": [{"version": "v1", "instances": instances}], **more}


@contextmanager
def _serving() -> Iterator[int]:
    """An application; the port it listens on."""
    server = ThreadingHTTPServer((LOOPBACK, 0), Application)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join(SHOWN_SECONDS)
        server.server_close()


@pytest.fixture(scope="module")
def caller(hub: RunningHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """Envoys of a frontend, of `narrow`, which takes one call at a time, and of one instance of two of `halved`."""
    directory, now = tmp_path_factory.mktemp("pools"), datetime.now(UTC)
    once = {"retries": {"attempts": 0}}
    narrow = once | {"circuit_breaker": {"max_connections": 1, "max_pending": 1, "max_requests": 1}}
    halved = once | {"outlier_detection": {"consecutive_errors": 2, "interval_seconds": 1, "ejection_seconds": 60}}
    with ExitStack() as stack:
        apps = [stack.enter_context(_serving()) for _ in range(2)]
        Application.go_on.clear()
        stack.callback(Application.go_on.set)
        silent = free_ports(2)
        mesh = Mesh.model_validate(
            {
                "apiVersion": "meshhub/v1",
                "cluster": "lab",
                "trust_domain": "lab.example",
                "hub": {"otlp": hub.otlp_grpc, "stats_interval_seconds": 1},
                "certificates": str(directory / "certificates"),
                "services": [
                    _service("frontend", [silent[0]], calls=["narrow", "halved"]),
                    _service("narrow", [apps[0]], traffic=narrow),
                    _service("halved", [apps[1], silent[1]], traffic=halved),
                ],
            }
        )
        planned = proxies(mesh)
        identities = {proxy.service: proxy.spiffe_id for proxy in planned}
        write_mesh_certificates(directory / "certificates", identities, trust_domain="lab.example", now=now)
        dead = next(proxy for proxy in reversed(planned) if proxy.service == "halved")
        for proxy in planned:
            if proxy is not dead:
                stack.enter_context(running_envoy(proxy, bootstrap(mesh, proxy), directory))
        frontend = next(proxy for proxy in planned if proxy.service == "frontend")
        yield Caller(frontend.outbound_port or 0, hub)


def test_an_open_circuit_breaker_and_what_it_refused_are_on_the_edge(caller: Caller) -> None:
    with ThreadPoolExecutor(max_workers=6) as calls:
        held = [calls.submit(caller.call, "narrow", "/held") for _ in range(6)]
        try:
            edge = caller.shown("narrow", lambda edge: bool(edge["pool"]["open_circuit_breakers"]))
        finally:
            Application.go_on.set()
        statuses = [each.result() for each in held]
    refused = statuses.count(503)
    assert refused >= 4
    assert {"rq_pending", "rq", "cx"} & set(edge["pool"]["open_circuit_breakers"])
    edge = caller.shown(
        "narrow",
        lambda edge: min(edge["pool"]["pool_overflows"], sum(edge["response_flags"].values())) >= refused,
    )
    assert edge["response_flags"] == {"UO": refused}
    assert "circuit-breaker-open" in {reason["code"] for reason in edge["health"]["reasons"]}


def test_an_ejected_instance_and_the_connections_that_failed_are_on_the_edge(caller: Caller) -> None:
    for _ in range(12):
        caller.call("halved")
    edge = caller.shown(
        "halved",
        lambda edge: (
            edge["pool"]["ejected_hosts"] > 0
            and edge["pool"]["connection_failures"] == edge["response_flags"].get("UF")
        ),
    )
    pool = edge["pool"]
    assert (pool["ejected_hosts"], pool["ejections"]) == (1, 1)
    assert pool["connection_failures"] >= 2
    assert "hosts-ejected" in {reason["code"] for reason in edge["health"]["reasons"]}
