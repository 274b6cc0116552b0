"""What becomes of reports while the hub is away or refuses."""

import re
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from envoy_config.emit.plain_envoy import bootstrap, proxies
from envoy_config.intent import Mesh
from meshhub.demo.pki import write_mesh_certificates
from meshhub.testing.envoys import free_ports, running_envoy
from meshhub.testing.otlp_receiver import DEADLINE_SECONDS, LOOPBACK, OtlpReceiver

pytestmark = pytest.mark.envoy

EXPORTERS = 3


@dataclass(frozen=True, slots=True)
class Alone:
    """A proxy that nothing else uses, and the port of its hub."""

    outbound: int
    admin: int
    hub_port: int

    def await_failed_exports(self) -> None:
        """Wait until exports met no hub; the admin port is the only one to tell, and it gives no events."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.admin}/stats?filter=meshhub_otlp", timeout=5) as page:
                counts = re.findall(r"upstream_rq_retry: (\d+)", page.read().decode())
            if int(counts[0]) >= EXPORTERS:
                return
            time.sleep(0.05)
        raise AssertionError("no export failed")


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Alone]:
    hub, inbound, outbound, admin, app = free_ports(5)
    ports = {"app_port": app, "inbound_port": inbound, "outbound_port": outbound, "admin_port": admin}
    service = {
        "name": "a",
        "namespace": "n",
        "versions": [{"version": "1", "instances": [{"address": LOOPBACK, **ports}]}],
    }
    mesh = Mesh.model_validate(
        {
            "apiVersion": "meshhub/v1",
            "cluster": "lab",
            "trust_domain": "lab.example",
            "hub": {"otlp": f"{LOOPBACK}:{hub}", "stats_interval_seconds": 0.5},
            "certificates": str(tmp_path),
            "services": [service],
        }
    )
    (proxy,) = proxies(mesh)
    write_mesh_certificates(tmp_path, {"a": proxy.spiffe_id}, trust_domain="lab.example", now=datetime.now(UTC))
    with running_envoy(proxy, bootstrap(mesh, proxy), tmp_path):
        yield Alone(outbound, admin, hub)


def arrived(hub: OtlpReceiver, request_id: str) -> bool:
    return bool(hub.access_logs({"request_id": request_id})) and bool(hub.spans({"guid:x-request-id": request_id}))


def test_reports_made_while_the_hub_is_away_arrive_when_it_is_back(lab: Any, alone: Alone) -> None:
    assert lab.get(alone.outbound, "none", "/", {"x-request-id": "away"}).status == 404
    alone.await_failed_exports()
    hub = OtlpReceiver(alone.hub_port)
    try:
        hub.wait_for(lambda: arrived(hub, "away"))
        assert len(hub.access_logs({"request_id": "away"})) == 1
    finally:
        hub.stop()


def test_a_refused_report_is_sent_again_and_counted_once(lab: Any, alone: Alone) -> None:
    hub = OtlpReceiver(alone.hub_port)
    try:
        hub.wait_for(lambda: hub.points({"metric": "server.live"}))
        hub.refusals = 4
        assert lab.get(alone.outbound, "none", "/", {"x-request-id": "refused"}).status == 404
        hub.wait_for(lambda: arrived(hub, "refused"))
        assert hub.refusals == 0
        assert len(hub.access_logs({"request_id": "refused"})) == 1
    finally:
        hub.stop()
