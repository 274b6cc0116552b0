"""Shares of routes at a gateway: which requests a real Envoy makes spans of."""

import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from envoy_config.emit.plain_envoy import bootstrap, proxies
from envoy_config.intent import Mesh
from meshhub.testing.envoys import free_ports, running_envoy
from meshhub.testing.otlp_receiver import LOOPBACK, OtlpReceiver

pytestmark = pytest.mark.envoy

CALLS = 30
MARKER = "/marker"


@pytest.fixture
def hub() -> Iterator[OtlpReceiver]:
    receiver = OtlpReceiver()
    yield receiver
    receiver.stop()


def gateway(hub: OtlpReceiver, admin: int, port: int) -> Mesh:
    routes = [
        {"service": "bank.example", "prefix": "/"},
        {"service": "bank.example", "prefix": "/all", "sampling_percent": 100},
        {"service": "bank.example", "prefix": "/none", "sampling_percent": 0},
        {"service": "bank.example", "prefix": MARKER, "sampling_percent": 100},
    ]
    listeners = [{"name": "http", "port": port, "routes": routes}]
    instances = [{"address": LOOPBACK, "admin_port": admin}]
    return Mesh.model_validate(
        {
            "apiVersion": "meshhub/v1",
            "cluster": "lab",
            "trust_domain": "lab.example",
            "hub": {"otlp": f"{LOOPBACK}:{hub.port}"},
            "signals": {"access_logs": False, "stats": False},
            "sampling_percent": 0,
            "certificates": "/nowhere",
            "gateways": [{"name": "edge", "namespace": "shop", "instances": instances, "listeners": listeners}],
            "external_services": [
                {
                    "host": "bank.example",
                    "port": 80,
                    "addresses": [f"{LOOPBACK}:1"],
                    "traffic": {"retries": {"attempts": 0}},
                }
            ],
        }
    )


def call(port: int, path: str, **headers: str) -> None:
    """What is called is not there: the answer is 503, and spans are made all the same."""
    request = urllib.request.Request(f"http://{LOOPBACK}:{port}{path}", headers=headers)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)  # noqa: S310 - loopback
    with caught.value as answer:
        answer.read()


def test_a_route_has_its_own_share_and_a_callers_decision_stays(hub: OtlpReceiver, tmp_path: Path) -> None:
    admin, port = free_ports(2)
    mesh = gateway(hub, admin, port)
    (proxy,) = proxies(mesh)
    with running_envoy(proxy, bootstrap(mesh, proxy), tmp_path):
        for path in ("/all", "/none", "/other"):
            for _ in range(CALLS):
                call(port, path)
        call(port, "/none/decided", traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
        call(port, MARKER)
        hub.wait_for(lambda: [span for span in hub.spans({}) if span.get("http.url", "").endswith(MARKER)])
    servers = [span for span in hub.spans({}) if span["kind"] == 2]
    paths = Counter(span["http.url"].removeprefix("http://bank.example") for span in servers)
    assert paths == {"/all": CALLS, "/none/decided": 1, MARKER: 1}
